/* What a data repair does besides changing the values asked for, in words. */
#pragma once

#include "client/views/context.h"

struct arena;
struct str;
struct catalogue_entity;

/* A line each, without a line end after the last. about: what is repaired; NULL: unknown here. */
void repair_follows_write(const struct app_context *app, struct arena *arena,
                          const struct catalogue_entity *about, const json_t *follows, struct str *out);
