/* The calculator of amounts: + - * / and brackets, exact to a millionth, never a floating point number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

/* "=12.5*3+(4-1)/2" gives "39" as plain decimal digits, at most `places` behind the point, rounded half up away from zero. Signs at the front only, as in a plain
 * number, are no expression: calc_is_one tells. 0; -EINVAL: cannot be read; -ERANGE: too large, or divided by zero. */
int calc(const char *text, int places, char *out, size_t size) must_check;
bool calc_is_one(const char *text);
