#include "client/views/quick_show.h"

#include <string.h>

#include "base/arena.h"
#include "client/views/action.h"
#include "client/views/desk.h"
#include "client/views/list_face.h"
#include "client/views/quick.h"
#include "client/views/rows.h"
#include "client/views/sheet_dialog.h"
#include "client/views/tool.h"
#include "client/views/value_text.h"
#include "wire/json.h"

static const char *code_of(const struct catalogue_entity *entity)
{
    return entity->code ? entity->code : entity->name;
}

/* Names are not unique; a number or a code is, if search finds it. */
static const char *own_number(const struct catalogue_entity *entity, const json_t *row)
{
    const struct field *title = entity->title ? catalogue_field(entity, entity->title) : NULL;
    const char *text = NULL;
    if (title && title->search && (title->unique || field_type_of(title) == FIELD_CODE))
        json_get_text(row, title->name, &text);
    for (size_t i = 0; !text && i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->search && field->unique && field_type_of(field) == FIELD_CODE)
            json_get_text(row, field->name, &text);
    }
    return text && *text ? text : NULL;
}

void quick_add_record(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                      struct str *out)
{
    const char *number = own_number(entity, row);
    int64_t id = 0;
    (void)app;
    if (number) {
        quick_write_word(number, out);
        return;
    }
    json_get_int(row, "id", &id);
    str_addf(out, "#%lld", (long long)id);
}

/* ---- the box of an action ---- */

/* As somebody would type it: of a reference the first word of what it is called. */
static const char *typed_value(const struct app_context *app, struct arena *arena,
                               const struct sheet_entry *entry)
{
    enum field_type type = field_type_of(entry->field);
    if (!entry->value || type == FIELD_LINES || entry->field->secret)
        return NULL;
    if (type == FIELD_REF)
        return entry->label ? arena_strndup(arena, entry->label, strcspn(entry->label, " ")) : NULL;
    if (type == FIELD_CHOICE || type == FIELD_SET || type == FIELD_BOOL)
        return entry->value;
    return value_edit(app, arena, entry->field, entry->value, entry->label);
}

/* In their order as long as none is left out, then by name. */
static void add_values(const struct app_context *app, const struct sheet *sheet,
                       const struct catalogue_action *action, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    bool in_order = true;
    for (size_t i = 0; i <= action->nargs; i++) {
        const char *name = i < action->nargs ? action->args[i].name : "reason";
        const struct sheet_entry *entry = sheet_find(sheet, name);
        const char *text = entry ? typed_value(app, arena, entry) : NULL;
        if (!text || !*text) {
            in_order = in_order && !entry;
            continue;
        }
        str_add_char(out, ' ');
        if (!in_order)
            str_addf(out, "%s=", name);
        quick_write_word(text, out);
    }
}

static void add_box(struct app_context *app, struct screen *screen, struct str *out)
{
    struct action_box box;
    struct screen *below = action_box_of(screen->id, &box) ? ui_find(app->ui, box.screen) : NULL;
    const struct sheet *sheet = sheet_dialog_sheet(screen);
    if (!below || !sheet || box.count != 1)
        return;
    struct subject subject = subject_of(app, below);
    str_addf(out, "%s ", code_of(box.entity));
    if (subject.row && subject.id == box.id)
        quick_add_record(app, box.entity, subject.row, out);
    else
        str_addf(out, "#%lld", (long long)box.id);
    if (box.action->key)
        str_addf(out, " %c", box.action->key);
    else
        str_addf(out, " %s", box.action->name);
    add_values(app, sheet, box.action, out);
}

/* ---- screens ---- */

static void add_subject(struct app_context *app, struct screen *screen, struct str *out)
{
    struct subject subject = subject_of(app, screen);
    const struct catalogue_entity *entity = subject.entity;
    if (!entity)
        return;
    str_add(out, code_of(entity));
    if (subject.rows) {
        if (*subject.rows->line)
            str_addf(out, " %s", subject.rows->line);
    } else if (subject.row) {
        str_add_char(out, ' ');
        quick_add_record(app, entity, subject.row, out);
    } else if (subject.id) {
        str_addf(out, " #%lld", (long long)subject.id);
    } else {
        str_add_char(out, '+');
    }
}

/* A desk that is a screen of its own, or the face of a list. */
static const struct desk *desk_of_screen(struct app_context *app, struct screen *screen)
{
    struct rows *rows = subject_of(app, screen).rows;
    const char *face = rows ? list_face_desk(rows) : NULL;
    return desk_find(face ? face : screen->ops->name);
}

void quick_of_screen(struct app_context *app, struct screen *screen, struct str *out)
{
    const struct desk *desk = desk_of_screen(app, screen);
    if (desk && desk->code)
        str_add(out, desk->code);
    else if (strcmp(screen->ops->name, "sheet") == 0)
        add_box(app, screen, out);
    else
        add_subject(app, screen, out);
}
