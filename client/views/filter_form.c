#include "client/views/filter_form.h"

#include <stdlib.h>
#include <string.h>

#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/filter_form-private.h"
#include "client/views/filter_spell.h"
#include "client/views/lookup.h"
#include "client/views/rows-private.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_linear.h"
#include "model/catalogue.h"
#include "wire/json.h"

struct filter_form *filter_form_of(struct screen *screen)
{
    return container_of(screen, struct filter_form, screen);
}

/* ---- the line it stands for ---- */

static void write_line(struct filter_form *form, struct arena *arena, struct str *out)
{
    struct filter_parts *parts = arena_new(arena, struct filter_parts);
    filter_form_keep(form);
    filter_form_parts(form, parts);
    filter_parts_write(parts, arena, out);
}

void filter_form_line(struct filter_form *form, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    write_line(form, arena, out);
}

static unsigned apply(struct filter_form *form)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct screen *below = ui_find(form->app->ui, form->below);
    struct str line;
    if (!sheet_check(&form->sheet))
        return SCREEN_REDRAW | SCREEN_BELL;
    str_init(&line, arena);
    write_line(form, arena, &line);
    if (below && rows_set_filter(form->rows, line.data) < 0)
        return SCREEN_REDRAW | SCREEN_BELL;
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

/* ---- what is asked ---- */

static void set_ask(struct filter_form *form, size_t index, enum filter_ask ask)
{
    sheet_commit(&form->sheet);
    filter_form_keep(form);
    struct condition *condition = &form->conditions.items[index];
    bool valued = filter_ask_has_value(condition->ask), will = filter_ask_has_value(ask);
    condition->ask = ask;
    if (!will || !valued) { /* a tick is no value, and no value is a tick */
        free(condition->value);
        condition->value = will ? NULL : memory_strdup("yes");
    }
    filter_form_build(form, index);
}

static void on_ask(void *context, const struct dialog_answer *answer)
{
    struct filter_form *form = context;
    if (answer->key == K_ENTER)
        set_ask(form, filter_form_current(form), (enum filter_ask)answer->id);
}

static unsigned choose_ask(struct filter_form *form)
{
    const struct condition *condition = &form->conditions.items[filter_form_current(form)];
    struct choices choices;
    if (!condition->field)
        return SCREEN_BELL;
    choices_init(&choices);
    for (const enum filter_ask *ask = filter_asks(condition->field); *ask != FILTER_ASKS; ask++) {
        if (*ask == condition->ask)
            choices.cursor = choices.items.count;
        choices_add(&choices, *ask, _(filter_ask_text(condition->field, *ask)),
                    filter_ask_sign(condition->field, *ask));
    }
    dialog_choose(form->app->ui,
                  condition->field->label ? _(condition->field->label) : condition->field->name, &choices,
                  on_ask, form);
    choices_finish(&choices);
    return SCREEN_REDRAW;
}

/* Signs typed before the value say what is asked, as in the line. */
static const struct {
    int key;
    enum filter_ask before, ask; /* before FILTER_ASKS: whatever it was */
} signs[] = {
    {'=', ASK_UNDER, ASK_UP_TO},      {'=', ASK_OVER, ASK_FROM},      {'=', FILTER_ASKS, ASK_IS},
    {'=', FILTER_ASKS, ASK_ANY_OF},   {'<', FILTER_ASKS, ASK_UNDER},  {'>', FILTER_ASKS, ASK_OVER},
    {'~', FILTER_ASKS, ASK_CONTAINS}, {'^', FILTER_ASKS, ASK_BEGINS}, {'!', FILTER_ASKS, ASK_NOT},
};

static bool offered(const struct field *field, enum filter_ask wanted)
{
    const enum filter_ask *ask = filter_asks(field);
    while (*ask != FILTER_ASKS && *ask != wanted)
        ask++;
    return *ask == wanted;
}

static bool sign_key(struct filter_form *form, const struct key *key)
{
    size_t index = filter_form_current(form);
    const struct condition *condition = &form->conditions.items[index];
    bool empty = !form->sheet.editing || input_empty(&form->sheet.input);
    if (key->kind != KEY_TEXT || !condition->field || !empty)
        return false;
    for (size_t i = 0; i < array_len(signs); i++) {
        if (signs[i].key != key->code || !offered(condition->field, signs[i].ask) ||
            (signs[i].before != FILTER_ASKS && signs[i].before != condition->ask))
            continue;
        set_ask(form, index, signs[i].ask);
        return true;
    }
    return false;
}

/* ---- the screen ---- */

/* What is wrong with the field that was left, at once and in words. */
static void tell_trouble(struct filter_form *form, size_t left)
{
    const struct sheet_entry *entry =
        left < form->sheet.entries.count ? &form->sheet.entries.items[left] : NULL;
    if (entry && left != form->sheet.focus && entry->trouble)
        ui_say(form->app->ui, ROLE_ERROR, "%s", entry->trouble);
}

static unsigned form_key(struct screen *screen, const struct key *key)
{
    struct filter_form *form = filter_form_of(screen);
    size_t focus = form->sheet.focus;
    if (sign_key(form, key))
        return SCREEN_REDRAW;
    switch (sheet_key(&form->sheet, key)) {
    case SHEET_USED: tell_trouble(form, focus); return SCREEN_REDRAW;
    case SHEET_REFUSED: return SCREEN_BELL;
    default: break;
    }
    switch (key->code) {
    case K_SAVE: return apply(form);
    case K_VIEW: return choose_ask(form);
    case K_REFRESH: {
        struct filter_parts none = {0};
        filter_form_fill(form, &none);
        filter_form_build(form, 0);
        return SCREEN_REDRAW;
    }
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static void on_leave(struct sheet *sheet)
{
    struct filter_form *form = container_of(sheet, struct filter_form, sheet);
    if (apply(form) & SCREEN_CLOSE)
        ui_close(form->app->ui, &form->screen);
}

static void form_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    sheet_draw(&filter_form_of(screen)->sheet, canvas, body);
}

static void form_resize(struct screen *screen, struct area body)
{
    struct filter_form *form = filter_form_of(screen);
    size_t at = filter_form_current(form);
    (void)body;
    sheet_commit(&form->sheet);
    filter_form_keep(form);
    filter_form_build(form, at);
}

static void form_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = filter_form_of(screen)->entity;
    str_addf(out, "%s · %s", entity->plural ? _(entity->plural) : entity->name, _("Filter"));
}

static void form_crumb(struct screen *screen, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    write_line(filter_form_of(screen), arena, out);
}

static void form_keys(struct screen *screen, struct key_bar *bar)
{
    key_bar_add(bar, K_SAVE, _("Filter"), 0);
    key_bar_add(bar, K_VIEW, _("Comparison"), 1);
    key_bar_add(bar, K_REFRESH, _("Clear all"), 2);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 3);
    sheet_keys(&filter_form_of(screen)->sheet, bar);
}

static void form_linear(struct screen *screen, struct linear *linear)
{
    write_line(filter_form_of(screen), linear->arena, &linear->text);
    sheet_linear(&filter_form_of(screen)->sheet, linear);
}

static void form_plain(struct screen *screen, struct str *out)
{
    sheet_plain(&filter_form_of(screen)->sheet, out);
}

static void form_close(struct screen *screen)
{
    struct filter_form *form = filter_form_of(screen);
    sheet_finish(&form->sheet);
    filter_form_forget(form);
    vec_finish(&form->conditions);
    arena_destroy(form->arena);
    free(form);
}

static const struct screen_ops form_ops = {
    .name = "filter",
    .key = form_key,
    .draw = form_draw,
    .resize = form_resize,
    .title = form_title,
    .crumb = form_crumb,
    .keys = form_keys,
    .about = N_(
        "Only rows that answer to every line are listed. F11 says how a field is compared; so does one of "
        "the signs = < > ! ~ ^ before the value. What stands here is the line above, which / takes as well."),
    .linear = form_linear,
    .plain = form_plain,
    .close = form_close,
};

static const struct sheet_ops sheet_ops = {.leave = on_leave};

/* ---- the words of records the filter names by number ---- */

static void on_label(struct screen *screen, const struct answer *answer, void *context)
{
    struct filter_form *form = filter_form_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct catalogue_entity *entity = context;
    const json_t *row = json_array_get(json_object_get(answer->object, "rows"), 0);
    const char *detail;
    int64_t id = 0;
    if (answer->code || json_get_int(row, "id", &id) != JSON_GET_FOUND)
        return;
    const char *words = lookup_title(form->app, arena, entity, row, &detail);
    vec_each(struct sheet_entry, entry, &form->sheet.entries)
    {
        bool same = entry->value && !entry->label && strtoll(entry->value, NULL, 10) == id;
        if (!same || field_type_of(entry->field) != FIELD_REF || strcmp(entry->field->ref, entity->name) != 0)
            continue;
        if (sheet_current(&form->sheet) == entry && !form->sheet.edited)
            sheet_drop(&form->sheet);
        entry->label = memory_strdup(words);
    }
}

static void ask_labels(struct filter_form *form)
{
    vec_each(const struct sheet_entry, entry, &form->sheet.entries)
    {
        if (field_type_of(entry->field) != FIELD_REF || !entry->value ||
            !lookup_may(form->app, entry->field->ref))
            continue;
        const struct catalogue_entity *entity = catalogue_entity(form->app->catalogue, entry->field->ref);
        json_t *args = json_pack("{s:i, s:{s:I}}", "limit", 1, "filter", "id",
                                 (json_int_t)strtoll(entry->value, NULL, 10));
        ask(form->app, &form->screen, verb_of(entity->name, "list"), args, CALL_READ, NULL, on_label,
            (void *)entity);
    }
}

void filter_form_open(struct rows *rows, const char *line)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct filter_parts *parts = arena_new(arena, struct filter_parts);
    struct filter_fault fault = {0};
    line = filter_spell(rows->app, rows->entity, arena, line);
    if (filter_parts_read(line, catalogue_field_guess, rows->entity, arena, rows->app->who.zone, parts,
                          &fault) < 0) {
        rows_say_fault(rows, line, &fault);
        return;
    }
    struct filter_form *form = memory_zeroed(1, sizeof(*form));
    form->app = rows->app;
    form->entity = rows->entity;
    form->rows = rows;
    form->below = rows->screen->id;
    form->screen.ops = &form_ops;
    form->arena = arena_create(0);
    sheet_init(&form->sheet, form->app, &form->screen, &sheet_ops);
    filter_form_fill(form, parts);
    filter_form_build(form, 0);
    ui_open(form->app->ui, &form->screen);
    filter_form_keep_typed(form);
    ask_labels(form);
}
