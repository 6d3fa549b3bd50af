/* The kinds of base data: what an admin may keep in each. */
#pragma once

#include "model/field.h"

extern const struct choice base_kinds[];
