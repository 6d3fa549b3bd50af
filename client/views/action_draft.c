/* What is typed into an action's box, kept on disk and gone on with over the record, or over the list of several. */
#include <stdlib.h>

#include "client/views/action-private.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/prompt.h"
#include "client/views/sheet_dialog.h"
#include "client/views/views.h"
#include "model/catalogue.h"

static json_t *typed(struct screen *screen)
{
    struct sheet *sheet = sheet_dialog_sheet(screen);
    return sheet && sheet_dirty(sheet) ? sheet_save(sheet) : NULL;
}

static struct action_target *read_targets(const json_t *rows, size_t count)
{
    struct action_target *targets = memory_zeroed(count, sizeof(*targets));
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        targets[i].version = NIL;
        json_get_int(row, "id", &targets[i].id);
        json_get_int(row, "version", &targets[i].version);
        json_get_text(row, "title", &targets[i].title);
    }
    return targets;
}

static bool again(struct app_context *app, const json_t *about, const json_t *draft)
{
    const char *entity_name = "", *name = "";
    json_get_text(about, "entity", &entity_name);
    json_get_text(about, "action", &name);
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, entity_name);
    const json_t *rows = json_object_get(about, "targets");
    size_t count = json_array_size(rows);
    const char *seen_by = count == 1 ? "get" : "list";
    if (!entity || !count || !app_may(app, verb_of(entity_name, name)) ||
        !app_may(app, verb_of(entity_name, seen_by)))
        return false;
    struct action_target *targets = read_targets(rows, count);
    if (count == 1)
        form_open(app, entity, targets[0].id);
    else
        list_open(app, entity, NULL);
    bool good = action_go_on(app, ui_top(app->ui), entity, name, targets, count, draft);
    free(targets);
    return good;
}

static const struct prompt prompt = {"action", typed, again};

void doing_keep(const struct doing *doing, const char *title)
{
    json_t *targets = json_array();
    for (size_t i = 0; i < doing->count; i++) {
        json_t *target = json_pack("{s:I}", "id", (json_int_t)doing->targets[i].id);
        if (doing->targets[i].version != NIL)
            json_object_set_new(target, "version", json_integer(doing->targets[i].version));
        if (doing->title)
            json_object_set_new(target, "title", json_string(doing->title));
        json_array_append_new(targets, target);
    }
    prompt_keep(doing->app, doing->dialog, &prompt, title,
                json_pack("{s:s, s:s, s:o}", "entity", doing->entity->name, "action", doing->name, "targets",
                          targets));
}

void action_register(void)
{
    prompt_register(&prompt, 1);
}
