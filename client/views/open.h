/* Opening things by what they are: through the entity's desk where there is one, else the generic screen. */
#pragma once

#include "client/views/desk.h"

/* The entity's list. `filter` is a typed filter line ("state=new plate~A12"), or NULL. On a task of its own when asked. */
void open_list(struct app_context *app, const struct catalogue_entity *entity, const char *filter);
void open_record(struct app_context *app, const struct catalogue_entity *entity, int64_t id);
void open_new(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill);
void open_desk(struct app_context *app, const struct desk *desk);

/* The generic screens, for desks that want them beside their own. */
void list_open(struct app_context *app, const struct catalogue_entity *entity, const char *filter);
void form_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id);
void form_open_new(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill);
void history_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id, const char *title);
