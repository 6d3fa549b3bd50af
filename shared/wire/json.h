/*
 * jansson with our rules: memory from the thread's arena, strangers' text scanned before it is parsed, duplicate keys refused.
 *
 * Call json_init() once, before the first thread. From then on never free() what jansson returns (json_dumps): use json_write.
 * Values made while an arena is in use live in it: json_decref is then harmless and not needed, and such values die
 * with the arena. Values made without one are malloc'd and counted as always, also when released under an arena.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/util.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_fault_kind {
    JSON_FAULT_NONE,
    JSON_FAULT_SYNTAX,
    JSON_FAULT_DEPTH,
    JSON_FAULT_KEYS,      /* too many in the message */
    JSON_FAULT_DUPLICATE, /* a key twice in one object */
    JSON_FAULT_RANGE,     /* a number that does not fit; INT64_MIN, our null, is refused too */
    JSON_FAULT_UTF8,      /* not UTF-8, or half a surrogate pair */
    JSON_FAULT_TEXT,      /* a control or hidden character in a text; LF and TAB may come as \n and \t */
    JSON_FAULT_KINDS
};

struct json_fault {
    enum json_fault_kind kind;
    size_t at; /* byte of the text where it was seen */
};

/* Gives jansson our allocator and a random seed against chosen keys. */
void json_init(void);

/* From now on this thread's values come from the arena; NULL: from malloc. Returns what was in use before. */
struct arena *json_use_arena(struct arena *arena);

/* Looks a client's message over without building anything; 0 or the kind of the fault. */
int json_scan(const char *text, size_t len, struct json_fault *fault_r) must_check;

/* Scans with the limits of limits.h, then parses; the text must be an object or array. NULL and the fault, else a new reference. */
json_t *json_read(const char *text, size_t len, struct json_fault *fault_r) must_check;

/* For what our own server wrote: no limit of keys and texts beyond the length of the line. */
json_t *json_read_reply(const char *text, size_t len, struct json_fault *fault_r) must_check;

/* English, for a message. */
const char *json_fault_text(enum json_fault_kind kind);

/* What a typed getter found; results are only touched when it is JSON_GET_FOUND. null is told from absent. */
enum json_get { JSON_GET_FOUND, JSON_GET_MISSING, JSON_GET_NULL, JSON_GET_WRONG };

enum json_get json_get_int(const json_t *object, const char *key, int64_t *value_r);
enum json_get json_get_real(const json_t *object, const char *key, double *value_r); /* takes integers too */
enum json_get json_get_bool(const json_t *object, const char *key, bool *value_r);
enum json_get json_get_text(const json_t *object, const char *key, const char **value_r);

/* Adds any value on one line, compact, keys in their order. */
void json_write(const json_t *value, struct str *s);
