/* A stranger's JSON: what the scan lets through keeps to the limits, and what is read is the same when it is written and read again. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/utf8.h"
#include "wire/json.h"
#include "wire/limits.h"

static bool has_huge; /* a real that may not fit any more once it was rounded to the digits that are written */

static void look(const json_t *value, unsigned depth, size_t *keys)
{
    const char *key;
    json_t *item;
    size_t i;
    must(depth <= WIRE_JSON_DEPTH_MAX + 1);
    if (json_is_string(value))
        must(utf8_check(json_string_value(value), json_string_length(value), true) != UTF8_BROKEN &&
             !memchr(json_string_value(value), '\0', json_string_length(value)));
    else if (json_is_integer(value))
        must(json_integer_value(value) != NIL);
    else if (json_is_real(value))
        has_huge |= fabs(json_real_value(value)) > 1e308;
    json_array_foreach(value, i, item) look(item, depth + 1, keys);
    json_object_foreach((json_t *)value, key, item)
    {
        (*keys)++;
        look(item, depth + 1, keys);
    }
}

static void check_again(const json_t *value, struct arena *arena)
{
    struct str text, twice;
    struct json_fault fault;
    str_init(&text, arena);
    str_init(&twice, arena);
    json_write(value, &text);
    must(!memchr(text.data, '\n', text.len));
    json_t *again = json_read_reply(text.data, text.len, &fault);
    must(again);
    json_write(again, &twice);
    must(strcmp(text.data, twice.data) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0);
    struct json_fault scanned, fault;
    char *text = fuzz_text(data, size);
    size_t keys = 0;
    has_huge = false;
    json_init();
    json_use_arena(arena);
    int bad = json_scan(text, size, &scanned);
    json_t *value = json_read(text, size, &fault);
    must(!bad || !value);
    must(value ? fault.kind == JSON_FAULT_NONE : fault.kind != JSON_FAULT_NONE && fault.at <= size);
    must(*json_fault_text(scanned.kind) || !bad);
    if (value) {
        look(value, 1, &keys);
        must(keys <= WIRE_JSON_KEYS_MAX);
        if (!has_huge)
            check_again(value, arena);
    }
    json_use_arena(NULL);
    arena_destroy(arena);
    free(text);
    return 0;
}
