#include "client/views/lookup.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { DETAILS = 2, COLUMNS = 6 };

/* The list's first columns and the title: enough to tell one from another. */
static json_t *columns_of(const struct catalogue_entity *entity)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < COLUMNS && entity->columns[i]; i++)
        json_array_append_new(columns, json_string(entity->columns[i]));
    if (entity->title)
        json_array_append_new(columns, json_string(entity->title));
    return columns;
}

bool lookup_may(const struct app_context *app, const char *name)
{
    return catalogue_entity(app->catalogue, name) && app_may(app, verb_of(name, "list"));
}

uint64_t lookup_ask(struct app_context *app, struct screen *screen, const char *name, const char *typed,
                    ask_done *done, void *context)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    if (!lookup_may(app, name))
        return 0;
    json_t *args = json_pack("{s:i, s:o}", "limit", (int)LOOKUP_ROWS, "columns", columns_of(entity));
    if (*typed)
        json_object_set_new(args, "q", json_string(typed));
    if (catalogue_field(entity, "disabled_at"))
        json_object_set_new(args, "filter", json_pack("{s:{s:b}}", "disabled_at", "null", 1));
    return ask(app, screen, verb_of(name, "list"), args, CALL_READ, NULL, done, context);
}

static const char *show_id(struct arena *arena, const json_t *row)
{
    int64_t id = 0;
    json_get_int(row, "id", &id);
    return arena_printf(arena, "#%lld", (long long)id);
}

const char *lookup_title(struct app_context *app, struct arena *arena, const struct catalogue_entity *entity,
                         const json_t *row, const char **detail_r)
{
    const struct field *title = entity->title ? catalogue_field(entity, entity->title) : NULL;
    const char *words = title ? value_show_row(app, arena, title, row) : "";
    struct str detail;
    str_init(&detail, arena);
    int n = 0;
    for (size_t i = 0; i < COLUMNS && entity->columns[i] && n < DETAILS; i++) {
        const struct field *field = catalogue_field(entity, entity->columns[i]);
        const char *text = field && field != title ? value_show_row(app, arena, field, row) : "";
        if (!*text)
            continue;
        str_addf(&detail, "%s%s", n++ ? " " : "", text);
    }
    *detail_r = detail.data;
    return *words ? words : show_id(arena, row);
}

void lookup_fill(struct app_context *app, struct choices *choices, const char *name, const json_t *answer)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *rows = json_object_get(answer, "rows");
    choices_clear(choices);
    for (size_t i = 0; entity && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *detail;
        const char *words = lookup_title(app, arena, entity, row, &detail);
        int64_t id = 0;
        if (json_get_int(row, "id", &id) == JSON_GET_FOUND)
            choices_add(choices, id, words, detail);
    }
}
