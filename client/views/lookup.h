/* Finding records for a reference by a few letters: code, name, pinyin, tail of a phone or plate, as the server searches. */
#pragma once

#include "client/ui/choices.h"
#include "client/views/ask.h"
#include "model/field.h"

enum { LOOKUP_ROWS = 30 };

bool lookup_may(const struct app_context *app, const char *entity);

/* Asks for records of an entity that fit the letters; 0 when this person may not list them. */
uint64_t lookup_ask(struct app_context *app, struct screen *screen, const char *entity, const char *typed,
                    ask_done *done, void *context);

/* The rows of the answer as choices: the record's title, and what tells it from its like. */
void lookup_fill(struct app_context *app, struct choices *choices, const char *entity, const json_t *answer);

/* A row's title, or its number where it has none; and in *detail_r what tells it from its like. In the arena. */
const char *lookup_title(struct app_context *app, struct arena *arena, const struct catalogue_entity *entity,
                         const json_t *row, const char **detail_r);
