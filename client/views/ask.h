/*
 * A request in the name of a screen. When the screen is gone before the answer comes, the answer is dropped; a command that changes something
 * is done all the same. Over a lost line requests wait and are repeated (client/link/call.h).
 */
#pragma once

#include "client/views/context.h"

typedef void ask_done(struct screen *screen, const struct answer *answer, void *context);
typedef void ask_row(struct screen *screen, const json_t *row, void *context);

/* Takes over args. The context lives as long as the screen. row may be NULL. Returns the number for link_cancel. */
uint64_t ask(struct app_context *app, struct screen *screen, const char *verb, json_t *args, unsigned flags, ask_row *row,
             ask_done *done, void *context);

/* "entity.verb", in a static buffer. */
const char *verb_of(const char *entity, const char *verb);

/* The server's words of a refusal in the person's language: msgid with its {args} put in. The field's label is in it where the server names
 * one. `entity` may be NULL. In the arena. */
const char *answer_text(struct arena *arena, const struct catalogue_entity *entity, const struct answer *answer);

/* Says so on the message line, as an error. */
void answer_say(struct app_context *app, const struct catalogue_entity *entity, const struct answer *answer);

/* Puts {name} parameters into a translated text; pairs of name and value, ended by NULL. */
const char *text_fill(struct arena *arena, const char *text, ...) __attribute__((sentinel));
