/* For the files of the picture only: what runs in the child process that decodes. */
#pragma once

#include "client/ui/picture.h"

/* Ends the child; the parent says that it is no picture. */
_Noreturn void picture_child_fail(void);

/* Zeroed; ends the child where there is no more. Nothing is freed: the child ends soon. */
void *picture_child_alloc(size_t size);

/* Red, green, blue, alpha of the whole, or of a jpeg scaled down. Ends the child where it cannot. */
unsigned char *picture_child_decode(enum picture_type type, const void *bytes, size_t size, int *width_r,
                                    int *height_r);
