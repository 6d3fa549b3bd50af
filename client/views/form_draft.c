/* A record half filled in, kept on disk and gone on with. */
#include <string.h>

#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/form-private.h"
#include "client/views/open.h"
#include "wire/json.h"

static json_t *form_save_draft(struct screen *screen)
{
    struct form *form = form_of(screen);
    if (!form_dirty(screen))
        return NULL;
    json_t *state = json_pack("{s:s, s:I, s:o}", "entity", form->entity->name, "id", (json_int_t)form->id,
                              "sheet", sheet_save(&form->sheet));
    if (form->id && form->row) /* what it was changed from: a conflict is seen by it */
        json_object_set_new(state, "row", json_deep_copy(form->row));
    return state;
}

/* Somebody may have saved it since. */
static void on_now(struct screen *screen, const struct answer *answer, void *context)
{
    struct form *form = context;
    int64_t version = NIL;
    (void)screen;
    json_get_int(answer->object, "version", &version);
    form->gone = answer->code == ERR_NOT_FOUND;
    form->stale = answer->code == ERR_NONE && version > form->version;
    ui_redraw(form->app->ui);
}

static bool form_open_draft(struct app_context *app, const json_t *state)
{
    const char *name = "";
    int64_t id = 0;
    json_get_text(state, "entity", &name);
    json_get_int(state, "id", &id);
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    const json_t *row = json_object_get(state, "row");
    if (!entity || (id && !row) || !app_may(app, verb_of(name, id ? "update" : "create")))
        return false;
    struct form *form = form_create(app, entity, id, id ? FORM_EDIT : FORM_NEW);
    form->row = id ? json_deep_copy(row) : NULL;
    json_get_int(row, "version", &form->version);
    open_screen(app, &form->screen);
    sheet_restore(&form->sheet, json_object_get(state, "sheet"));
    if (id)
        ask(app, &form->screen, verb_of(name, "get"), json_pack("{s:I}", "id", (json_int_t)id), CALL_READ,
            NULL, on_now, form);
    return true;
}

const struct draft_kind form_draft_kind = {
    .ops = &form_ops, .name = "form", .save = form_save_draft, .open = form_open_draft};
