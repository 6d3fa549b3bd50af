#include "model/value.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct value value_null(const struct field *field)
{
    struct value value = {.storage = field_storage_of(field), .null = true};
    switch (value.storage) {
    case STORE_INT: value.number = NIL; break;
    case STORE_BOOL: value.truth = false; break;
    case STORE_REAL: value.real = NAN; break;
    case STORE_TIME: value.time = INSTANT_NIL; break;
    case STORE_DATE: value.day = DAY_NIL; break;
    case STORE_SET: value.set = (struct text_set){0}; break;
    default: value.text = NULL; break;
    }
    return value;
}

static bool choice_known(const struct field *field, const char *code)
{
    if (!field->choices)
        return true;
    for (const struct choice *choice = field->choices; choice->code; choice++) {
        if (!strcmp(choice->code, code))
            return true;
    }
    return false;
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static enum field_fault check_text(const struct field *field, const char *text)
{
    enum field_type type = field_type_of(field);
    if (utf8_check(text, strlen(text), type == FIELD_NOTE) != UTF8_OK)
        return FIELD_UNCLEAN;
    if (characters(text) > field_max(field))
        return FIELD_TOO_LONG;
    if (field->choices && !choice_known(field, text))
        return FIELD_NO_CHOICE;
    return FIELD_OK;
}

static enum field_fault check_number(const struct field *field, int64_t number)
{
    enum field_type type = field_type_of(field);
    if (type == FIELD_ID || type == FIELD_REF || type == FIELD_FILE)
        return number > 0 ? FIELD_OK : FIELD_BAD;
    if (number < field->min)
        return FIELD_TOO_SMALL;
    if (field->max && number > (int64_t)field->max)
        return FIELD_TOO_LARGE;
    if (type == FIELD_FEN && (number > FIELD_FEN_MAX || number < -FIELD_FEN_MAX))
        return FIELD_TOO_LARGE;
    return FIELD_OK;
}

static enum field_fault check_real(const struct field *field, double real)
{
    if (!isfinite(real))
        return FIELD_BAD;
    if (field_type_of(field) == FIELD_POINT && fabs(real) > 180)
        return FIELD_BAD;
    if (field_type_of(field) == FIELD_RATIO && real < (double)field->min)
        return FIELD_TOO_SMALL;
    return field->max && real > field->max ? FIELD_TOO_LARGE : FIELD_OK;
}

static enum field_fault check_set(const struct field *field, struct text_set set)
{
    for (size_t i = 0; i < set.count; i++) {
        const char *item = set.items[i];
        if (!*item || utf8_check(item, strlen(item), false) != UTF8_OK)
            return FIELD_UNCLEAN;
        if (characters(item) > FIELD_TEXT_MAX)
            return FIELD_TOO_LONG;
        if (!choice_known(field, item))
            return FIELD_NO_CHOICE;
        for (size_t j = 0; j < i; j++) {
            if (!strcmp(set.items[j], item))
                return FIELD_BAD;
        }
    }
    return FIELD_OK;
}

enum field_fault value_check(const struct field *field, const struct value *value)
{
    if (value->null)
        return FIELD_OK;
    switch (value->storage) {
    case STORE_INT: return check_number(field, value->number);
    case STORE_TEXT: return check_text(field, value->text);
    case STORE_REAL: return check_real(field, value->real);
    case STORE_SET: return check_set(field, value->set);
    default: return FIELD_OK;
    }
}

static enum field_fault read_text(const struct field *field, struct arena *arena, const json_t *json,
                                  struct value *value)
{
    const char *text = json_string_value(json);
    if (!text || strlen(text) != json_string_length(json))
        return FIELD_BAD;
    if (!*text)
        return FIELD_OK;
    value->null = false;
    switch (field_type_of(field)) {
    case FIELD_CODE:
    case FIELD_PHONE:
    case FIELD_PLATE: {
        enum field_fault fault = field_parse_text(field, arena, text, &value->text);
        value->null = !value->text;
        return fault;
    }
    default: value->text = arena_strdup(arena, text); return FIELD_OK;
    }
}

static enum field_fault read_set(struct arena *arena, const json_t *json, struct value *value)
{
    size_t count = json_array_size(json);
    if (!json_is_array(json) || count > FIELD_ITEMS_MAX)
        return json_is_array(json) ? FIELD_TOO_LONG : FIELD_BAD;
    value->set.items = arena_alloc(arena, (count + 1) * sizeof(*value->set.items));
    value->set.count = count;
    value->null = false;
    for (size_t i = 0; i < count; i++) {
        const char *item = json_string_value(json_array_get(json, i));
        if (!item)
            return FIELD_BAD;
        value->set.items[i] = arena_strdup(arena, item);
    }
    return FIELD_OK;
}

static enum field_fault read_scalar(const struct field *field, struct arena *arena, const json_t *json,
                                    struct value *value)
{
    switch (value->storage) {
    case STORE_INT:
        value->null = false;
        value->number = json_integer_value(json);
        return json_is_integer(json) && value->number != NIL ? FIELD_OK : FIELD_BAD;
    case STORE_BOOL:
        value->null = false;
        value->truth = json_is_true(json);
        return json_is_boolean(json) ? FIELD_OK : FIELD_BAD;
    case STORE_REAL:
        value->null = false;
        value->real = json_number_value(json) + 0.0; /* a zero has no sign */
        return json_is_number(json) ? FIELD_OK : FIELD_BAD;
    case STORE_TEXT: return read_text(field, arena, json, value);
    case STORE_SET: return read_set(arena, json, value);
    default: break;
    }
    const char *text = json_string_value(json);
    if (!text)
        return FIELD_BAD;
    if (!*text)
        return FIELD_OK;
    value->null = false;
    if (value->storage == STORE_TIME)
        return time_parse(text, &value->time) < 0 ? FIELD_BAD : FIELD_OK;
    if (value->storage == STORE_DATE)
        return day_parse(text, &value->day) < 0 ? FIELD_BAD : FIELD_OK;
    return FIELD_BAD;
}

enum field_fault value_read(const struct field *field, struct arena *arena, const json_t *json,
                            struct value *value_r)
{
    *value_r = value_null(field);
    if (!json || json_is_null(json))
        return FIELD_OK;
    if (value_r->storage == STORE_LINES || value_r->storage == STORE_NONE)
        return FIELD_BAD;
    enum field_fault fault = read_scalar(field, arena, json, value_r);
    return fault != FIELD_OK ? fault : value_check(field, value_r);
}

static void write_set(struct str *out, struct text_set set)
{
    str_add_char(out, '[');
    for (size_t i = 0; i < set.count; i++) {
        if (i)
            str_add_char(out, ',');
        str_add_json(out, set.items[i]);
    }
    str_add_char(out, ']');
}

/* The shortest decimal that reads back as the same number. */
static const char *real_text(char *buf, size_t size, double real)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buf, size, "%.*g", digits, real);
        if (strtod(buf, NULL) == real)
            break;
    }
    return buf;
}

void value_write(struct str *out, const struct value *value)
{
    char buf[64];
    if (value->null && value->storage != STORE_SET && value->storage != STORE_BOOL) {
        str_add(out, "null");
        return;
    }
    switch (value->storage) {
    case STORE_INT: str_addf(out, "%" PRId64, value->number); break;
    case STORE_BOOL: str_add(out, value->truth ? "true" : "false"); break;
    case STORE_REAL: str_add(out, real_text(buf, sizeof(buf), value->real)); break;
    case STORE_TIME: str_add_json(out, time_print(buf, sizeof(buf), value->time)); break;
    case STORE_DATE: str_add_json(out, day_print(buf, sizeof(buf), value->day)); break;
    case STORE_SET: write_set(out, value->set); break;
    case STORE_TEXT: str_add_json(out, value->text); break;
    default: str_add(out, "null"); break;
    }
}

const char *value_text(struct arena *arena, const struct value *value)
{
    char buf[64];
    struct str text;
    if (value->null)
        return NULL;
    switch (value->storage) {
    case STORE_INT: return arena_printf(arena, "%" PRId64, value->number);
    case STORE_BOOL: return value->truth ? "true" : "false";
    case STORE_REAL: return arena_strdup(arena, real_text(buf, sizeof(buf), value->real));
    case STORE_TIME: return arena_strdup(arena, time_print(buf, sizeof(buf), value->time));
    case STORE_DATE: return arena_strdup(arena, day_print(buf, sizeof(buf), value->day));
    case STORE_TEXT: return value->text;
    case STORE_SET: break;
    default: return NULL;
    }
    str_init(&text, arena);
    for (size_t i = 0; i < value->set.count; i++) {
        if (i)
            str_add_char(&text, ',');
        str_add(&text, value->set.items[i]);
    }
    return text.data;
}

static struct text_set set_of_text(struct arena *arena, const char *text)
{
    struct text_set set = {.items = arena_alloc(arena, (strlen(text) / 2 + 2) * sizeof(*set.items))};
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        if (len)
            set.items[set.count++] = arena_strndup(arena, at, len);
        at += len + (at[len] == ',');
    }
    return set;
}

struct value value_of_text(const struct field *field, struct arena *arena, const char *text)
{
    struct value value = value_null(field);
    if (!text || !*text)
        return value;
    value.null = false;
    switch (value.storage) {
    case STORE_INT: value.number = strtoll(text, NULL, 10); break;
    case STORE_BOOL: value.truth = !strcmp(text, "true"); break;
    case STORE_REAL: value.real = strtod(text, NULL) + 0.0; break;
    case STORE_TIME: value.null = time_parse(text, &value.time) < 0; break;
    case STORE_DATE: value.null = day_parse(text, &value.day) < 0; break;
    case STORE_SET: value.set = set_of_text(arena, text); break;
    case STORE_TEXT: value.text = text; break;
    default: value.null = true; break;
    }
    return value;
}

void value_text_to_json(const struct field *field, const char *text, struct str *out)
{
    if (!text || !*text) {
        str_add(out, field_storage_of(field) == STORE_SET ? "[]" : "null");
        return;
    }
    switch (field_storage_of(field)) {
    case STORE_INT:
    case STORE_BOOL:
    case STORE_REAL: str_add(out, text); return;
    case STORE_SET: break;
    default: str_add_json(out, text); return;
    }
    str_add_char(out, '[');
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        if (at != text)
            str_add_char(out, ',');
        str_add_json_n(out, at, len);
        at += len + (at[len] == ',');
    }
    str_add_char(out, ']');
}

static bool set_equal(struct text_set a, struct text_set b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++) {
        if (strcmp(a.items[i], b.items[i]) != 0)
            return false;
    }
    return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->storage == STORE_SET)
        return set_equal(a->set, b->set);
    if (a->null || b->null)
        return a->null == b->null;
    switch (a->storage) {
    case STORE_INT: return a->number == b->number;
    case STORE_BOOL: return a->truth == b->truth;
    case STORE_REAL: return a->real == b->real;
    case STORE_TIME: return a->time.us == b->time.us;
    case STORE_DATE: return a->day.n == b->day.n;
    case STORE_TEXT: return !strcmp(a->text, b->text);
    default: return false;
    }
}
