/* Opening things by what they are: through the entity's desk where there is one, else the generic screen. */
#pragma once

#include "client/views/desk.h"

enum open_where { OPEN_HERE, OPEN_TASK /* on a task of its own */ };

/* The entity's list. `filter` is a typed filter line ("state=new plate~A12"), or NULL. */
void open_list(struct app_context *app, const struct catalogue_entity *entity, const char *filter,
               enum open_where where);
void open_record(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                 enum open_where where);
void open_new(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill,
              enum open_where where);
void open_desk(struct app_context *app, const struct desk *desk, enum open_where where);

/* Puts a screen on the present task, or on a new one where open_… was told so: desks open theirs with this. */
void open_screen(struct app_context *app, struct screen *screen);

/* The generic screens, for desks that want them beside their own. */
void list_open(struct app_context *app, const struct catalogue_entity *entity, const char *filter);
void form_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id);
void form_open_new(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill);
void history_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                  const char *title);
