/* An order half taken, kept on disk and gone on with. */
#include "client/desks/call-private.h"

static json_t *save(struct screen *screen)
{
    struct call *call = call_of(screen);
    if (!sheet_dirty(&call->sheet))
        return NULL;
    json_t *state = json_pack("{s:o}", "sheet", sheet_save(&call->sheet));
    if (call->unsure) /* sent, and the answer did not come: the same again is the same command */
        json_object_set_new(state, "sent", json_deep_copy(call->unsure));
    return state;
}

static bool go_on(struct app_context *app, const json_t *state)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, "rescue");
    if (!entity || !app_may(app, "rescue.create"))
        return false;
    struct call *call = call_open_new(app, entity, NULL);
    call->filling = true;
    sheet_restore(&call->sheet, json_object_get(state, "sheet"));
    call->filling = false;
    if (json_is_object(json_object_get(state, "sent")))
        call->unsure = json_deep_copy(json_object_get(state, "sent"));
    call_facts_changed(call);
    return true;
}

const struct draft_kind call_draft_kind = {.ops = &call_ops, .name = "call", .save = save, .open = go_on};
