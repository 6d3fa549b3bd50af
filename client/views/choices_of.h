/* The codes a field may hold, with their words in the person's language. */
#pragma once

#include "client/views/context.h"
#include "model/field.h"

/* Ended by a row without code; yes and no are those of a bool ("true", "false"). Never NULL. */
const struct choice *choices_of(const struct field *field);
const char *choice_words(const struct app_context *app, const struct choice *choice);

/* NULL: there is no such code. */
const struct choice *choice_find(const struct choice *choices, const char *code);

/* The words for a code of the field, or of a list; the code itself when it is unknown. */
const char *choice_label(const struct app_context *app, const struct field *field, const char *code);
const char *choice_label_in(const struct app_context *app, const struct choice *choices, const char *code);
