/* The codes a field may hold, with their words in the person's language. */
#pragma once

#include "client/views/context.h"
#include "model/field.h"

/* Ended by a row without code; yes and no are those of a bool ("true", "false"). Never NULL. */
const struct choice *choices_of(const struct field *field);
const char *choice_words(const struct app_context *app, const struct choice *choice);

/* Whether what was typed may mean it: its code, or the beginning of a word in any of the languages, in pinyin, initials, either script. */
bool choice_fits(const struct app_context *app, const struct choice *choice, const char *typed);

/* NULL: there is no such code. */
const struct choice *choice_find(const struct choice *choices, const char *code);

/* The words for a code of the field, or of a list; the code itself when it is unknown. */
const char *choice_label(const struct app_context *app, const struct field *field, const char *code);
const char *choice_label_in(const struct app_context *app, const struct choice *choices, const char *code);
