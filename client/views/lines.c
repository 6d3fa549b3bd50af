/* The rows of a line table (contacts, items): added, edited and taken out one by one; saved with their record. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_dialog.h"
#include "client/views/sheet_parts.h"
#include "client/views/value_text.h"

struct lines {
    struct screen screen;
    struct app_context *app;
    struct sheet *sheet;
    size_t entry;
    const struct field *field;
    json_t *rows; /* our copy, until it is put into the sheet */
    struct table table;
    size_t edited; /* row under edit, or the count for a new one */
    bool readonly;
    struct arena *arena;
};

static struct lines *lines_of(struct screen *screen)
{
    return container_of(screen, struct lines, screen);
}

static size_t count(void *context)
{
    return json_array_size(((struct lines *)context)->rows);
}

static enum table_state state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row + 1;
}

static const char *cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct lines *lines = context;
    (void)role;
    arena_reset(lines->arena);
    str_add(scratch, value_show_row(lines->app, lines->arena, &lines->field->line_fields[column],
                                    json_array_get(lines->rows, row)));
    return scratch->data;
}

static const struct table_model model = {.count = count, .state = state, .id = id, .cell = cell};

/* Every change goes into the sheet at once: there is nothing to save here. */
static void put(struct lines *lines)
{
    sheet_set_lines(lines->sheet, &lines->sheet->entries.items[lines->entry], json_deep_copy(lines->rows));
    table_changed(&lines->table);
}

static void take_labels(struct lines *lines, json_t *row, uint64_t dialog);

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct lines *lines = context;
    (void)below;
    if (lines->edited < json_array_size(lines->rows)) {
        json_t *row = json_array_get(lines->rows, lines->edited);
        json_object_update(row, values);
        take_labels(lines, row, dialog);
        json_decref(values);
    } else {
        take_labels(lines, values, dialog);
        json_array_append_new(lines->rows, values);
    }
    put(lines);
    sheet_dialog_close(lines->app, dialog);
    table_select(&lines->table, (int64_t)lines->edited + 1);
}

/* A reference chosen in the dialog is shown here by its words, too. */
static void take_labels(struct lines *lines, json_t *row, uint64_t dialog)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < lines->field->nline_fields; i++) {
        const struct field *field = &lines->field->line_fields[i];
        const char *words =
            field_type_of(field) == FIELD_REF ? sheet_dialog_label(lines->app, dialog, field->name) : NULL;
        if (words)
            json_object_set_new(row, label_name(arena, field->name), json_string(words));
    }
}

static void edit(struct lines *lines, size_t row)
{
    const json_t *values = json_array_get(lines->rows, row);
    lines->edited = row;
    struct sheet_dialog dialog = {
        .title = lines->field->label ? _(lines->field->label) : lines->field->name,
        .fields = lines->field->line_fields,
        .nfields = lines->field->nline_fields,
        .values = values,
        .whole = !values,
        .readonly = lines->readonly,
        .submit = on_submit,
        .context = lines,
    };
    sheet_dialog_open(lines->app, &lines->screen, &dialog);
}

static unsigned drop(struct lines *lines)
{
    if (!table_has_row(&lines->table))
        return SCREEN_BELL;
    json_array_remove(lines->rows, lines->table.cursor);
    put(lines);
    return SCREEN_REDRAW;
}

static unsigned lines_key(struct screen *screen, const struct key *key)
{
    struct lines *lines = lines_of(screen);
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL; /* no marks here */
    switch (table_key(&lines->table, key)) {
    case TABLE_OPENED: edit(lines, lines->table.cursor); return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    switch (key->code) {
    case K_SAVE: return SCREEN_REDRAW | SCREEN_CLOSE;
    case K_NEW:
    case '+':
    case K_INSERT:
        if (lines->readonly || count(lines) >= field_max(lines->field))
            return SCREEN_BELL;
        edit(lines, count(lines));
        return SCREEN_REDRAW;
    case '-':
    case K_DELETE: return lines->readonly ? SCREEN_BELL : drop(lines);
    default: return SCREEN_UNUSED;
    }
}

static void lines_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    table_draw(&lines_of(screen)->table, canvas, body, true);
}

static void lines_title(struct screen *screen, struct str *out)
{
    struct lines *lines = lines_of(screen);
    str_add(out, lines->field->label ? _(lines->field->label) : lines->field->name);
}

static void lines_crumb(struct screen *screen, struct str *out)
{
    table_position(&lines_of(screen)->table, out);
}

static void lines_keys(struct screen *screen, struct key_bar *bar)
{
    struct lines *lines = lines_of(screen);
    key_bar_add(bar, K_ENTER, lines->readonly ? _("Open") : _("Edit"), 1);
    if (!lines->readonly) {
        key_bar_add(bar, K_NEW, _("New"), 0);
        key_bar_add(bar, K_DELETE, _("Take out"), 2);
    }
    key_bar_add(bar, K_SAVE, _("Back"), 3);
}

static void lines_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &lines_of(screen)->table);
}

static void lines_plain(struct screen *screen, struct str *out)
{
    table_plain(&lines_of(screen)->table, out);
}

static void lines_close(struct screen *screen)
{
    struct lines *lines = lines_of(screen);
    table_finish(&lines->table);
    json_decref(lines->rows);
    arena_destroy(lines->arena);
    free(lines);
}

static const struct screen_ops lines_ops = {
    .name = "lines",
    .key = lines_key,
    .draw = lines_draw,
    .title = lines_title,
    .crumb = lines_crumb,
    .keys = lines_keys,
    .plain = lines_plain,
    .linear = lines_linear,
    .close = lines_close,
};

static void add_columns(struct lines *lines)
{
    for (size_t i = 0; i < lines->field->nline_fields; i++) {
        const struct field *field = &lines->field->line_fields[i];
        table_add_column(&lines->table, &(struct table_column){
                                            .title = field->label ? _(field->label) : field->name,
                                            .width = field_width(field),
                                            .width_max = field_width(field) * 2,
                                            .align = field_is_number(field) ? ALIGN_RIGHT : ALIGN_LEFT,
                                            .priority = (int)i,
                                        });
    }
}

void lines_open(struct sheet *sheet, struct sheet_entry *entry)
{
    struct lines *lines = memory_zeroed(1, sizeof(*lines));
    *lines = (struct lines){.app = sheet->app,
                            .sheet = sheet,
                            .entry = (size_t)(entry - sheet->entries.items),
                            .field = entry->field,
                            .readonly = sheet_entry_fixed(sheet, entry)};
    lines->screen.ops = &lines_ops;
    lines->arena = arena_create(0);
    lines->rows = entry->lines ? json_deep_copy(entry->lines) : json_array();
    table_init(&lines->table, &model, lines);
    add_columns(lines);
    table_reset(&lines->table);
    ui_open(sheet->app->ui, &lines->screen);
    if (!json_array_size(lines->rows) && !lines->readonly)
        edit(lines, 0);
}
