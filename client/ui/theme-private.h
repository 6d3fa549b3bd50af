#pragma once

#include "client/ui/theme.h"

/* theme.c: the styles of THEME_OWN. */
void theme_own_style(enum role role, const struct style *style);
