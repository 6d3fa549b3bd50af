/* The rows of a line table (contacts, items): added, copied, moved, edited and taken out; saved with their record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/lines-private.h"
#include "client/views/sheet_linear.h"
#include "client/views/sheet_parts.h"
#include "client/views/value_text.h"
#include "client/views/views.h"
#include "wire/json.h"

size_t lines_count(const struct lines *lines)
{
    return json_array_size(lines->rows);
}

bool lines_full(const struct lines *lines)
{
    return lines_count(lines) >= field_max(lines->field);
}

static struct sheet_entry *entry_of(const struct lines *lines)
{
    return &lines->sheet->entries.items[lines->entry];
}

/* ---- the table's side ---- */

static size_t count(void *context)
{
    return lines_count(context);
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
    const struct field *field = &lines->field->line_fields[column];
    arena_reset(lines->arena);
    if (lines_fault(lines, row, field->name))
        *role = ROLE_ERROR;
    str_add(scratch, value_show_row(lines->app, lines->arena, field, json_array_get(lines->rows, row)));
    return scratch->data;
}

static unsigned flags(void *context, size_t row)
{
    return lines_fault(context, row, NULL) ? ROW_FAILED : 0;
}

static const char *table_sum(void *context, size_t column, struct str *scratch)
{
    struct lines *lines = context;
    arena_reset(lines->arena);
    const char *text = lines_sum(lines, lines->arena, &lines->field->line_fields[column]);
    if (!text && column == 0 && lines_count(lines) > 1)
        text = _("Sum");
    str_add(scratch, text ? text : "");
    return scratch->data;
}

static const struct table_model model = {
    .count = count, .state = state, .id = id, .cell = cell, .flags = flags, .sum = table_sum};

static bool adds_up(const struct field *field)
{
    return field_type_of(field) == FIELD_FEN || field_type_of(field) == FIELD_INT;
}

const char *lines_sum(const struct lines *lines, struct arena *arena, const struct field *field)
{
    int64_t sum = 0;
    size_t i;
    const json_t *row;
    if (!adds_up(field) || lines_count(lines) < 2)
        return NULL;
    json_array_foreach(lines->rows, i, row)
    {
        int64_t value = json_integer_value(json_object_get(row, field->name));
        if (__builtin_add_overflow(sum, value, &sum))
            return NULL;
    }
    return value_show(lines->app, arena, field, arena_printf(arena, "%lld", (long long)sum), NULL);
}

/* ---- what the server found wrong: "2.phone" → words, rows from 0 ---- */

const char *lines_fault(const struct lines *lines, size_t row, const char *field)
{
    char at[80];
    const char *name;
    json_t *words, *faults = entry_of(lines)->line_faults;
    if (field) {
        snprintf(at, sizeof(at), "%zu.%s", row, field);
        return json_string_value(json_object_get(faults, at));
    }
    snprintf(at, sizeof(at), "%zu.", row);
    json_object_foreach(faults, name,
                        words) if (strncmp(name, at, strlen(at)) == 0) return json_string_value(words);
    return NULL;
}

void lines_forget_fault(struct lines *lines, size_t row)
{
    char at[80];
    const char *name;
    json_t *words;
    void *next;
    json_t *faults = entry_of(lines)->line_faults;
    snprintf(at, sizeof(at), "%zu.", row);
    json_object_foreach_safe(faults, next, name, words) if (strncmp(name, at, strlen(at)) == 0)
        json_object_del(faults, name);
}

static void forget_faults(struct lines *lines)
{
    json_object_clear(entry_of(lines)->line_faults);
}

/* ---- changing rows: every change goes into the sheet at once, there is nothing to save here ---- */

void lines_put(struct lines *lines)
{
    sheet_set_lines(lines->sheet, entry_of(lines), json_deep_copy(lines->rows));
    table_changed(&lines->table);
}

void lines_store(struct lines *lines, json_t *values)
{
    if (lines->edited < lines_count(lines)) {
        json_object_update(json_array_get(lines->rows, lines->edited), values);
        json_decref(values);
    } else {
        json_array_append_new(lines->rows, values);
    }
    lines_forget_fault(lines, lines->edited);
    lines_put(lines);
    table_select(&lines->table, (int64_t)lines->edited + 1);
}

static unsigned drop(struct lines *lines)
{
    if (!table_has_row(&lines->table))
        return SCREEN_BELL;
    json_array_remove(lines->rows, lines->table.cursor);
    forget_faults(lines);
    lines_put(lines);
    return SCREEN_REDRAW;
}

static unsigned copy(struct lines *lines)
{
    if (!table_has_row(&lines->table) || lines_full(lines))
        return SCREEN_BELL;
    size_t at = lines->table.cursor;
    json_t *row = json_deep_copy(json_array_get(lines->rows, at));
    json_object_del(row, "id"); /* another line, of the same words */
    json_object_del(row, "version");
    json_array_insert_new(lines->rows, at + 1, row);
    forget_faults(lines);
    lines_put(lines);
    table_select(&lines->table, (int64_t)at + 2);
    return SCREEN_REDRAW;
}

static unsigned move(struct lines *lines, int by)
{
    size_t at = lines->table.cursor, to = at + (size_t)by;
    if (!table_has_row(&lines->table) || to >= lines_count(lines))
        return SCREEN_BELL;
    json_t *row = json_incref(json_array_get(lines->rows, at));
    json_array_remove(lines->rows, at);
    json_array_insert_new(lines->rows, to, row);
    forget_faults(lines);
    lines_put(lines);
    table_select(&lines->table, (int64_t)to + 1);
    return SCREEN_REDRAW;
}

static unsigned change_key(struct lines *lines, const struct key *key)
{
    switch (key->code) {
    case K_NEW:
    case '+':
    case K_INSERT:
        if (lines_full(lines))
            return SCREEN_BELL;
        lines_edit_row(lines, lines_count(lines));
        return SCREEN_REDRAW;
    case '-':
    case K_DELETE: return drop(lines);
    case 'c': return copy(lines);
    case '<': return move(lines, -1);
    case '>': return move(lines, 1);
    case 'o':
        if (!table_has_row(&lines->table))
            return SCREEN_BELL;
        lines_edit_box(lines, lines->table.cursor);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned lines_key(struct screen *screen, const struct key *key)
{
    struct lines *lines = lines_of(screen);
    if (lines->editing)
        return lines_edit_key(lines, key);
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL; /* no marks here */
    switch (table_key(&lines->table, key)) {
    case TABLE_OPENED: lines_edit_row(lines, lines->table.cursor); return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    if (key->code == K_SAVE)
        return SCREEN_REDRAW | SCREEN_CLOSE;
    return lines->readonly ? SCREEN_UNUSED : change_key(lines, key);
}

/* ---- the screen ---- */

static void lines_title(struct screen *screen, struct str *out)
{
    struct lines *lines = lines_of(screen);
    str_add(out, lines->field->label ? _(lines->field->label) : lines->field->name);
}

static void lines_crumb(struct screen *screen, struct str *out)
{
    struct lines *lines = lines_of(screen);
    if (lines->editing && lines->edited >= lines_count(lines))
        str_addf(out, "%zu  [%s]", lines_count(lines) + 1, _("new"));
    else
        table_position(&lines->table, out);
    if (lines->editing && lines->edited < lines_count(lines))
        str_addf(out, "  [%s]", _("edit"));
}

static void lines_keys(struct screen *screen, struct key_bar *bar)
{
    struct lines *lines = lines_of(screen);
    if (lines->editing) {
        lines_edit_keys(lines, bar);
        return;
    }
    key_bar_add(bar, K_ENTER, lines->readonly ? _("Open") : _("Edit"), 1);
    if (!lines->readonly) {
        key_bar_add(bar, K_NEW, _("New"), 0);
        key_bar_add(bar, K_DELETE, _("Take out"), 2);
        key_bar_add(bar, 'c', _("Copy"), 4);
        key_bar_add(bar, '<', _("Move up"), 6);
        key_bar_add(bar, '>', _("Move down"), 7);
        key_bar_add(bar, 'o', _("Open"), 8);
    }
    key_bar_add(bar, K_SAVE, _("Back"), 3);
    key_bar_add(bar, K_HELP, _("Help"), 5);
}

static const char *lines_help(struct screen *screen)
{
    struct lines *lines = lines_of(screen);
    const struct sheet_entry *entry = lines->editing ? sheet_current(&lines->cells) : NULL;
    if (entry && entry->field->help)
        return _(entry->field->help);
    return lines->field->help ? _(lines->field->help) : NULL;
}

static void lines_linear(struct screen *screen, struct linear *linear)
{
    struct lines *lines = lines_of(screen);
    linear->asks = lines->editing;
    if (lines->editing)
        sheet_linear(&lines->cells, linear);
    else
        linear_table(linear, &lines->table);
}

static void lines_plain(struct screen *screen, struct str *out)
{
    struct lines *lines = lines_of(screen);
    if (lines->editing)
        sheet_plain(&lines->cells, out);
    else
        table_plain(&lines->table, out);
}

static enum screen_wait lines_waiting(struct screen *screen)
{
    struct lines *lines = lines_of(screen);
    return lines->editing ? sheet_waiting(&lines->cells) : SCREEN_READY;
}

static void lines_close(struct screen *screen)
{
    struct lines *lines = lines_of(screen);
    lines_edit_finish(lines);
    table_finish(&lines->table);
    json_decref(lines->rows);
    arena_destroy(lines->arena);
    free(lines);
}

static const struct screen_ops lines_ops = {
    .name = "lines",
    .key = lines_key,
    .waiting = lines_waiting,
    .draw = lines_draw,
    .title = lines_title,
    .crumb = lines_crumb,
    .keys = lines_keys,
    .help = lines_help,
    .plain = lines_plain,
    .linear = lines_linear,
    .close = lines_close,
};

static void add_columns(struct lines *lines)
{
    table_clear_columns(&lines->table);
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

static void lines_language(struct screen *screen)
{
    add_columns(lines_of(screen));
    sheet_language(&lines_of(screen)->cells);
}

void lines_register(void)
{
    language_register(&lines_ops, lines_language);
}

static bool any_sum(const struct field *field)
{
    for (size_t i = 0; i < field->nline_fields; i++)
        if (adds_up(&field->line_fields[i]))
            return true;
    return false;
}

/* Where the server complained, the cursor stands there. */
static void go_to_fault(struct lines *lines)
{
    for (size_t row = 0; row < lines_count(lines); row++) {
        const char *words = lines_fault(lines, row, NULL);
        if (!words)
            continue;
        table_select(&lines->table, (int64_t)row + 1);
        ui_say(lines->app->ui, ROLE_ERROR, "%s", words);
        return;
    }
}

void lines_open(struct sheet *sheet, struct sheet_entry *entry)
{
    enum { WIDE_FROM = 60 };
    struct lines *lines = memory_zeroed(1, sizeof(*lines));
    *lines = (struct lines){.app = sheet->app,
                            .sheet = sheet,
                            .entry = (size_t)(entry - sheet->entries.items),
                            .field = entry->field,
                            .wide = sheet->app->ui->canvas.cols >= WIDE_FROM,
                            .readonly = sheet_entry_fixed(sheet, entry)};
    lines->screen.ops = &lines_ops;
    lines->arena = arena_create(0);
    lines->rows = entry->lines ? json_deep_copy(entry->lines) : json_array();
    table_init(&lines->table, &model, lines);
    lines->table.foot = any_sum(entry->field);
    add_columns(lines);
    table_reset(&lines->table);
    ui_open(sheet->app->ui, &lines->screen);
    sheet->part = lines->screen.id;
    go_to_fault(lines);
    if (entry->half && !lines->readonly)
        lines_edit_half(lines, entry);
    else if (!lines_count(lines) && !lines->readonly)
        lines_edit_row(lines, 0);
}

json_t *lines_half(const struct sheet *sheet, const struct sheet_entry **entry_r)
{
    struct screen *screen = sheet->part ? ui_find(sheet->app->ui, sheet->part) : NULL;
    if (!screen || screen->ops != &lines_ops)
        return NULL;
    *entry_r = entry_of(lines_of(screen));
    return lines_edit_typed(lines_of(screen));
}
