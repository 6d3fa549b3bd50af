/* Bytes as lower-case hexadecimal text. */
#pragma once

#include "base/util.h"
#include <stddef.h>

/* Writes 2 * n characters and a NUL. */
void hex_encode(char *out, const void *bytes, size_t n);

/* Reads n characters (n even, either case) into n / 2 bytes; -EINVAL otherwise. */
int hex_decode(void *out, const char *text, size_t n) must_check;
