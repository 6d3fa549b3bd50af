#include "client/views/lookup_new.h"

#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/form-private.h"
#include "client/views/lookup.h"
#include "client/views/open.h"

/* ---- one of the list ---- */

/* The list that is open to choose from; one at a time: opening another forgets it. */
static struct {
    struct app_context *app;
    uint64_t list, asker;
    const struct catalogue_entity *entity;
    lookup_done *done;
    void *context;
} choosing;

void lookup_list(struct app_context *app, struct screen *asker, const struct catalogue_entity *entity,
                 const char *typed, lookup_done *done, void *context)
{
    uint64_t below = asker->id;
    list_open(app, entity, *typed ? typed : NULL);
    const struct screen *list = ui_top(app->ui);
    if (!list || list->id == below)
        return;
    choosing.app = app;
    choosing.list = list->id;
    choosing.asker = below;
    choosing.entity = entity;
    choosing.done = done;
    choosing.context = context;
    ui_say(app->ui, ROLE_NORMAL, "%s", _("Enter takes the row into the form"));
}

static void on_row(struct screen *asker, const struct answer *answer, void *context)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *row = json_array_get(json_object_get(answer->object, "rows"), 0);
    lookup_done *done = choosing.done;
    const char *detail;
    (void)context;
    choosing.done = NULL;
    if (!done || !row)
        return;
    done(asker, json_integer_value(json_object_get(row, "id")),
         lookup_title(choosing.app, arena, choosing.entity, row, &detail), choosing.context);
    ui_redraw(choosing.app->ui);
}

bool lookup_taken(struct app_context *app, const struct catalogue_entity *entity, int64_t id)
{
    struct screen *list = ui_top(app->ui), *asker = ui_find(app->ui, choosing.asker);
    if (!choosing.done || !list || list->id != choosing.list || entity != choosing.entity || !asker)
        return false;
    json_t *columns = json_array();
    if (entity->title)
        json_array_append_new(columns, json_string(entity->title));
    list->closing = true;
    ask(app, asker, verb_of(entity->name, "list"),
        json_pack("{s:{s:I}, s:o, s:i}", "filter", "id", (json_int_t)id, "columns", columns, "limit", 1),
        CALL_READ, NULL, on_row, NULL);
    return true;
}

/* ---- a new one ---- */

bool lookup_new_may(const struct app_context *app, const char *entity)
{
    return catalogue_entity(app->catalogue, entity) && app_may(app, verb_of(entity, "create"));
}

static bool may_hold(const struct field *field)
{
    return !field->readonly && !field->secret && field_type_of(field) != FIELD_REF;
}

/* Where what was typed belongs: digits into the phone, anything else into what names the record. */
static const struct field *place_of(const struct catalogue_entity *entity, const char *typed)
{
    const struct field *title = entity->title ? catalogue_field(entity, entity->title) : NULL;
    size_t digits = strspn(typed, "0123456789+- ");
    for (size_t i = 0; digits >= 5 && !typed[digits] && i < entity->nfields; i++)
        if (field_type_of(&entity->fields[i]) == FIELD_PHONE && may_hold(&entity->fields[i]))
            return &entity->fields[i];
    return title && may_hold(title) ? title : NULL;
}

void lookup_new(struct app_context *app, struct screen *asker, const struct catalogue_entity *entity,
                const char *typed, lookup_done *done, void *context)
{
    const struct field *field = *typed ? place_of(entity, typed) : NULL;
    uint64_t below = asker->id;
    json_t *prefill = field ? json_pack("{s:s}", field->name, typed) : NULL;
    form_open_new(app, entity, prefill);
    json_decref(prefill);
    struct screen *top = ui_top(app->ui);
    if (!top || top->ops != &form_ops || top->id == below)
        return;
    struct form *form = form_of(top);
    form->asker = below;
    form->made = done;
    form->made_context = context;
}
