/*
 * The rows a file comes in: {"at":offset,"text":"…"}, {"at":offset,"data":"base64"}. There are many and they are long, so they are read by hand:
 * the general reader looks at every letter several times.
 */
#pragma once

#include "base/util.h"

#include <jansson.h>

/* A new reference; NULL: it is not written just so, and the general reader may still know it. */
json_t *piece_read(const char *json, size_t len) must_check;
