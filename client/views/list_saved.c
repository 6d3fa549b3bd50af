/* Filters kept under a name, with their columns and order: one's own, and those colleagues share. Digits apply them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/list_tools.h"
#include "client/views/preference.h"
#include "client/views/sheet_dialog.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

static const char kind[] = "filter";

struct saved {
    struct screen screen;
    struct app_context *app;
    struct rows *rows;
    uint64_t below;
    struct table table;
    char *editing; /* name of the one being changed; NULL: a new one */
};

static struct saved *saved_of(struct screen *screen)
{
    return container_of(screen, struct saved, screen);
}

static int64_t number_of(const struct preference *preference)
{
    return json_integer_value(json_object_get(preference->body, "number"));
}

static bool is_standard(const struct preference *preference)
{
    return preference->mine && json_is_true(json_object_get(preference->body, "default"));
}

/* ---- applying ---- */

static bool apply(struct rows *rows, const json_t *body)
{
    const char *line = json_string_value(json_object_get(body, "line"));
    const char *sort = json_string_value(json_object_get(body, "sort"));
    rows_take_columns(rows, json_object_get(body, "columns"));
    if (sort && *sort)
        rows_use_sort(rows, sort);
    return rows_set_filter(rows, line ? line : "") == 0;
}

/* One's own before a colleague's with the same digit: that is the order they come in. */
bool list_saved_apply(struct rows *rows, int digit)
{
    struct preference preference;
    if (digit == 0) {
        list_columns_load(rows);
        return rows_set_filter(rows, "") == 0;
    }
    for (size_t i = 0; preference_each(rows->app, kind, rows->entity->name, i, &preference); i++)
        if (number_of(&preference) == digit) {
            ui_say(rows->app->ui, ROLE_NORMAL, "%d %s", digit, preference.name);
            return apply(rows, preference.body);
        }
    return false;
}

bool list_saved_open(struct rows *rows)
{
    struct preference preference;
    for (size_t i = 0; preference_each(rows->app, kind, rows->entity->name, i, &preference); i++)
        if (is_standard(&preference))
            return apply(rows, preference.body);
    return false;
}

void list_saved_keys(const struct rows *rows, struct key_bar *bar)
{
    struct preference preference;
    bool any = false;
    for (size_t i = 0; preference_each(rows->app, kind, rows->entity->name, i, &preference); i++) {
        int64_t number = number_of(&preference);
        if (number < 1 || number > 9)
            continue;
        key_bar_add(bar, '0' + (int)number, preference.name, 50);
        any = true;
    }
    if (any)
        key_bar_add(bar, '0', _("No filter"), 51);
}

/* ---- the model of its table ---- */

static bool at(const struct saved *saved, size_t row, struct preference *preference_r)
{
    return preference_each(saved->app, kind, saved->rows->entity->name, row, preference_r);
}

static size_t model_count(void *context)
{
    struct preference preference;
    size_t count = 0;
    while (at(context, count, &preference))
        count++;
    return count;
}

static enum table_state model_state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    struct preference preference = {0};
    (void)at(context, row, &preference);
    return preference.id;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct preference preference;
    (void)role;
    if (!at(context, row, &preference))
        return "";
    switch (column) {
    case 0:
        if (number_of(&preference))
            str_addf(scratch, "%d", (int)number_of(&preference));
        break;
    case 1: str_addf(scratch, "%s%s", is_standard(&preference) ? "• " : "", preference.name); break;
    case 2:
        str_add(scratch, !preference.mine ? preference.owner : preference.shared ? _("shared") : "");
        break;
    default: {
        const char *line = json_string_value(json_object_get(preference.body, "line"));
        str_add(scratch, line ? line : "");
    }
    }
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count, .state = model_state, .id = model_id, .cell = model_cell};

static void set_titles(struct saved *saved)
{
    static const struct {
        const char *title;
        int width, most;
    } titles[] = {{"", 2, 0}, {N_("Name"), 16, 30}, {N_("Of"), 10, 20}, {N_("Filter"), 20, 80}};
    table_clear_columns(&saved->table);
    for (size_t i = 0; i < array_len(titles); i++)
        table_add_column(&saved->table,
                         &(struct table_column){.title = *titles[i].title ? _(titles[i].title) : "",
                                                .width = titles[i].width,
                                                .width_max = titles[i].most,
                                                .priority = (int)i});
}

static bool current(const struct saved *saved, struct preference *preference_r)
{
    return at(saved, saved->table.cursor, preference_r);
}

/* ---- keeping ---- */

static const struct field fields[] = {
    {.name = "name", .label = N_("Name"), .type = FIELD_TEXT, .max = 40, .required = true},
    {.name = "number",
     .label = N_("Digit"),
     .type = FIELD_INT,
     .min = 1,
     .max = 9,
     .help = N_("The key that applies it in the list.")},
    {.name = "default",
     .label = N_("At opening"),
     .type = FIELD_BOOL,
     .help = N_("The list opens with this filter.")},
    {.name = "shared",
     .label = N_("For all"),
     .type = FIELD_BOOL,
     .help = N_("Everybody who may use the list finds it among his filters.")},
};

/* What only one can have is taken from the others. */
static void take_from_others(struct saved *saved, const char *name, int64_t number, bool standard)
{
    struct preference other;
    for (size_t i = 0; at(saved, i, &other); i++) {
        bool numbered = number && number_of(&other) == number;
        bool opens = standard && is_standard(&other);
        if (!other.mine || strcmp(other.name, name) == 0 || (!numbered && !opens))
            continue;
        json_t *body = json_deep_copy(other.body);
        char *kept = memory_strdup(other.name);
        if (numbered)
            json_object_del(body, "number");
        if (opens)
            json_object_del(body, "default");
        preference_set(saved->app, kind, saved->rows->entity->name, kept, body, other.shared);
        free(kept);
    }
}

static void remove_named(struct saved *saved, const char *name)
{
    struct preference preference;
    for (size_t i = 0; at(saved, i, &preference); i++)
        if (preference.mine && strcmp(preference.name, name) == 0) {
            preference_remove(saved->app, preference.id);
            return;
        }
}

/* What the list shows now; of one that is only renamed, what it was. */
static json_t *body_of(struct saved *saved)
{
    const json_t *was =
        saved->editing ? preference_get(saved->app, kind, saved->rows->entity->name, saved->editing) : NULL;
    if (was)
        return json_deep_copy(was);
    json_t *columns = rows_columns_json(saved->rows);
    json_t *body = json_pack("{s:s, s:s, s:o}", "line", saved->rows->line, "sort", saved->rows->sort,
                             "columns", columns);
    return body;
}

static void on_submit(struct screen *screen, uint64_t dialog, json_t *values, void *context)
{
    struct saved *saved = context;
    const char *name = json_string_value(json_object_get(values, "name"));
    int64_t number = json_integer_value(json_object_get(values, "number"));
    bool standard = json_is_true(json_object_get(values, "default"));
    json_t *body = body_of(saved);
    (void)screen;
    json_object_del(body, "number");
    json_object_del(body, "default");
    if (number)
        json_object_set_new(body, "number", json_integer(number));
    if (standard)
        json_object_set_new(body, "default", json_true());
    take_from_others(saved, name, number, standard);
    if (saved->editing && strcmp(saved->editing, name) != 0)
        remove_named(saved, saved->editing);
    preference_set(saved->app, kind, saved->rows->entity->name, name, body,
                   json_is_true(json_object_get(values, "shared")));
    sheet_dialog_close(saved->app, dialog);
    json_decref(values);
    table_changed(&saved->table);
}

static void open_dialog(struct saved *saved, const struct preference *of)
{
    bool share = app_may(saved->app, "preference.share");
    json_t *values = json_object();
    free(saved->editing);
    saved->editing = of ? memory_strdup(of->name) : NULL;
    if (of) {
        json_object_set_new(values, "name", json_string(of->name));
        if (number_of(of))
            json_object_set_new(values, "number", json_integer(number_of(of)));
        json_object_set_new(values, "default", json_boolean(is_standard(of)));
        json_object_set_new(values, "shared", json_boolean(of->shared));
    }
    struct sheet_dialog dialog = {
        .title = of ? _("Change the filter") : _("Keep the filter"),
        .text = of                   ? NULL
                : *saved->rows->line ? saved->rows->line
                                     : _("Columns and order only"),
        .fields = fields,
        .nfields = array_len(fields) - !share,
        .values = values,
        .whole = true,
        .submit = on_submit,
        .context = saved,
    };
    sheet_dialog_open(saved->app, &saved->screen, &dialog);
    json_decref(values);
}

static void on_remove(void *context, const struct dialog_answer *answer)
{
    struct saved *saved = context;
    struct preference preference;
    if (answer->key != 'y' || !current(saved, &preference) || !preference.mine)
        return;
    preference_remove(saved->app, preference.id);
    table_changed(&saved->table);
}

/* ---- the screen ---- */

static unsigned own_key(struct saved *saved, const struct key *key, const struct preference *preference)
{
    if (!preference->mine) {
        ui_say(saved->app->ui, ROLE_ERROR, _("It belongs to %s"), preference->owner);
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    if (key->code == 'e')
        open_dialog(saved, preference);
    else
        dialog_yes_no(saved->app->ui, preference->name, _("Forget this filter?"), false, on_remove, saved);
    return SCREEN_REDRAW;
}

static unsigned use(struct saved *saved, const struct preference *preference)
{
    if (ui_find(saved->app->ui, saved->below) && !apply(saved->rows, preference->body))
        return SCREEN_REDRAW | SCREEN_BELL;
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

static unsigned saved_key(struct screen *screen, const struct key *key)
{
    struct saved *saved = saved_of(screen);
    struct preference preference;
    bool any = current(saved, &preference);
    switch (key->code) {
    case K_NEW: open_dialog(saved, NULL); return SCREEN_REDRAW;
    case 'e':
    case K_DELETE: return any ? own_key(saved, key, &preference) : SCREEN_BELL;
    case K_ENTER: return any ? use(saved, &preference) : SCREEN_BELL;
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    case ' ':
    case '*': return SCREEN_BELL; /* nothing is marked here */
    default: break;
    }
    if (key->code >= '0' && key->code <= '9' && ui_find(saved->app->ui, saved->below))
        return list_saved_apply(saved->rows, key->code - '0') ? SCREEN_REDRAW | SCREEN_CLOSE : SCREEN_BELL;
    return table_key(&saved->table, key) == TABLE_UNUSED ? SCREEN_UNUSED : SCREEN_REDRAW;
}

static void saved_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    table_draw(&saved_of(screen)->table, canvas, body, true);
}

static void saved_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = saved_of(screen)->rows->entity;
    str_addf(out, "%s · %s", entity->plural ? _(entity->plural) : entity->name, _("Kept filters"));
}

static void saved_keys(struct screen *screen, struct key_bar *bar)
{
    struct saved *saved = saved_of(screen);
    struct preference preference;
    bool any = current(saved, &preference);
    if (any)
        key_bar_add(bar, K_ENTER, _("Use"), 0);
    key_bar_add(bar, K_NEW, _("Keep the present one"), 1);
    if (any && preference.mine) {
        key_bar_add(bar, 'e', _("Change"), 2);
        key_bar_add(bar, K_DELETE, _("Forget"), 3);
    }
    key_bar_add(bar, K_CANCEL, _("Cancel"), 4);
}

static void saved_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &saved_of(screen)->table);
}

static void saved_plain(struct screen *screen, struct str *out)
{
    table_plain(&saved_of(screen)->table, out);
}

static void saved_close(struct screen *screen)
{
    struct saved *saved = saved_of(screen);
    table_finish(&saved->table);
    free(saved->editing);
    free(saved);
}

static const struct screen_ops saved_ops = {
    .name = "saved",
    .key = saved_key,
    .draw = saved_draw,
    .title = saved_title,
    .keys = saved_keys,
    .about = N_("A kept filter is the line, the columns and the order of the list. Its digit applies it in "
                "the list, 0 takes every filter away. • marks the one the list opens with."),
    .linear = saved_linear,
    .plain = saved_plain,
    .close = saved_close,
};

static void saved_language(struct screen *screen)
{
    set_titles(saved_of(screen));
}

static const char *none(void *context)
{
    (void)context;
    return _("F6 keeps the filter, the columns and the order that the list has now");
}

static void open_saved(const struct subject *subject)
{
    struct saved *saved = memory_zeroed(1, sizeof(*saved));
    saved->app = subject->app;
    saved->rows = subject->rows;
    saved->below = subject->screen->id;
    saved->screen.ops = &saved_ops;
    table_init(&saved->table, &model, saved);
    set_titles(saved);
    saved->table.none = none;
    table_reset(&saved->table);
    ui_open(subject->app->ui, &saved->screen);
}

static const struct tool tools[] = {
    {
        .name = "filters",
        .label = N_("Kept filters"),
        .help = N_("Filters kept under a name, with columns and order; digits apply them"),
        .search = "saved filters favourites baocun shaixuan",
        .key = 'S',
        .priority = 41,
        .places = TOOL_LIST,
        .run = open_saved,
    },
};

void list_saved_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&saved_ops, saved_language);
}
