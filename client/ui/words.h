#pragma once

#include <libintl.h>

#include "base/util.h"

/* The one text domain of the client. Tables keep msgids with N_(), the words are looked up when they are
 * shown. */
#define YIZHAN_DOMAIN "yizhan"
#define _(text) dgettext(YIZHAN_DOMAIN, text)
