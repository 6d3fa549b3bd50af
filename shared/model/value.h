/*
 * One value apart from a record: what a protocol argument or a filter holds. Strict where field_parse_text is kind: this is the
 * form of the wire, checked at the door of the server.
 */
#pragma once

#include "base/str.h"
#include "model/field.h"

#include <jansson.h>

struct value {
    enum field_storage storage;
    bool null;
    union {
        int64_t number;
        const char *text;
        bool truth;
        double real;
        struct instant time;
        struct day day;
        struct text_set set;
    };
};

/* How a value of this field is held: the struct member's storage, or for an argument row the one its type asks for. */
enum field_storage field_storage_of(const struct field *field);

/* The null of the field's storage; of a bool false. */
struct value value_null(const struct field *field);

/*
 * Reads a JSON value of the protocol. null and "" are null. Text is kept as it came (checked), codes, phones and plates are brought into
 * their stored form. .required is not looked at. Choices that stand in the row are checked, those of base data are not. Texts are copied into the arena.
 * FIELD_LINES is FIELD_BAD.
 */
must_check enum field_fault value_read(const struct field *field, struct arena *arena, const json_t *json,
                                       struct value *value_r);

/* The checks of value_read on a value that is there already: length, range, choices. */
must_check enum field_fault value_check(const struct field *field, const struct value *value);

/* As JSON of the protocol. */
void value_write(struct str *out, const struct value *value);

/* As text of the protocol ("120000", RFC 3339, codes joined by commas); NULL for null. */
const char *value_text(struct arena *arena, const struct value *value);

/* The same back, unchecked: for text that was checked already. NULL and "" are null. */
struct value value_of_text(const struct field *field, struct arena *arena, const char *text);

/* Text of the protocol (as field_parse_text makes it) to JSON of the protocol; NULL and "" become null. */
void value_text_to_json(const struct field *field, const char *text, struct str *out);

/* Of values of one field. Two nulls are equal. */
bool value_equal(const struct value *a, const struct value *b);
