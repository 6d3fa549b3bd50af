/* What a person types into a field: what is accepted is a value the server's door takes too, and can be shown. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "model/field.h"
#include "model/value.h"
#include "wire/json.h"

static const struct choice choices[] = {{"tow", "Tow"}, {"jump_start", "Jump start"}, {NULL}};
static const struct field fields[] = {
    {.name = "id", .type = FIELD_ID},
    {.name = "text", .type = FIELD_TEXT, .max = 20},
    {.name = "note", .type = FIELD_NOTE},
    {.name = "code", .type = FIELD_CODE},
    {.name = "phone", .type = FIELD_PHONE},
    {.name = "plate", .type = FIELD_PLATE},
    {.name = "int", .type = FIELD_INT, .min = -50, .max = 50},
    {.name = "fen", .type = FIELD_FEN},
    {.name = "fen_of_any_sign", .type = FIELD_FEN, .min = -FIELD_FEN_MAX},
    {.name = "ratio", .type = FIELD_RATIO},
    {.name = "bool", .type = FIELD_BOOL},
    {.name = "date", .type = FIELD_DATE},
    {.name = "time", .type = FIELD_TIME},
    {.name = "duration", .type = FIELD_DURATION},
    {.name = "ref", .type = FIELD_REF, .ref = "branch"},
    {.name = "choice", .type = FIELD_CHOICE, .choices = choices},
    {.name = "set", .type = FIELD_SET, .choices = choices},
    {.name = "point", .type = FIELD_POINT},
    {.name = "file", .type = FIELD_FILE},
};

/* The way of a value from a form to the server. */
static void send(const struct field *field, struct arena *arena, const char *text)
{
    struct str json;
    struct value value;
    struct json_fault broken;
    str_init(&json, arena);
    str_add_char(&json, '[');
    value_text_to_json(field, text, &json);
    str_add_char(&json, ']');
    json_t *read = json_read(json.data, json.len, &broken);
    must(read && json_array_size(read) == 1);
    must(value_read(field, arena, json_array_get(read, 0), &value) == FIELD_OK);
    const char *shown = field_print(field, arena, text, "Asia/Shanghai");
    must(!shown || utf8_check(shown, strlen(shown), true) != UTF8_BROKEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct field *field = &fields[fuzz_choice(&data, &size) % array_len(fields)];
    struct arena *arena = arena_create(0);
    char *typed = fuzz_text(data, size);
    const char *text = NULL;
    json_init();
    json_use_arena(arena);
    enum field_fault fault = field_parse_text(field, arena, typed, &text);
    must(fault == FIELD_OK || *field_fault_text(fault));
    if (fault == FIELD_OK && text && *text)
        send(field, arena, text);
    (void)field_print(field, arena, typed, "Asia/Shanghai"); /* what a faulty server may send */
    json_use_arena(NULL);
    arena_destroy(arena);
    free(typed);
    return 0;
}
