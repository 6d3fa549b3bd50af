/* Two people changed one record: mine and theirs, field by field. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/form-private.h"
#include "client/views/value_text.h"
#include "wire/json.h"

struct clash {
    size_t entry; /* in the form's sheet */
    bool theirs;  /* chosen */
};

struct conflict {
    struct screen screen;
    struct form *form;
    VEC(struct clash) clashes;
    size_t cursor;
};

static struct conflict *conflict_of(struct screen *screen)
{
    return container_of(screen, struct conflict, screen);
}

static struct sheet_entry *entry_of(const struct conflict *conflict, size_t clash)
{
    return &conflict->form->sheet.entries.items[conflict->clashes.items[clash].entry];
}

/* They changed it, I changed it, and not to the same. */
static bool clashes(const struct form *form, struct arena *arena, const struct sheet_entry *entry)
{
    const json_t *theirs = json_object_get(form->theirs, entry->field->name);
    if (!sheet_entry_changed(entry))
        return false;
    if (field_type_of(entry->field) == FIELD_LINES)
        return !json_equal(theirs, entry->server_lines) && !json_equal(theirs, entry->lines);
    const char *now = value_of_json(arena, theirs), *none = "";
    now = now ? now : none;
    return strcmp(now, entry->server ? entry->server : none) != 0 &&
           strcmp(now, entry->value ? entry->value : none) != 0;
}

void form_merge(struct form *form)
{
    sheet_load(&form->sheet, form->theirs, true);
    json_decref(form->row);
    form->row = form->theirs;
    form->theirs = NULL;
    json_get_int(form->row, "version", &form->version);
    form->stale = false;
}

static void take_theirs(struct conflict *conflict)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct form *form = conflict->form;
    for (size_t i = 0; i < conflict->clashes.count; i++) {
        struct sheet_entry *entry = entry_of(conflict, i);
        if (!conflict->clashes.items[i].theirs)
            continue;
        json_t *value = json_object_get(form->theirs, entry->field->name);
        if (field_type_of(entry->field) == FIELD_LINES)
            sheet_set_lines(&form->sheet, entry, json_deep_copy(value));
        else
            sheet_set(
                &form->sheet, entry->field->name, value_of_json(arena, value),
                json_string_value(json_object_get(form->theirs, label_name(arena, entry->field->name))));
    }
}

static unsigned conflict_key(struct screen *screen, const struct key *key)
{
    struct conflict *conflict = conflict_of(screen);
    struct clash *clash = &conflict->clashes.items[conflict->cursor];
    switch (key->code) {
    case K_UP: conflict->cursor -= conflict->cursor > 0; return SCREEN_REDRAW;
    case K_DOWN: conflict->cursor += conflict->cursor + 1 < conflict->clashes.count; return SCREEN_REDRAW;
    case K_LEFT: clash->theirs = false; return SCREEN_REDRAW;
    case K_RIGHT: clash->theirs = true; return SCREEN_REDRAW;
    case ' ': clash->theirs = !clash->theirs; return SCREEN_REDRAW;
    case K_SAVE:
    case K_ENTER:
        take_theirs(conflict);
        form_merge(conflict->form);
        screen->closing = true;
        form_save(conflict->form);
        return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static const char *show(const struct conflict *conflict, struct arena *arena, const struct sheet_entry *entry,
                        bool theirs)
{
    const struct form *form = conflict->form;
    if (field_type_of(entry->field) == FIELD_LINES)
        return arena_printf(
            arena, "%zu",
            json_array_size(theirs ? json_object_get(form->theirs, entry->field->name) : entry->lines));
    if (theirs)
        return value_show_row(form->app, arena, entry->field, form->theirs);
    return value_show(form->app, arena, entry->field, entry->value, entry->label);
}

static void draw_side(struct canvas *canvas, int row, int col, int width, bool chosen, bool current,
                      const char *text)
{
    enum role role = current && chosen ? ROLE_SELECT : chosen ? ROLE_STEP_NOW : ROLE_DIM;
    canvas_text(canvas, row, col, 2, role, ALIGN_LEFT, chosen ? "●" : "○");
    canvas_text(canvas, row, col + 2, width - 2, role, ALIGN_LEFT, *text ? text : "—");
}

static void conflict_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct conflict *conflict = conflict_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int label = MIN(16, body.cols / 4), side = (body.cols - label - 2) / 2, row = body.row;
    row += canvas_paragraph(
               canvas, body, ROLE_WARNING,
               _("Somebody else saved this record meanwhile. Choose for each field that both changed."), 0) +
           1;
    canvas_text(canvas, row, body.col + label + 1, side, ROLE_HEAD, ALIGN_LEFT, _("Mine"));
    canvas_text(canvas, row++, body.col + label + side + 2, side, ROLE_HEAD, ALIGN_LEFT, _("Theirs"));
    for (size_t i = 0; i < conflict->clashes.count && row < body.row + body.rows; i++, row++) {
        const struct sheet_entry *entry = entry_of(conflict, i);
        bool theirs = conflict->clashes.items[i].theirs, current = i == conflict->cursor;
        canvas_text(canvas, row, body.col, label, current ? ROLE_FOCUS : ROLE_LABEL, ALIGN_LEFT,
                    entry->field->label ? _(entry->field->label) : entry->field->name);
        draw_side(canvas, row, body.col + label + 1, side, !theirs, current,
                  show(conflict, arena, entry, false));
        draw_side(canvas, row, body.col + label + side + 2, side, theirs, current,
                  show(conflict, arena, entry, true));
    }
}

static void conflict_title(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, _("Conflict"));
}

static void conflict_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, ' ', _("Mine/theirs"), 0);
    key_bar_add(bar, K_SAVE, _("Save"), 1);
    key_bar_add(bar, K_CANCEL, _("Back to the form"), 2);
}

static size_t linear_count(void *context)
{
    return ((struct conflict *)context)->clashes.count;
}

static size_t linear_cursor(void *context)
{
    return ((struct conflict *)context)->cursor;
}

static int64_t linear_id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row;
}

static void linear_text(void *context, size_t row, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct conflict *conflict = context;
    const struct sheet_entry *entry = entry_of(conflict, row);
    bool theirs = conflict->clashes.items[row].theirs;
    str_addf(out, "%s: %s %s%s, %s %s%s", entry->field->label ? _(entry->field->label) : entry->field->name,
             _("Mine"), show(conflict, arena, entry, false), theirs ? "" : _(" (taken)"), _("Theirs"),
             show(conflict, arena, entry, true), theirs ? _(" (taken)") : "");
}

static void linear_go(void *context, size_t row)
{
    ((struct conflict *)context)->cursor = row;
}

static void conflict_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_rows rows = {linear_count, linear_cursor, linear_id, linear_text,
                                            linear_go,    NULL,          NULL};
    str_add(&linear->text,
            _("Somebody else saved this record meanwhile. Choose for each field that both changed."));
    linear->rows = &rows;
    linear->rows_context = conflict_of(screen);
    linear->take = ' ';
}

static void conflict_plain(struct screen *screen, struct str *out)
{
    struct conflict *conflict = conflict_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < conflict->clashes.count; i++) {
        const struct sheet_entry *entry = entry_of(conflict, i);
        bool theirs = conflict->clashes.items[i].theirs;
        str_addf(out, "%s%s: %s%s: %s, %s%s: %s\n", i == conflict->cursor ? "> " : "",
                 entry->field->label ? _(entry->field->label) : entry->field->name, theirs ? "" : "* ",
                 _("Mine"), show(conflict, arena, entry, false), theirs ? "* " : "", _("Theirs"),
                 show(conflict, arena, entry, true));
    }
}

static void conflict_close(struct screen *screen)
{
    struct conflict *conflict = conflict_of(screen);
    vec_finish(&conflict->clashes);
    free(conflict);
}

static const struct screen_ops conflict_ops = {
    .name = "conflict",
    .key = conflict_key,
    .draw = conflict_draw,
    .title = conflict_title,
    .keys = conflict_keys,
    .plain = conflict_plain,
    .linear = conflict_linear,
    .close = conflict_close,
};

void form_conflict_open(struct form *form)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct conflict *conflict = memory_zeroed(1, sizeof(*conflict));
    conflict->screen.ops = &conflict_ops;
    conflict->form = form;
    sheet_commit(&form->sheet);
    for (size_t i = 0; i < form->sheet.entries.count; i++)
        if (clashes(form, arena, &form->sheet.entries.items[i]))
            vec_push(&conflict->clashes, (struct clash){i, false});
    if (conflict->clashes.count) {
        ui_open(form->app->ui, &conflict->screen);
        return;
    }
    /* They changed other fields than I: both stand. */
    free(conflict);
    form_merge(form);
    form_save(form);
}
