/*
 * What the first bytes of a picture say of it: which kind it is and how large. They come from outside, so nothing is decoded whose size is not
 * known and small enough before.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

enum picture_type { PICTURE_NONE, PICTURE_JPEG, PICTURE_PNG, PICTURE_GIF, PICTURE_WEBP };

enum {
    PICTURE_SIDE_MAX = 16384,                   /* pixels */
    PICTURE_PIXELS_MAX = 24 * 1000 * 1000,      /* decoded whole, four bytes each */
    PICTURE_JPEG_PIXELS_MAX = 120 * 1000 * 1000 /* decoded at an eighth of its size where it is large */
};

struct picture_head {
    enum picture_type type;
    uint32_t width, height;
};

/* 0; -EINVAL: no picture of a known kind, or broken; -EFBIG: it is one, but larger than is decoded (the head is filled). */
must_check int picture_head_read(const void *bytes, size_t size, struct picture_head *head_r);

const char *picture_type_name(enum picture_type type); /* "JPEG" */
