#include "client/views/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "base/random.h"
#include "client/views/ask.h"
#include "client/views/holder.h"
#include "wire/json.h"

static const double gather_seconds = 0.2, jitter_seconds = 0.1;

struct watching {
    uint64_t screen;
    char *entity;
    live_handler *handler; /* or */
    live_rows *rows;
};

struct heard {
    char *entity, *action;
    int64_t id, version, branch_id;
};

struct live {
    struct app_context *app;
    VEC(struct watching) watching;
    VEC(struct heard) heard;
    bool resync;
    /* Of the last watch or event: what comes after it is asked for again when the line was lost. */
    json_t *cursor;
    bool back;  /* the line was lost: what was missed is asked for */
    char *told; /* the entities the server was told to watch, joined by spaces; NULL: nothing */
    ev_timer timer;
    struct rng rng;
};

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events);

struct live *live_create(struct app_context *app)
{
    struct live *live = memory_zeroed(1, sizeof(*live));
    uint64_t seed;
    live->app = app;
    random_bytes(&seed, sizeof(seed));
    rng_seed(&live->rng, seed);
    ev_timer_init(&live->timer, on_timer, gather_seconds, 0);
    live->timer.data = live;
    return live;
}

static void forget_heard(struct live *live)
{
    vec_each(struct heard, heard, &live->heard)
    {
        free(heard->entity);
        free(heard->action);
    }
    vec_clear(&live->heard);
    live->resync = false;
}

void live_destroy(struct live *live)
{
    if (!live)
        return;
    ev_timer_stop(live->app->loop, &live->timer);
    forget_heard(live);
    vec_finish(&live->heard);
    vec_each(struct watching, watching, &live->watching) free(watching->entity);
    vec_finish(&live->watching);
    json_decref(live->cursor);
    free(live->told);
    free(live);
}

/* Those whose screens are gone fall out here: nobody has to say so. */
static void drop_closed(struct live *live)
{
    size_t kept = 0;
    for (size_t i = 0; i < live->watching.count; i++) {
        struct watching *watching = &live->watching.items[i];
        if (ui_find(live->app->ui, watching->screen))
            live->watching.items[kept++] = *watching;
        else
            free(watching->entity);
    }
    live->watching.count = kept;
}

static json_t *wanted(struct live *live, struct str *joined)
{
    json_t *entities = json_array();
    vec_each(struct watching, watching, &live->watching)
    {
        bool there = false;
        for (size_t i = 0; i < json_array_size(entities); i++)
            there |= strcmp(json_string_value(json_array_get(entities, i)), watching->entity) == 0;
        if (there || !app_may(live->app, verb_of(watching->entity, "list")))
            continue; /* one that may not be listed would be refused with all the others */
        json_array_append_new(entities, json_string(watching->entity));
        str_addf(joined, "%s ", watching->entity);
    }
    return entities;
}

static void arm(struct live *live)
{
    if (ev_is_active(&live->timer))
        return;
    double jitter = jitter_seconds * (double)rng_range(&live->rng, 0, 1000) / 1000.0;
    ev_timer_set(&live->timer, gather_seconds + jitter, 0);
    ev_timer_start(live->app->loop, &live->timer);
}

static void keep_cursor(struct live *live, const json_t *object)
{
    const json_t *cursor = json_object_get(object, "cursor");
    if (!cursor || json_is_null(cursor))
        return;
    json_decref(live->cursor);
    live->cursor = json_deep_copy(cursor);
}

static void on_watching(void *context, const struct answer *answer)
{
    struct live *live = context;
    if (answer->code) {
        free(live->told);
        live->told = NULL;
        return;
    }
    keep_cursor(live, answer->object);
    holder_watched(live->app, json_object_get(answer->object, "held"));
    if (json_is_true(json_object_get(answer->object, "resync"))) {
        live->resync = true;
        arm(live);
    }
}

/* Tells the server what is watched, if that is not what it was told. */
static void tell(struct live *live)
{
    struct str joined cleanup(cleanup_str);
    str_init(&joined, NULL);
    drop_closed(live);
    json_t *entities = wanted(live, &joined);
    if ((live->told && strcmp(live->told, joined.data) == 0) || (!live->told && !joined.len) ||
        link_state(live->app->link) != LINK_READY) {
        json_decref(entities);
        return;
    }
    free(live->told);
    live->told = str_steal(&joined);
    if (!*live->told) {
        json_decref(entities);
        link_call(live->app->link, "session.unwatch", NULL, CALL_READ, NULL, NULL, NULL);
        return;
    }
    json_t *args = json_pack("{s:o}", "entities", entities);
    if (live->back && live->cursor)
        json_object_set(args, "since", live->cursor);
    live->back = false;
    link_call(live->app->link, "session.watch", args, CALL_READ, NULL, on_watching, live);
}

void live_watch(struct live *live, struct screen *screen, const char *entity, live_handler *handler)
{
    vec_each(struct watching, watching, &live->watching) if (watching->screen == screen->id &&
                                                             strcmp(watching->entity, entity) == 0 &&
                                                             watching->handler) return;
    vec_push(&live->watching, ((struct watching){screen->id, memory_strdup(entity), handler, NULL}));
    tell(live);
}

void live_watch_rows(struct live *live, struct screen *screen, const char *entity, live_rows *handler)
{
    vec_push(&live->watching, ((struct watching){screen->id, memory_strdup(entity), NULL, handler}));
    tell(live);
}

/* They come once a second at most, so nothing is gathered. */
static void hand_rows(struct live *live, const json_t *object, const json_t *rows)
{
    const char *entity = "", *action = "";
    json_get_text(object, "entity", &entity);
    json_get_text(object, "action", &action);
    for (size_t i = 0; i < live->watching.count; i++) {
        struct watching watching = live->watching.items[i];
        struct screen *screen = ui_find(live->app->ui, watching.screen);
        if (screen && watching.rows && strcmp(watching.entity, entity) == 0)
            watching.rows(screen, action, rows);
    }
}

void live_ready(struct live *live)
{
    free(live->told);
    live->told = NULL;
    live->back = true;
    tell(live);
}

static void hand_over(struct live *live, const struct watching *watching, struct screen *screen)
{
    VEC(struct live_event) events = {0};
    vec_each(struct heard, heard, &live->heard) if (strcmp(heard->entity, watching->entity) == 0) vec_push(
        &events,
        ((struct live_event){heard->entity, heard->action, heard->id, heard->version, heard->branch_id}));
    if (live->resync)
        watching->handler(screen, NULL, 0);
    else if (events.count)
        watching->handler(screen, events.items, events.count);
    vec_finish(&events);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct live *live = timer->data;
    (void)loop, (void)events;
    tell(live);
    for (size_t i = 0; i < live->watching.count; i++) {
        struct watching watching = live->watching.items[i]; /* a handler may open screens that watch */
        struct screen *screen = ui_find(live->app->ui, watching.screen);
        if (screen && watching.handler)
            hand_over(live, &watching, screen);
    }
    forget_heard(live);
}

void live_heard(struct live *live, const json_t *object)
{
    const char *entity = "", *action = "";
    struct heard heard = {.version = NIL, .branch_id = NIL};
    keep_cursor(live, object);
    if (json_is_array(json_object_get(object, "rows"))) {
        hand_rows(live, object, json_object_get(object, "rows"));
        return;
    }
    arm(live);
    if (json_is_true(json_object_get(object, "resync"))) {
        live->resync = true;
        return;
    }
    if (json_get_text(object, "entity", &entity) != JSON_GET_FOUND ||
        json_get_int(object, "id", &heard.id) != JSON_GET_FOUND)
        return;
    json_get_text(object, "action", &action);
    json_get_int(object, "version", &heard.version);
    json_get_int(object, "branch_id", &heard.branch_id);
    heard.entity = memory_strdup(entity);
    heard.action = memory_strdup(action);
    vec_push(&live->heard, heard);
}
