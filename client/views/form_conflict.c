/* Two people changed one record: mine, theirs, and what was before both, field by field. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/compare.h"
#include "client/views/form-private.h"
#include "client/views/value_text.h"
#include "wire/json.h"

enum { MINE, THEIRS, WAS };

struct clash {
    size_t entry;    /* in the form's sheet */
    unsigned chosen; /* bits of the three; of a line table mine and theirs may both be taken */
};

struct conflict {
    struct screen screen;
    struct form *form;
    VEC(struct clash) clashes;
    struct compare compare;
    char *also; /* what only they changed, in words; NULL: nothing */
};

static struct conflict *conflict_of(struct screen *screen)
{
    return container_of(screen, struct conflict, screen);
}

static struct sheet_entry *entry_of(const struct conflict *conflict, size_t clash)
{
    return &conflict->form->sheet.entries.items[conflict->clashes.items[clash].entry];
}

static bool is_lines(const struct sheet_entry *entry)
{
    return field_type_of(entry->field) == FIELD_LINES;
}

/* ---- what clashes ---- */

static bool theirs_changed(const struct form *form, struct arena *arena, const struct sheet_entry *entry)
{
    const json_t *theirs = json_object_get(form->theirs, entry->field->name);
    if (is_lines(entry))
        return !json_equal(theirs, entry->server_lines) &&
               json_array_size(theirs) + json_array_size(entry->server_lines) > 0;
    const char *now = value_of_json(arena, theirs);
    return strcmp(now ? now : "", entry->server ? entry->server : "") != 0;
}

/* They changed it, I changed it, and not to the same. */
static bool clashes(const struct form *form, struct arena *arena, const struct sheet_entry *entry)
{
    const json_t *theirs = json_object_get(form->theirs, entry->field->name);
    if (!sheet_entry_changed(entry) || !theirs_changed(form, arena, entry))
        return false;
    if (is_lines(entry))
        return !json_equal(theirs, entry->lines);
    const char *now = value_of_json(arena, theirs);
    return strcmp(now ? now : "", entry->value ? entry->value : "") != 0;
}

/* ---- what becomes of them ---- */

void form_merge(struct form *form)
{
    sheet_load(&form->sheet, form->theirs, true);
    json_decref(form->row);
    form->row = form->theirs;
    form->theirs = NULL;
    json_get_int(form->row, "version", &form->version);
    form->stale = false;
}

static bool has_line(const json_t *lines, const json_t *line)
{
    size_t i;
    json_t *each;
    json_array_foreach(lines, i, each) if (json_equal(each, line)) return true;
    return false;
}

static size_t line_of_id(const json_t *lines, const json_t *id)
{
    size_t i;
    json_t *each;
    json_array_foreach(lines, i, each) if (id && json_equal(json_object_get(each, "id"), id)) return i;
    return json_array_size(lines);
}

/* Their lines without those I took out, and mine that were not there: of a line that both changed, mine. */
static json_t *both_lines(const json_t *was, const json_t *mine, const json_t *theirs)
{
    json_t *lines = json_array();
    size_t i;
    json_t *line;
    json_array_foreach(theirs, i, line) if (!has_line(was, line) || has_line(mine, line))
        json_array_append_new(lines, json_deep_copy(line));
    json_array_foreach(mine, i, line)
    {
        if (has_line(was, line) || has_line(lines, line))
            continue;
        size_t same = line_of_id(lines, json_object_get(line, "id"));
        if (same < json_array_size(lines))
            json_array_set_new(lines, same, json_deep_copy(line));
        else
            json_array_append_new(lines, json_deep_copy(line));
    }
    return lines;
}

/* The value chosen in a field of another than mine, by the time theirs is the ground. */
static json_t *outcome_of(const struct conflict *conflict, size_t index)
{
    const struct sheet_entry *entry = entry_of(conflict, index);
    const json_t *theirs = conflict->form->theirs;
    unsigned chosen = conflict->clashes.items[index].chosen;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (chosen == 1u << MINE)
        return NULL;
    if (is_lines(entry))
        return json_pack(
            "{s:o}", "lines",
            chosen == 1u << WAS ? json_deep_copy(entry->server_lines)
            : chosen == 1u << THEIRS
                ? json_deep_copy(json_object_get(theirs, entry->field->name))
                : both_lines(entry->server_lines, entry->lines, json_object_get(theirs, entry->field->name)));
    if (chosen == 1u << WAS)
        return json_pack("{s:s?, s:s?}", "value", entry->server, "label", entry->server_label);
    return json_pack("{s:s?, s:O?}", "value",
                     value_of_json(arena, json_object_get(theirs, entry->field->name)), "label",
                     json_object_get(theirs, label_name(arena, entry->field->name)));
}

static void take(struct conflict *conflict, size_t index, const json_t *outcome)
{
    struct sheet_entry *entry = entry_of(conflict, index);
    if (!outcome)
        return;
    if (is_lines(entry))
        sheet_set_lines(&conflict->form->sheet, entry, json_deep_copy(json_object_get(outcome, "lines")));
    else
        sheet_set(&conflict->form->sheet, entry->field->name,
                  json_string_value(json_object_get(outcome, "value")),
                  json_string_value(json_object_get(outcome, "label")));
}

static void save_chosen(struct conflict *conflict)
{
    json_t *outcomes = json_array();
    for (size_t i = 0; i < conflict->clashes.count; i++) {
        json_t *outcome = outcome_of(conflict, i);
        json_array_append_new(outcomes, outcome ? outcome : json_null());
    }
    form_merge(conflict->form);
    for (size_t i = 0; i < conflict->clashes.count; i++) {
        const json_t *outcome = json_array_get(outcomes, i);
        take(conflict, i, json_is_object(outcome) ? outcome : NULL);
    }
    json_decref(outcomes);
    conflict->screen.closing = true;
    form_save(conflict->form);
}

/* ---- keys ---- */

static void choose(struct conflict *conflict, int by)
{
    struct clash *clash = &conflict->clashes.items[conflict->compare.cursor];
    int side = clash->chosen == 1u << THEIRS ? THEIRS : clash->chosen == 1u << WAS ? WAS : MINE;
    side = (side + by + COMPARE_SIDES) % COMPARE_SIDES;
    clash->chosen = 1u << side;
}

static void choose_all(struct conflict *conflict, unsigned chosen)
{
    vec_each(struct clash, clash, &conflict->clashes) clash->chosen = chosen;
}

static unsigned choose_both(struct conflict *conflict)
{
    if (!is_lines(entry_of(conflict, conflict->compare.cursor)))
        return SCREEN_BELL;
    conflict->clashes.items[conflict->compare.cursor].chosen = 1u << MINE | 1u << THEIRS;
    return SCREEN_REDRAW;
}

static unsigned conflict_key(struct screen *screen, const struct key *key)
{
    struct conflict *conflict = conflict_of(screen);
    if (compare_key(&conflict->compare, key))
        return SCREEN_REDRAW;
    switch (key->code) {
    case K_LEFT: choose(conflict, -1); return SCREEN_REDRAW;
    case ' ':
    case K_RIGHT: choose(conflict, 1); return SCREEN_REDRAW;
    case 'm': choose_all(conflict, 1u << MINE); return SCREEN_REDRAW;
    case 't': choose_all(conflict, 1u << THEIRS); return SCREEN_REDRAW;
    case 'b': return choose_both(conflict);
    case K_SAVE:
    case K_ENTER: save_chosen(conflict); return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

/* ---- the screen ---- */

static size_t count(void *context)
{
    return ((struct conflict *)context)->clashes.count;
}

static void line(void *context, struct arena *arena, size_t index, struct compare_line *line_r)
{
    struct conflict *conflict = context;
    const struct form *form = conflict->form;
    const struct sheet_entry *entry = entry_of(conflict, index);
    line_r->label = entry->field->label ? _(entry->field->label) : entry->field->name;
    line_r->chosen = conflict->clashes.items[index].chosen;
    line_r->texts[THEIRS] = compare_value(form->app, arena, entry->field, form->theirs);
    if (is_lines(entry)) {
        line_r->texts[MINE] = compare_lines(form->app, arena, entry->field, entry->lines);
        line_r->texts[WAS] = compare_lines(form->app, arena, entry->field, entry->server_lines);
    } else {
        line_r->texts[MINE] = value_show(form->app, arena, entry->field, entry->value, entry->label);
        line_r->texts[WAS] = value_show(form->app, arena, entry->field, entry->server, entry->server_label);
    }
}

static void head(const struct conflict *conflict, struct str *out)
{
    str_add(out, _("Somebody else saved this record meanwhile. Choose for each field that both changed."));
    if (conflict->also) {
        str_add_char(out, ' ');
        str_addf(out, _("Changed by them alone, and kept: %s."), conflict->also);
    }
}

static void conflict_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct conflict *conflict = conflict_of(screen);
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    head(conflict, &text);
    int used = canvas_paragraph(canvas, body, ROLE_WARNING, text.data, 0) + (body.rows > 12);
    body.row += used;
    body.rows -= used;
    if (body.rows > 0)
        compare_draw(&conflict->compare, canvas, body);
}

static void conflict_keys(struct screen *screen, struct key_bar *bar)
{
    const struct conflict *conflict = conflict_of(screen);
    key_bar_add(bar, ' ', _("Mine/theirs/was"), 0);
    key_bar_add(bar, 'm', _("All mine"), 4);
    key_bar_add(bar, 't', _("All theirs"), 5);
    if (is_lines(entry_of(conflict, conflict->compare.cursor)))
        key_bar_add(bar, 'b', _("Both"), 3);
    key_bar_add(bar, K_SAVE, _("Save"), 1);
    key_bar_add(bar, K_CANCEL, _("Back to the form"), 2);
}

static void conflict_linear(struct screen *screen, struct linear *linear)
{
    struct conflict *conflict = conflict_of(screen);
    head(conflict, &linear->text);
    compare_linear(&conflict->compare, linear);
    linear->take = ' ';
}

static void conflict_plain(struct screen *screen, struct str *out)
{
    compare_plain(&conflict_of(screen)->compare, out);
}

static void conflict_close(struct screen *screen)
{
    struct conflict *conflict = conflict_of(screen);
    vec_finish(&conflict->clashes);
    free(conflict->also);
    free(conflict);
}

static const struct screen_ops conflict_ops = {
    .name = "conflict",
    .key = conflict_key,
    .draw = conflict_draw,
    .heading = N_("Conflict"),
    .keys = conflict_keys,
    .plain = conflict_plain,
    .linear = conflict_linear,
    .close = conflict_close,
};

/* What they changed and I did not comes with their version; it is said. */
static char *also_changed(const struct form *form, struct arena *arena)
{
    struct str names;
    str_init(&names, NULL);
    vec_each(const struct sheet_entry, entry, &form->sheet.entries)
    {
        if (sheet_entry_changed(entry) || entry->field->readonly || !theirs_changed(form, arena, entry))
            continue;
        str_addf(&names, "%s%s", names.len ? _(", ") : "",
                 entry->field->label ? _(entry->field->label) : entry->field->name);
    }
    if (names.len)
        return str_steal(&names);
    str_finish(&names);
    return NULL;
}

void form_conflict_open(struct form *form)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct conflict *conflict = memory_zeroed(1, sizeof(*conflict));
    conflict->screen.ops = &conflict_ops;
    conflict->form = form;
    conflict->compare = (struct compare){.heads = {_("Mine"), _("Theirs"), _("Was")},
                                         .sides = COMPARE_SIDES,
                                         .chooses = true,
                                         .count = count,
                                         .line = line,
                                         .context = conflict};
    sheet_commit(&form->sheet);
    for (size_t i = 0; i < form->sheet.entries.count; i++)
        if (clashes(form, arena, &form->sheet.entries.items[i]))
            vec_push(&conflict->clashes, (struct clash){i, 1u << MINE});
    if (conflict->clashes.count) {
        conflict->also = also_changed(form, arena);
        ui_open(form->app->ui, &conflict->screen);
        return;
    }
    /* They changed other fields than I: both stand. */
    free(conflict);
    form_merge(form);
    form_save(form);
}
