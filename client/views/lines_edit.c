/* A row of a line table under edit: in its place, cell by cell, or in a box where the terminal is narrow. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/words.h"
#include "client/views/lines-private.h"
#include "client/views/sheet_dialog.h"
#include "client/views/value_text.h"
#include "wire/json.h"

/* ---- in a box ---- */

/* A reference chosen is shown in the table by its words, too. */
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

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct lines *lines = context;
    (void)below;
    take_labels(lines, values, dialog);
    lines_store(lines, values);
    sheet_dialog_close(lines->app, dialog);
}

static void show_faults(struct lines *lines, uint64_t dialog, size_t row)
{
    for (size_t i = 0; i < lines->field->nline_fields; i++) {
        const char *name = lines->field->line_fields[i].name, *words = lines_fault(lines, row, name);
        if (words)
            sheet_dialog_accuse(lines->app, dialog, name, words);
    }
}

void lines_edit_box(struct lines *lines, size_t row)
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
    lines->box = sheet_dialog_open(lines->app, &lines->screen, &dialog);
    show_faults(lines, lines->box, row);
}

/* ---- in its place ---- */

static bool next_row(struct lines *lines, int by);

/* A new row in which nothing was typed. */
static bool untouched(const struct lines *lines)
{
    return lines->edited >= lines_count(lines) && !sheet_dirty(&lines->cells);
}

/* Enter in the last cell: the row below, or a new one; an empty new one is the end of typing. */
static void on_leave(struct sheet *cells)
{
    struct lines *lines = container_of(cells, struct lines, cells);
    if (untouched(lines))
        lines_edit_finish(lines);
    else
        next_row(lines, 1);
}

static const struct sheet_ops ops = {.leave = on_leave};

void lines_edit_finish(struct lines *lines)
{
    if (lines->editing)
        sheet_finish(&lines->cells);
    lines->editing = false;
}

static void begin(struct lines *lines, size_t row, const char *focus)
{
    const json_t *values = json_array_get(lines->rows, row);
    lines_edit_finish(lines);
    sheet_init(&lines->cells, lines->app, &lines->screen, &ops);
    lines->editing = true;
    lines->edited = row;
    for (size_t i = 0; i < lines->field->nline_fields; i++)
        sheet_add(&lines->cells, &lines->field->line_fields[i]);
    if (values)
        sheet_load(&lines->cells, values, false);
    else
        sheet_defaults(&lines->cells);
    vec_each(struct sheet_entry, entry, &lines->cells.entries)
    {
        sheet_trouble(entry, lines_fault(lines, row, entry->field->name));
        if (entry->trouble)
            focus = entry->field->name;
    }
    for (size_t i = lines->cells.entries.count; i-- > 0;)
        if (!sheet_entry_fixed(&lines->cells, &lines->cells.entries.items[i]))
            lines->cells.focus = i;
    sheet_begin(&lines->cells);
    if (focus)
        sheet_focus(&lines->cells, focus);
    if (values)
        table_select(&lines->table, (int64_t)row + 1);
}

void lines_edit_row(struct lines *lines, size_t row)
{
    if (lines->wide && !lines->readonly)
        begin(lines, row, NULL);
    else
        lines_edit_box(lines, row);
}

static void put_labels(struct lines *lines, json_t *values)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    vec_each(const struct sheet_entry, entry,
             &lines->cells.entries) if (entry->label && sheet_entry_changed(entry))
        json_object_set_new(values, label_name(arena, entry->field->name), json_string(entry->label));
}

/* Into the rows; false: something is wrong in it, and the cursor stands there. */
static bool take_row(struct lines *lines)
{
    bool fresh = lines->edited >= lines_count(lines);
    if (!sheet_check(&lines->cells))
        return false;
    json_t *values = sheet_changes(&lines->cells, fresh);
    put_labels(lines, values);
    if (json_object_size(values))
        lines_store(lines, values);
    else
        json_decref(values);
    return true;
}

static bool next_row(struct lines *lines, int by)
{
    size_t from = lines->edited;
    if (!untouched(lines) && !take_row(lines))
        return false;
    size_t to = from + (size_t)by;
    if (to > lines_count(lines) || (to == lines_count(lines) && lines_full(lines))) {
        lines_edit_finish(lines);
        return by > 0;
    }
    begin(lines, to, NULL);
    return true;
}

/* Up and Down keep to the column. */
static unsigned go_row(struct lines *lines, int by)
{
    const struct sheet_entry *entry = sheet_current(&lines->cells);
    const char *column = entry ? entry->field->name : NULL;
    if ((by < 0 && lines->edited == 0) || (by > 0 && lines->edited >= lines_count(lines)))
        return SCREEN_BELL;
    if (next_row(lines, by) && lines->editing && column)
        sheet_focus(&lines->cells, column);
    return SCREEN_REDRAW;
}

/* The same cell of the row above. */
static unsigned copy_above(struct lines *lines)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct sheet_entry *entry = sheet_current(&lines->cells);
    const json_t *above = lines->edited ? json_array_get(lines->rows, lines->edited - 1) : NULL;
    const json_t *value = entry ? json_object_get(above, entry->field->name) : NULL;
    if (!value)
        return SCREEN_BELL;
    struct key next = key_code(K_TAB);
    sheet_set(&lines->cells, entry->field->name, value_of_json(arena, value),
              json_string_value(json_object_get(above, label_name(arena, entry->field->name))));
    sheet_key(&lines->cells, &next);
    return SCREEN_REDRAW;
}

static unsigned row_key(struct lines *lines, const struct key *key)
{
    switch (key->code) {
    case K_SAVE:
        if (untouched(lines) || take_row(lines))
            lines_edit_finish(lines);
        return SCREEN_REDRAW;
    case K_CANCEL: lines_edit_finish(lines); return SCREEN_REDRAW;
    case K_LEAVE: /* with what is typed, or not at all */
        if (!untouched(lines) && !take_row(lines))
            return SCREEN_REDRAW;
        lines_edit_finish(lines);
        return SCREEN_REDRAW | SCREEN_CLOSE;
    case K_CTRL('D'): return copy_above(lines);
    case K_UP: return go_row(lines, -1);
    case K_DOWN: return go_row(lines, 1);
    default: return SCREEN_UNUSED;
    }
}

unsigned lines_edit_key(struct lines *lines, const struct key *key)
{
    unsigned flags = lines->cells.pop.open && key->code != K_SAVE && key->code != K_CTRL('D')
                         ? SCREEN_UNUSED
                         : row_key(lines, key);
    if (!(flags & SCREEN_UNUSED))
        return flags;
    switch (sheet_key(&lines->cells, key)) {
    case SHEET_USED: return SCREEN_REDRAW;
    case SHEET_REFUSED: return SCREEN_BELL;
    default: break;
    }
    if (key->code != K_NEW || lines_full(lines))
        return key->code == K_NEW ? SCREEN_BELL : SCREEN_UNUSED;
    if (untouched(lines) || take_row(lines))
        begin(lines, lines_count(lines), NULL);
    return SCREEN_REDRAW;
}

void lines_edit_keys(struct lines *lines, struct key_bar *bar)
{
    key_bar_add(bar, K_SAVE, _("Row done"), 0);
    key_bar_add(bar, K_CTRL('D'), _("Copy from above"), 5);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
    key_bar_add(bar, K_HELP, _("Help"), 9);
    sheet_keys(&lines->cells, bar);
}

/* ---- half a row, as a draft has it ---- */

/* The fields it is typed in now: in its place, or in the box; NULL: none are. */
static struct sheet *typed_in(struct lines *lines)
{
    struct screen *box = lines->box ? ui_find(lines->app->ui, lines->box) : NULL;
    return lines->editing ? &lines->cells : box ? sheet_dialog_sheet(box) : NULL;
}

json_t *lines_edit_typed(struct lines *lines)
{
    struct sheet *cells = typed_in(lines);
    if (!cells || !sheet_dirty(cells))
        return NULL;
    return json_pack("{s:I, s:o}", "row", (json_int_t)lines->edited, "sheet", sheet_save(cells));
}

void lines_edit_half(struct lines *lines, struct sheet_entry *entry)
{
    json_t *half = entry->half;
    int64_t row = 0;
    entry->half = NULL;
    json_get_int(half, "row", &row);
    lines_edit_row(lines, MIN((size_t)MAX(row, 0), lines_count(lines)));
    sheet_restore(typed_in(lines), json_object_get(half, "sheet"));
    json_decref(half);
}
