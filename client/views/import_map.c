/* Which column goes to which field, with what stands in it; kept under a name for the next file of this kind. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/import-private.h"
#include "client/views/preference.h"

enum { COLUMN_TITLE, COLUMN_FIELD, COLUMN_SAMPLE };

static json_t *column_at(const struct import_view *view, size_t row)
{
    return json_array_get(view->columns, row);
}

static const struct field *field_at(const struct import_view *view, size_t row)
{
    const char *name = json_string_value(json_object_get(column_at(view, row), "field"));
    return name ? catalogue_field(view->entity, name) : NULL;
}

static size_t model_count(void *context)
{
    return json_array_size(((struct import_view *)context)->columns);
}

static enum table_state model_state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row + 1;
}

static unsigned model_flags(void *context, size_t row)
{
    return field_at(context, row) ? 0 : ROW_DIM;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct import_view *view = context;
    const json_t *entry = column_at(view, row), *samples = json_object_get(entry, "samples");
    const struct field *field = field_at(view, row);
    const char *title = json_string_value(json_object_get(entry, "column"));
    (void)role;
    if (column == COLUMN_TITLE)
        return title ? title : "";
    if (column == COLUMN_FIELD) {
        str_addf(scratch, "→ %s", field ? _(field->label) : _("left out"));
        return scratch->data;
    }
    for (size_t i = 0; i < json_array_size(samples); i++)
        str_addf(scratch, "%s%s", i ? " · " : "", json_string_value(json_array_get(samples, i)));
    return scratch->data;
}

const struct table_model import_map_model = {
    .count = model_count,
    .state = model_state,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

void import_map_columns(struct import_view *view)
{
    const struct table_column columns[] = {
        [COLUMN_TITLE] = {.title = _("Column of the file"), .width = 14, .width_max = 24},
        [COLUMN_FIELD] = {.title = _("Field"), .width = 16, .width_max = 26},
        [COLUMN_SAMPLE] = {.title = _("In it"), .width = 16, .width_max = 80, .priority = 1},
    };
    table_clear_columns(&view->table);
    for (size_t i = 0; i < array_len(columns); i++)
        table_add_column(&view->table, &columns[i]);
}

static bool fillable(const struct field *field)
{
    enum field_type type = field_type_of(field);
    return !field->readonly && !field->secret && type != FIELD_LINES && type != FIELD_FILE;
}

static bool is_taken(const struct import_view *view, const struct field *field)
{
    for (size_t i = 0; i < json_array_size(view->columns); i++) {
        if (field_at(view, i) == field)
            return true;
    }
    return false;
}

const char *import_map_missing(struct import_view *view)
{
    struct str names;
    str_init(&names, view->arena);
    for (size_t i = 0; i < view->entity->nfields; i++) {
        const struct field *field = &view->entity->fields[i];
        if (field->required && !field->init && fillable(field) && !is_taken(view, field) &&
            strcmp(field->name, "branch_id") != 0)
            str_addf(&names, "%s%s", names.len ? ", " : "", _(field->label));
    }
    return names.data;
}

/* A field has one column: it leaves the one it had. */
static void put(struct import_view *view, size_t row, const char *name)
{
    for (size_t i = 0; name && i < json_array_size(view->columns); i++) {
        const char *other = json_string_value(json_object_get(column_at(view, i), "field"));
        if (other && strcmp(other, name) == 0)
            json_object_set_new(column_at(view, i), "field", json_null());
    }
    json_object_set_new(column_at(view, row), "field", name ? json_string(name) : json_null());
}

static void on_field(void *context, const struct dialog_answer *answer)
{
    struct import_view *view = context;
    if (answer->key != K_ENTER || !table_has_row(&view->table))
        return;
    put(view, view->table.cursor, answer->id > 0 ? view->entity->fields[answer->id - 1].name : NULL);
}

void import_map_choose(struct import_view *view)
{
    struct choices choices;
    choices_init(&choices);
    choices_add(&choices, 0, _("left out"), NULL);
    for (size_t i = 0; i < view->entity->nfields; i++) {
        const struct field *field = &view->entity->fields[i];
        if (fillable(field))
            choices_add(&choices, (int64_t)i + 1, _(field->label), field->name);
    }
    dialog_choose(view->app->ui, _("Which field"), &choices, on_field, view);
}

void import_map_leave_out(struct import_view *view)
{
    if (table_has_row(&view->table))
        put(view, view->table.cursor, NULL);
}

/* ---- kept under a name */

static void on_name(void *context, const struct dialog_answer *answer)
{
    struct import_view *view = context;
    if (answer->key != K_ENTER)
        return;
    preference_set(view->app, "mapping", view->entity->name, answer->text, import_mapping(view), false);
    free(view->name);
    view->name = memory_strdup(answer->text);
    ui_say(view->app->ui, ROLE_GOOD, "%s", _("Kept: the next file can use it"));
}

void import_map_keep(struct import_view *view)
{
    struct dialog_ask what = {.title = _("Keep the columns"),
                              .text = _("Under which name?"),
                              .label = _("Name"),
                              .kind = INPUT_TEXT,
                              .max = 40,
                              .required = true,
                              .value = view->name};
    dialog_ask(view->app->ui, &what, on_name, view);
}

void import_map_take(struct import_view *view, const json_t *kept)
{
    for (size_t i = 0; kept && i < json_array_size(view->columns); i++) {
        const char *title = json_string_value(json_object_get(column_at(view, i), "column"));
        const json_t *field = title ? json_object_get(kept, title) : NULL;
        if (field)
            put(view, i, json_string_value(field));
    }
}

void import_map_recall(struct import_view *view, const char *name)
{
    import_map_take(view, name ? preference_get(view->app, "mapping", view->entity->name, name) : NULL);
}

static void on_pick(void *context, const struct dialog_answer *answer)
{
    struct import_view *view = context;
    if (answer->key != K_ENTER)
        return;
    free(view->name);
    view->name = memory_strdup(answer->text);
    import_map_recall(view, view->name);
}

void import_map_pick(struct import_view *view)
{
    struct choices choices;
    struct preference kept;
    choices_init(&choices);
    for (size_t i = 0; preference_each(view->app, "mapping", view->entity->name, i, &kept); i++)
        choices_add(&choices, (int64_t)i, kept.name, kept.mine ? NULL : kept.owner);
    if (choices.items.count) {
        dialog_choose(view->app->ui, _("Kept columns"), &choices, on_pick, view);
        return;
    }
    choices_finish(&choices);
    ui_say(view->app->ui, ROLE_NORMAL, "%s", _("Nothing is kept yet: k keeps the columns as they are"));
}
