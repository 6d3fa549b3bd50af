/* Filter lines as people read their lists: 状态=新建 means state=new. What is kept, sent and shown again has the names and codes. */
#pragma once

#include "base/arena.h"
#include "client/views/context.h"
#include "model/catalogue.h"

/* By its name, the beginning of one, or its label in the person's language; NULL: none. */
const struct field *filter_field_named(const struct catalogue_entity *entity, const char *name);

/* The line with names in the place of labels, and codes in the place of their words; whatever else is in it stays. In the arena. */
const char *filter_spell(const struct app_context *app, const struct catalogue_entity *entity,
                         struct arena *arena, const char *line);
