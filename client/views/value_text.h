/* Values of records as text: between the protocol's JSON, what a form shows and takes, and what a list shows. Texts are in the person's language and zone. */
#pragma once

#include "base/arena.h"
#include "client/views/context.h"
#include "model/field.h"

/* The protocol text of a JSON value: "120000", "true", codes joined by commas. NULL for null and for lines. In the arena. */
const char *value_of_json(struct arena *arena, const json_t *json);

/* JSON of the protocol from its text; NULL and "" become null. A new reference. */
json_t *value_to_json(const struct field *field, const char *value);

/* `customer_label` for `customer_id`: where a row has the words for a reference. In the arena. */
const char *label_name(struct arena *arena, const char *field);

/* The words a row has for its reference, or, where this person may not see what it refers to, those that say so: nothing of it is told, nor
 * its number. NULL: none. */
const char *label_of_row(struct arena *arena, const struct field *field, const json_t *row);

/* What a list or a form that is only read shows. `label`: a reference's words, may be NULL. In the arena or static, never NULL. */
const char *value_show(const struct app_context *app, struct arena *arena, const struct field *field,
                       const char *value, const char *label);

/* The same straight from a row. */
const char *value_show_row(const struct app_context *app, struct arena *arena, const struct field *field,
                           const json_t *row);

/* What stands in the input when the field is edited: whatever value_take reads back. */
const char *value_edit(const struct app_context *app, struct arena *arena, const struct field *field,
                       const char *value, const char *label);

/* Reads what was typed: shorthand dates, sums of the calculator, choices by code or words. NULL in *value_r: empty. Returns NULL, or
 * what is wrong, translated and in the arena. References are not read here. */
const char *value_take(const struct app_context *app, struct arena *arena, const struct field *field,
                       const char *typed, const char **value_r);

/* The words for a fault of a field, with its label and limits put in. */
const char *value_fault(const struct app_context *app, struct arena *arena, const struct field *field,
                        enum field_fault fault, const char *value);
