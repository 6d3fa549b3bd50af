#include "client/views/holder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "base/vec.h"
#include "client/ui/words.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

struct holder {
    char *entity, *name;
    int64_t id, session_id;
    struct instant since;
};

/* A record that is edited here: once for each form that does. */
struct own {
    char *entity;
    int64_t id;
};

/* The answer names the record: the form may be gone before it comes. */
struct asked {
    struct app_context *app;
    char *entity;
    int64_t id;
};

struct holders {
    VEC(struct holder) others;
    VEC(struct own) own;
    VEC(struct asked *) asked;
};

/* ------------------------------------------------------------------------------------------------- the others */

static bool is(const struct holder *holder, const char *entity, int64_t id)
{
    return holder->id == id && strcmp(holder->entity, entity) == 0;
}

static void drop(struct holders *holders, size_t index)
{
    free(holders->others.items[index].entity);
    free(holders->others.items[index].name);
    holders->others.count--;
    memmove(&holders->others.items[index], &holders->others.items[index + 1],
            (holders->others.count - index) * sizeof(holders->others.items[0]));
}

static void drop_entity(struct holders *holders, const char *entity)
{
    for (size_t i = holders->others.count; i-- > 0;)
        if (strcmp(holders->others.items[i].entity, entity) == 0)
            drop(holders, i);
}

static void drop_one(struct holders *holders, const char *entity, int64_t id, int64_t session_id)
{
    for (size_t i = holders->others.count; i-- > 0;)
        if (is(&holders->others.items[i], entity, id) && holders->others.items[i].session_id == session_id)
            drop(holders, i);
}

static void add(struct app_context *app, const char *entity, int64_t id, const json_t *object)
{
    const char *name = "", *since = "";
    struct holder holder = {.id = id, .since = {NIL}};
    json_get_int(object, "session_id", &holder.session_id);
    json_get_text(object, "name", &name);
    json_get_text(object, "since", &since);
    if (holder.session_id == app->who.session_id || time_parse(since, &holder.since) != 0)
        return;
    drop_one(app->holders, entity, id, holder.session_id);
    holder.entity = memory_strdup(entity);
    holder.name = memory_strdup(name);
    vec_push(&app->holders->others, holder);
}

static void add_list(struct app_context *app, const char *entity, int64_t id, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        add(app, entity, id, json_array_get(list, i));
}

bool holder_heard(struct app_context *app, const json_t *event)
{
    const char *entity = "", *action = "";
    int64_t id = 0, session_id = 0;
    json_get_text(event, "action", &action);
    bool held = strcmp(action, "held") == 0;
    if ((!held && strcmp(action, "released") != 0) ||
        json_get_text(event, "entity", &entity) != JSON_GET_FOUND ||
        json_get_int(event, "id", &id) != JSON_GET_FOUND ||
        json_get_int(event, "session_id", &session_id) != JSON_GET_FOUND)
        return false;
    if (held)
        add(app, entity, id, event);
    else
        drop_one(app->holders, entity, id, session_id);
    ui_redraw(app->ui);
    return true;
}

void holder_watched(struct app_context *app, const json_t *held)
{
    const char *entity, *id;
    json_t *records, *list;
    json_object_foreach((json_t *)held, entity, records)
    {
        drop_entity(app->holders, entity);
        json_object_foreach(records, id, list)
        {
            add_list(app, entity, strtoll(id, NULL, 10), list);
        }
    }
    ui_redraw(app->ui);
}

/* ------------------------------------------------------------------------------------------------- shown */

/* Who came first. */
static const struct holder *first(const struct app_context *app, const char *entity, int64_t id)
{
    const struct holder *found = NULL;
    vec_each(const struct holder, holder, &app->holders->others)
    {
        if (is(holder, entity, id) && (!found || holder->since.us < found->since.us))
            found = holder;
    }
    return found;
}

static void clock_text(const struct app_context *app, struct instant at, char *out, size_t size)
{
    int offset = 0;
    if (*app->who.zone)
        (void)!time_zone_offset(app->who.zone, at, &offset);
    int64_t minutes = (at.us / US_PER_SECOND + offset) / 60;
    snprintf(out, size, "%02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
}

static const char *text_of(const struct app_context *app, const struct holder *holder, struct arena *arena)
{
    char since[16];
    clock_text(app, holder->since, since, sizeof(since));
    return text_fill(arena, _("{name} is editing since {time}"), "name", holder->name, "time", since, NULL);
}

const char *holder_text(const struct app_context *app, const struct catalogue_entity *entity,
                        const json_t *row, struct arena *arena)
{
    int64_t id = 0;
    json_get_int(row, "id", &id);
    const struct holder *holder = entity ? first(app, entity->name, id) : NULL;
    return holder ? text_of(app, holder, arena) : NULL;
}

const char *holder_name(const struct app_context *app, const struct catalogue_entity *entity, int64_t id)
{
    const struct holder *holder = first(app, entity->name, id);
    return holder ? holder->name : NULL;
}

/* ------------------------------------------------------------------------------------------------- here */

static void asked_destroy(struct asked *asked)
{
    free(asked->entity);
    free(asked);
}

static void take_out(struct asked *asked)
{
    struct holders *holders = asked->app->holders;
    for (size_t i = 0; i < holders->asked.count; i++)
        if (holders->asked.items[i] == asked)
            holders->asked.items[i] = vec_pop(&holders->asked);
    asked_destroy(asked);
}

static void on_held(void *context, const struct answer *answer)
{
    struct asked *asked = context;
    struct app_context *app = asked->app;
    if (!answer->code) {
        struct arena *arena cleanup(cleanup_arena) = arena_create(0);
        add_list(app, asked->entity, asked->id, json_object_get(answer->object, "holders"));
        const struct holder *holder = first(app, asked->entity, asked->id);
        if (holder)
            ui_say(app->ui, ROLE_WARNING, "%s", text_of(app, holder, arena));
        ui_redraw(app->ui);
    }
    take_out(asked);
}

static json_t *record(const char *entity, int64_t id)
{
    return json_pack("{s:s, s:I}", "entity", entity, "id", (json_int_t)id);
}

static void say_held(struct app_context *app, const char *entity, int64_t id)
{
    struct asked *asked = memory_zeroed(1, sizeof(*asked));
    *asked = (struct asked){app, memory_strdup(entity), id};
    vec_push(&app->holders->asked, asked);
    link_call(app->link, "session.hold", record(entity, id), CALL_READ, NULL, on_held, asked);
}

static size_t count_own(const struct holders *holders, const char *entity, int64_t id)
{
    size_t count = 0;
    vec_each(const struct own, own, &holders->own) count += own->id == id && strcmp(own->entity, entity) == 0;
    return count;
}

void holder_hold(struct app_context *app, const struct catalogue_entity *entity, int64_t id)
{
    if (count_own(app->holders, entity->name, id) == 0)
        say_held(app, entity->name, id);
    vec_push(&app->holders->own, (struct own){memory_strdup(entity->name), id});
}

void holder_release(struct app_context *app, const struct catalogue_entity *entity, int64_t id)
{
    struct holders *holders = app->holders;
    for (size_t i = 0; i < holders->own.count; i++) {
        if (holders->own.items[i].id != id || strcmp(holders->own.items[i].entity, entity->name) != 0)
            continue;
        free(holders->own.items[i].entity);
        holders->own.items[i] = vec_last(&holders->own);
        holders->own.count--;
        if (count_own(holders, entity->name, id) == 0)
            link_call(app->link, "session.release", record(entity->name, id), CALL_READ, NULL, NULL, NULL);
        return;
    }
}

/* Another session than the one they were held by, perhaps. */
void holder_ready(struct app_context *app)
{
    struct holders *holders = app->holders;
    for (size_t i = 0; i < holders->own.count; i++) {
        const struct own *own = &holders->own.items[i];
        bool said = false;
        for (size_t j = 0; j < i; j++)
            said |=
                holders->own.items[j].id == own->id && strcmp(holders->own.items[j].entity, own->entity) == 0;
        if (!said)
            say_held(app, own->entity, own->id);
    }
}

struct holders *holders_create(void)
{
    return memory_zeroed(1, sizeof(struct holders));
}

void holders_destroy(struct holders *holders)
{
    if (!holders)
        return;
    while (holders->others.count)
        drop(holders, 0);
    vec_finish(&holders->others);
    vec_each(struct own, own, &holders->own) free(own->entity);
    vec_finish(&holders->own);
    vec_each(struct asked *, asked, &holders->asked) asked_destroy(*asked);
    vec_finish(&holders->asked);
    free(holders);
}
