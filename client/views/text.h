/* Texts with {name} parameters, and what the server says of a refusal, in the person's language. */
#pragma once

#include "client/views/context.h"

/* Pairs of name and value, ended by NULL. In the arena. */
const char *text_fill(struct arena *arena, const char *text, ...) __attribute__((sentinel));

/* The msgid of a refusal with its {args} put in; {field} and field names among them by their label. `entity` may be NULL. In the arena. */
const char *answer_text(struct arena *arena, const struct catalogue_entity *entity,
                        const struct answer *answer);
const char *error_text(struct arena *arena, const struct catalogue_entity *entity, const json_t *error);

/* Says so on the message line, as an error. */
void answer_say(struct app_context *app, const struct catalogue_entity *entity, const struct answer *answer);
