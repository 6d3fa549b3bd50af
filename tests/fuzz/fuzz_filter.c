/* A filter, typed on a line or as JSON: what is accepted says the same when it is written as JSON and read again. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "model/filter_part.h"
#include "wire/json.h"

static const struct choice states[] = {{"new", "New"}, {"dispatched", "Dispatched"}, {NULL}};
static const struct field fields[] = {
    {.name = "id", .type = FIELD_ID},        {.name = "state", .type = FIELD_CHOICE, .choices = states},
    {.name = "at", .type = FIELD_TIME},      {.name = "day", .type = FIELD_DATE},
    {.name = "plate", .type = FIELD_PLATE},  {.name = "phone", .type = FIELD_PHONE},
    {.name = "name", .type = FIELD_TEXT},    {.name = "fen", .type = FIELD_FEN, .min = -100000},
    {.name = "km", .type = FIELD_RATIO},     {.name = "urgent", .type = FIELD_BOOL},
    {.name = "services", .type = FIELD_SET}, {.name = "password", .type = FIELD_TEXT, .secret = true},
    {.name = "lines", .type = FIELD_LINES},
};

static const struct field *lookup(const void *context, const char *name)
{
    for (size_t i = 0; i < array_len(fields); i++)
        if (!strcmp(fields[i].name, name))
            return &fields[i];
    return NULL;
}

static int read_json(const char *text, size_t len, struct arena *arena, struct filter *filter)
{
    struct json_fault broken;
    struct filter_fault fault;
    json_t *json = json_read(text, len, &broken);
    int result = json ? filter_read(json, lookup, NULL, arena, "Asia/Shanghai", filter, &fault) : -1;
    must(!json || result == 0 || fault.msgid);
    return result;
}

static int read_line(const char *text, struct arena *arena, struct filter *filter)
{
    struct filter_fault fault;
    int result = filter_parse_line(text, lookup, NULL, arena, "Asia/Shanghai", filter, &fault);
    must(result == 0 || fault.msgid);
    return result;
}

/* The form of a line writes a line that means the same; quotes apart, which a part may need elsewhere. */
static void through_the_form(const char *text, struct arena *arena, const struct str *json)
{
    static struct filter_parts parts;
    static struct filter again;
    struct filter_fault fault;
    struct json_fault broken;
    struct str line, second;
    if (strchr(text, '"'))
        return;
    must(filter_parts_read(text, lookup, NULL, arena, "Asia/Shanghai", &parts, &fault) == 0);
    str_init(&line, arena);
    str_init(&second, arena);
    filter_parts_write(&parts, arena, &line);
    must(read_line(line.data, arena, &again) == 0);
    filter_write(&again, &second);
    must(json_equal(json_read(json->data, json->len, &broken), json_read(second.data, second.len, &broken)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0);
    static struct filter filter, again;
    struct str first, second;
    json_init();
    json_use_arena(arena);
    char *text = fuzz_text(data, size);
    str_init(&first, arena);
    str_init(&second, arena);
    if ((*text == '{' ? read_json(text, size, arena, &filter) : read_line(text, arena, &filter)) == 0) {
        must(filter.count <= FILTER_TERMS_MAX);
        filter_write(&filter, &first);
        must(read_json(first.data, first.len, arena, &again) == 0);
        filter_write(&again, &second);
        must(strcmp(first.data, second.data) == 0);
        if (*text != '{')
            through_the_form(text, arena, &first);
    }
    json_use_arena(NULL);
    arena_destroy(arena);
    free(text);
    return 0;
}
