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

/* By what a quick code finds it. */
static const char *part_of(struct arena *arena, const struct catalogue_entity *entity, const json_t *row,
                           int64_t id)
{
    const char *number = row ? own_number(entity, row) : NULL;
    return number ? number : arena_printf(arena, "#%lld", (long long)id);
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
static void take_values(const struct app_context *app, struct arena *arena, const struct sheet *sheet,
                        struct quick *quick)
{
    bool in_order = true;
    for (size_t i = 0; i <= quick->action->nargs && quick->nargs < QUICK_ARGS; i++) {
        const char *name = i < quick->action->nargs ? quick->action->args[i].name : "reason";
        const struct sheet_entry *entry = sheet_find(sheet, name);
        const char *text = entry ? typed_value(app, arena, entry) : NULL;
        if (text && *text)
            quick->args[quick->nargs++] = (struct quick_arg){in_order ? NULL : name, text};
        else
            in_order = in_order && !entry;
    }
}

static void add_box(struct app_context *app, struct screen *screen, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct action_box box;
    struct screen *below = action_box_of(screen->id, &box) ? ui_find(app->ui, box.screen) : NULL;
    const struct sheet *sheet = sheet_dialog_sheet(screen);
    if (!below || !sheet || box.count != 1)
        return;
    struct subject subject = subject_of(app, below);
    const json_t *row = subject.id == box.id ? subject.row : NULL;
    struct quick quick = {.kind = QUICK_ACTION,
                          .entity = box.entity,
                          .action = box.action,
                          .by_key = true,
                          .part = part_of(arena, box.entity, row, box.id)};
    take_values(app, arena, sheet, &quick);
    quick_write(&quick, out);
}

/* ---- screens ---- */

static void add_subject(struct app_context *app, struct screen *screen, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct subject subject = subject_of(app, screen);
    struct quick quick = {.kind = QUICK_NEW, .entity = subject.entity};
    int64_t id = subject.id;
    json_get_int(subject.row, "id", &id);
    if (subject.rows) {
        quick.kind = QUICK_LIST;
        quick.filter = subject.rows->line;
    } else if (id) {
        quick.kind = QUICK_RECORD;
        quick.part = part_of(arena, subject.entity, subject.row, id);
    }
    quick_write(&quick, out);
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
