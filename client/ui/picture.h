/*
 * Pictures as terminal cells: photos of a place, of papers. The bytes come from outside, so they are decoded by a child process that can do
 * nothing else, has a limit for everything, and hands back pixels only.
 */
#pragma once

#include "client/ui/picture_head.h"
#include "client/ui/screen.h"

enum { PICTURE_SIDE = 2048 /* pixels kept of the longer side */ };

struct picture {
    struct picture_head head;
    int width, height;     /* of what is kept */
    unsigned char *pixels; /* red, green, blue, alpha; rows from above */
};

/* What is seen of it: the part around a middle, `zoom` times as large as it fits. */
struct picture_view {
    double zoom;               /* 1: all of it */
    double middle_x, middle_y; /* 0 to 1 */
};

/* 0, -EINVAL, -EFBIG (picture_head_read), -ENOSYS: built without pictures, -ETIMEDOUT, -EBADMSG: it could not be decoded. */
must_check int picture_read(struct picture *picture, const void *bytes, size_t size);
void picture_finish(struct picture *picture);

/* In as many colours as the terminal has, by half blocks and the like, or by letters. */
void picture_draw(const struct picture *picture, const struct picture_view *view, struct canvas *canvas,
                  struct area area);

/* A screen that shows it, with zoom; what cannot be shown is said in words. The bytes are not kept. */
void picture_open(struct ui *ui, const char *title, const void *bytes, size_t size);

/* ---- within: picture_decode.c, where the libraries are there */
must_check int picture_decode(const struct picture_head *head, const void *bytes, size_t size,
                              struct picture *picture);
