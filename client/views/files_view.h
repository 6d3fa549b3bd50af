/* A file on the screen: text as text, a picture as far as the terminal can show one. */
#pragma once

#include "client/views/context.h"

bool file_view_can(const char *type);

/* The bytes are copied. */
void file_view_open(struct app_context *app, const char *name, const char *type, const char *bytes, size_t n);
