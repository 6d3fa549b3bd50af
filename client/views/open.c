#include "client/views/open.h"

#include <string.h>

#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/lookup_new.h"
#include "model/catalogue.h"

/* Where the screen that is being opened goes: said by open_…, asked by open_screen. */
static enum open_where wanted;

void open_screen(struct app_context *app, struct screen *screen)
{
    enum open_where where = wanted;
    wanted = OPEN_HERE; /* what it opens in turn stands over it */
    if (where == OPEN_TASK)
        ui_open_task(app->ui, screen);
    else
        ui_open(app->ui, screen);
}

static const struct desk *desk_of(const struct app_context *app, const struct catalogue_entity *entity)
{
    const struct desk *desk = desk_find(entity->view);
    return desk && desk_allowed(app, desk) ? desk : NULL;
}

/* The desk made for making such records, whether or not it shows their list. */
static const struct desk *desk_of_new(const struct app_context *app, const struct catalogue_entity *entity)
{
    const struct desk *desk = desk_of(app, entity);
    for (size_t i = 0; (!desk || !desk->open_new) && i < desk_count(); i++) {
        desk = desk_at(i);
        if (!desk->verb || strcmp(desk->verb, verb_of(entity->name, "create")) != 0 ||
            !desk_allowed(app, desk))
            desk = NULL;
    }
    return desk && desk->open_new ? desk : NULL;
}

static bool allowed(struct app_context *app, const struct catalogue_entity *entity, const char *verb)
{
    if (app_may(app, verb_of(entity->name, verb)))
        return true;
    ui_say(app->ui, ROLE_ERROR, "%s", _("You have no right to do this"));
    return false;
}

void open_list(struct app_context *app, const struct catalogue_entity *entity, const char *filter,
               enum open_where where)
{
    const struct desk *desk = desk_of(app, entity);
    wanted = where;
    if (desk && desk->open && !filter)
        desk->open(app, entity);
    else if (allowed(app, entity, "list"))
        list_open(app, entity, filter);
    wanted = OPEN_HERE;
}

void open_record(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                 enum open_where where)
{
    const struct desk *desk = desk_of(app, entity);
    if (lookup_taken(app, entity, id))
        return;
    wanted = where;
    if (desk && desk->open_record)
        desk->open_record(app, entity, id);
    else if (allowed(app, entity, "get"))
        form_open(app, entity, id);
    wanted = OPEN_HERE;
}

void open_new(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill,
              enum open_where where)
{
    const struct desk *desk = desk_of_new(app, entity);
    wanted = where;
    if (allowed(app, entity, "create")) {
        if (desk)
            desk->open_new(app, entity, prefill);
        else
            form_open_new(app, entity, prefill);
    }
    wanted = OPEN_HERE;
}

void open_desk(struct app_context *app, const struct desk *desk, enum open_where where)
{
    wanted = where;
    if (desk->open && desk_allowed(app, desk))
        desk->open(app, NULL);
    wanted = OPEN_HERE;
}
