/* The lines that cannot be imported, with the field and the reason; they can be written to a file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/fault.h"
#include "client/views/import-private.h"
#include "client/views/path.h"
#include "client/views/text.h"

enum { COLUMN_LINE, COLUMN_FIELD, COLUMN_WORDS };

static const json_t *line_at(const struct import_view *view, size_t row)
{
    return json_array_get(view->lines, row);
}

static size_t model_count(void *context)
{
    return json_array_size(((struct import_view *)context)->lines);
}

static enum table_state model_state(void *context)
{
    return ((struct import_view *)context)->asked ? TABLE_LOADING : TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    return json_integer_value(json_object_get(line_at(context, row), "line"));
}

static const char *field_words(const struct import_view *view, const json_t *line)
{
    const char *name = json_string_value(json_object_get(line, "field"));
    const struct field *field = name ? catalogue_field(view->entity, name) : NULL;
    return field ? _(field->label) : name ? name : "";
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct import_view *view = context;
    const json_t *line = line_at(view, row);
    (void)role;
    switch (column) {
    case COLUMN_LINE: str_addf(scratch, "%lld", (long long)model_id(view, row)); return scratch->data;
    case COLUMN_FIELD: return field_words(view, line);
    default: arena_reset(view->arena); return error_text(view->arena, view->entity, line);
    }
}

const struct table_model import_bad_model = {
    .count = model_count,
    .state = model_state,
    .id = model_id,
    .cell = model_cell,
};

void import_bad_columns(struct import_view *view)
{
    const struct table_column columns[] = {
        [COLUMN_LINE] = {.title = _("Line"), .width = 7, .align = ALIGN_RIGHT},
        [COLUMN_FIELD] = {.title = _("Field"), .width = 12, .width_max = 20, .priority = 1},
        [COLUMN_WORDS] = {.title = _("What is wrong"), .width = 30, .width_max = 120},
    };
    table_clear_columns(&view->table);
    for (size_t i = 0; i < array_len(columns); i++)
        table_add_column(&view->table, &columns[i]);
}

/* In the order of the file; a server that took over tells again what is known. */
void import_bad_add(struct import_view *view, const json_t *row)
{
    int64_t line = json_integer_value(json_object_get(row, "line"));
    size_t count = json_array_size(view->lines);
    if (count && model_id(view, count - 1) >= line)
        return;
    json_array_append_new(view->lines, json_deep_copy(row));
    table_changed(&view->table);
}

static void write_lines(struct screen *below, const char *path, void *context)
{
    struct import_view *view = import_view_of(below);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    FILE *file = fopen(path, "wxe");
    (void)context;
    for (size_t i = 0; file && i < json_array_size(view->lines); i++)
        fprintf(file, "%lld\t%s\t%s\n", (long long)model_id(view, i), field_words(view, line_at(view, i)),
                error_text(arena, view->entity, line_at(view, i)));
    bool good = file && !ferror(file);
    if (file && fclose(file) != 0)
        good = false;
    if (good)
        ui_say(view->app->ui, ROLE_GOOD, "%s: %s", _("Written"), path);
    else
        ui_say(view->app->ui, ROLE_ERROR, "%s: %s", path, fault_words(errno));
}

void import_bad_write(struct import_view *view)
{
    path_ask(view->app, &view->screen, _("Bad lines into a file"), NULL, "bad-lines.txt", PATH_TO_WRITE,
             write_lines, NULL, NULL);
}
