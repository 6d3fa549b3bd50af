#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

/* What jansson gets is preceded by where it came from, so that a value may be released under any arena or none. */
struct piece {
    _Alignas(16) bool in_arena;
};

static _Thread_local struct arena *json_arena;
static pthread_once_t json_once = PTHREAD_ONCE_INIT;

static void *take_piece(size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    size_t size = sizeof(struct piece) + n;
    struct piece *piece = json_arena ? arena_alloc(json_arena, size) : memory_alloc(size);
    piece->in_arena = json_arena != NULL;
    return piece + 1;
}

static void drop_piece(void *memory)
{
    if (!memory)
        return;
    struct piece *piece = (struct piece *)memory - 1;
    if (!piece->in_arena)
        free(piece);
}

static void install(void)
{
    json_set_alloc_funcs(take_piece, drop_piece);
    json_object_seed(0);
}

void json_init(void)
{
    pthread_once(&json_once, install);
}

struct arena *json_use_arena(struct arena *arena)
{
    struct arena *before = json_arena;
    json_arena = arena;
    return before;
}

static const char *const fault_texts[] = {
    [JSON_FAULT_NONE] = "",
    [JSON_FAULT_SYNTAX] = "the text is not JSON",
    [JSON_FAULT_DEPTH] = "the JSON is nested too deeply",
    [JSON_FAULT_KEYS] = "the JSON has too many keys",
    [JSON_FAULT_DUPLICATE] = "a key stands twice in one object",
    [JSON_FAULT_RANGE] = "a number is too large",
    [JSON_FAULT_UTF8] = "a text is not UTF-8",
    [JSON_FAULT_TEXT] = "a text holds a control or hidden character",
};

_Static_assert(array_len(fault_texts) == JSON_FAULT_KINDS, "a text for each fault");

const char *json_fault_text(enum json_fault_kind kind)
{
    return fault_texts[kind];
}

static enum json_fault_kind kind_of(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key: return JSON_FAULT_DUPLICATE;
    case json_error_numeric_overflow: return JSON_FAULT_RANGE;
    case json_error_stack_overflow: return JSON_FAULT_DEPTH;
    case json_error_invalid_utf8: return JSON_FAULT_UTF8;
    case json_error_null_character:
    case json_error_null_byte_in_key: return JSON_FAULT_TEXT;
    default: return JSON_FAULT_SYNTAX;
    }
}

static json_t *parse(const char *text, size_t len, struct json_fault *fault_r)
{
    json_error_t error;
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        *fault_r = (struct json_fault){kind_of(&error), error.position > 0 ? (size_t)error.position : 0};
    return value;
}

json_t *json_read(const char *text, size_t len, struct json_fault *fault_r)
{
    return json_scan(text, len, fault_r) ? NULL : parse(text, len, fault_r);
}

json_t *json_read_reply(const char *text, size_t len, struct json_fault *fault_r)
{
    *fault_r = (struct json_fault){0};
    return parse(text, len, fault_r);
}

/* Finds the value and tells absent and null apart from one that may be looked at. */
static enum json_get find(const json_t *object, const char *key, json_t **value_r)
{
    *value_r = json_object_get(object, key);
    if (!*value_r)
        return JSON_GET_MISSING;
    return json_is_null(*value_r) ? JSON_GET_NULL : JSON_GET_FOUND;
}

enum json_get json_get_int(const json_t *object, const char *key, int64_t *value_r)
{
    json_t *value;
    enum json_get got = find(object, key, &value);
    if (got == JSON_GET_FOUND && !json_is_integer(value))
        return JSON_GET_WRONG;
    if (got == JSON_GET_FOUND)
        *value_r = json_integer_value(value);
    return got;
}

enum json_get json_get_real(const json_t *object, const char *key, double *value_r)
{
    json_t *value;
    enum json_get got = find(object, key, &value);
    if (got == JSON_GET_FOUND && !json_is_number(value))
        return JSON_GET_WRONG;
    if (got == JSON_GET_FOUND)
        *value_r = json_number_value(value);
    return got;
}

enum json_get json_get_bool(const json_t *object, const char *key, bool *value_r)
{
    json_t *value;
    enum json_get got = find(object, key, &value);
    if (got == JSON_GET_FOUND && !json_is_boolean(value))
        return JSON_GET_WRONG;
    if (got == JSON_GET_FOUND)
        *value_r = json_is_true(value);
    return got;
}

enum json_get json_get_text(const json_t *object, const char *key, const char **value_r)
{
    json_t *value;
    enum json_get got = find(object, key, &value);
    if (got == JSON_GET_FOUND && !json_is_string(value))
        return JSON_GET_WRONG;
    if (got == JSON_GET_FOUND)
        *value_r = json_string_value(value);
    return got;
}

static int add_bytes(const char *bytes, size_t n, void *s)
{
    str_add_n(s, bytes, n);
    return 0;
}

void json_write(const json_t *value, struct str *s)
{
    enum { REAL_DIGITS = 15 }; /* what a double always gives back as it was typed */
    size_t len = s->len;
    if (json_dump_callback(value, add_bytes, s,
                           JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS)) < 0) {
        str_truncate(s, len);
        str_add(s, "null");
    }
}
