#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/event.h"
#include "server/core/holders.h"
#include "server/core/request-private.h"
#include "server/core/session_verbs.h"
#include "wire/json.h"
#include "wire/message.h"

/* Entities of one watch; changes told again after a line dropped; how old these may be. */
enum { ENTITIES_MAX = 64, REPLAY_MAX = 2000, REPLAY_SECONDS = 600 };

/* A cursor is "era.transaction.seconds": everything before that transaction has been told. */
struct cursor {
    int era;
    uint64_t tx;
    int64_t at;
};

static const struct sql read_cursor = {
    "watch_cursor",
    "SELECT max(n), pg_snapshot_xmin(pg_current_snapshot())::text, extract(epoch FROM now())::bigint"
    " FROM era"};
static const struct sql read_missed = {
    "watch_missed", "SELECT entity, row_id, verb, version, branch_id, old_branch_id, coalesce(own_id, 0),"
                    " coalesce(old_own_id, 0) FROM change WHERE tx >= $1::xid8"
                    " AND era = (SELECT max(n) FROM era) AND entity = ANY ($2) ORDER BY tx, id LIMIT $3"};
static const struct sql open_scope = {"watch_scope",
                                      "SELECT set_config('app.scope', branch_all()::text, true)"};

static int take_entities(struct request *request, struct watch *watch)
{
    json_t *list = json_object_get(request->args, "entities"), *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        const char *entity = json_string_value(item);
        if (!entity)
            return request_fail(request, ERR_INVALID, "entities", N_("Names of entities are wanted"), NULL);
        const char *permission = arena_printf(request->arena, "%s.list", entity);
        if (!session_grant(request->session, permission))
            return request_fail(request, ERR_FORBIDDEN, "entities", N_("This is not for you"), NULL);
        bool again = false;
        for (size_t j = 0; j < watch->count; j++)
            again = again || strcmp(watch->entities[j], entity) == 0;
        if (!again)
            watch_add(watch, entity);
    }
    if (watch->count == 0 || watch->count > ENTITIES_MAX)
        return request_fail(request, ERR_INVALID, "entities", N_("Between 1 and {max} entities"), "max", "64",
                            NULL);
    return 0;
}

static int take_branches(struct request *request, json_t *value, struct watch_filter *filter)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    filter->branches = memory_zeroed(n + 1, sizeof(filter->branches[0]));
    for (size_t i = 0; i < n; i++) {
        json_t *id = json_is_array(value) ? json_array_get(value, i) : value;
        if (!json_is_integer(id))
            return request_fail(request, ERR_INVALID, "filter", N_("A branch is named by its number"), NULL);
        filter->branches[filter->nbranches++] = json_integer_value(id);
    }
    return 0;
}

static int take_filter(struct request *request, struct watch *watch)
{
    json_t *filter = json_object_get(request->args, "filter"), *value;
    const char *name;
    int result = 0;
    if (!filter || json_is_null(filter))
        return 0;
    if (!json_is_object(filter))
        return request_fail(request, ERR_INVALID, "filter", N_("A filter is an object"), NULL);
    json_object_foreach(filter, name, value)
    {
        if (strcmp(name, "branch_id") == 0 && !watch->filter.branches)
            result = take_branches(request, value, &watch->filter);
        else if (strcmp(name, "id") == 0 && json_is_integer(value))
            watch->filter.id = json_integer_value(value);
        else
            result = request_fail(request, ERR_INVALID, "filter",
                                  N_("Events are filtered by branch_id or id"), NULL);
        if (result)
            return result;
    }
    return 0;
}

static int check_members(struct request *request)
{
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        if (strcmp(name, "entities") != 0 && strcmp(name, "filter") != 0 && strcmp(name, "since") != 0)
            return request_fail(request, ERR_INVALID, name, N_("There is no argument {name}"), "name", name,
                                NULL);
    }
    return 0;
}

static int read_since(struct request *request, struct cursor *since, bool *given_r)
{
    const char *text;
    enum json_get got = json_get_text(request->args, "since", &text);
    int end = 0;
    *given_r = got == JSON_GET_FOUND;
    if (got == JSON_GET_WRONG || (*given_r && (sscanf(text, "%d.%" SCNu64 ".%" SCNd64 "%n", &since->era,
                                                      &since->tx, &since->at, &end) != 3 ||
                                               text[end])))
        return request_fail(request, ERR_INVALID, "since", N_("This is no cursor of session.watch"), NULL);
    return 0;
}

/* Stands before the snapshot is taken, so that nothing falls between the two. */
static void start_watching(struct request *request, struct watch *watch)
{
    struct parcel *parcel = request_parcel(request);
    parcel->effect = EFFECT_WATCH;
    parcel->watch = watch;
    post_send(parcel);
}

static void add_event(struct request *request, const struct watch *watch, struct rows *rows, size_t row,
                      struct str *lines)
{
    const char *verb = rows_text(rows, row, 2), *dot = strchr(verb, '.');
    struct event *event = event_create(rows_text(rows, row, 0), dot ? dot + 1 : verb);
    event->id = rows_int(rows, row, 1);
    event->version = rows_int(rows, row, 3);
    event->branch_id = rows_int(rows, row, 4);
    event->old_branch_id = rows_int(rows, row, 5);
    event->own_id = rows_int(rows, row, 6);
    event->old_own_id = rows_int(rows, row, 7);
    const char *permission = arena_printf(request->arena, "%s.list", event->entity);
    const struct grant *grant = session_grant(request->session, permission);
    const char *action = watch_sees(watch, request->session, grant, event);
    if (action && action != event->action)
        event->branch_id = event->old_branch_id;
    if (action)
        event_write(lines, event, action);
    event_list_destroy(event);
}

static void send_lines(struct request *request, struct str *lines)
{
    struct parcel *parcel = request_parcel(request);
    parcel->len = lines->len;
    parcel->bytes = str_steal(lines);
    atomic_fetch_add(&request->state->task->outlet->unsent, parcel->len);
    post_send(parcel);
}

/* What happened while the line was down, or the word to fetch everything anew. */
static void replay(struct request *request, const struct watch *watch, struct rows *missed, bool too_old)
{
    struct str lines;
    str_init(&lines, NULL);
    if (too_old || rows_count(missed) > REPLAY_MAX)
        message_add_event(&lines, "event", "{\"resync\":true}");
    else
        for (size_t i = 0; i < rows_count(missed); i++)
            add_event(request, watch, missed, i, &lines);
    if (lines.len > 0)
        send_lines(request, &lines);
    else
        str_finish(&lines);
}

static struct watch *copy_watch(const struct watch *watch)
{
    struct watch *copy = watch_create();
    for (size_t i = 0; i < watch->count; i++)
        watch_add(copy, watch->entities[i]);
    copy->filter.id = watch->filter.id;
    copy->filter.nbranches = watch->filter.nbranches;
    copy->filter.branches = memory_zeroed(watch->filter.nbranches + 1, sizeof(int64_t));
    for (size_t i = 0; i < watch->filter.nbranches; i++)
        copy->filter.branches[i] = watch->filter.branches[i];
    return copy;
}

/* What is held at this moment; what changes from now on comes as an event. */
static void add_held(struct request *request, const struct watch *watch)
{
    str_add(&request->out, ",\"held\":{");
    for (size_t i = 0; i < watch->count; i++) {
        const char *entity = watch->entities[i];
        str_addf(&request->out, "%s\"%s\":", i ? "," : "", entity);
        holders_write_all(&request->out, entity, request->session,
                          session_grant(request->session, arena_printf(request->arena, "%s.list", entity)));
    }
    str_add(&request->out, "}}");
}

static int watch_with(struct request *request, struct watch *watch)
{
    struct cursor since = {0};
    bool given;
    int result = check_members(request);
    if (!result)
        result = take_entities(request, watch);
    if (!result)
        result = take_filter(request, watch);
    if (!result)
        result = read_since(request, &since, &given);
    if (result)
        return result;
    start_watching(request, copy_watch(watch));
    tx_read(request->tx, &open_scope);
    struct rows *here = tx_read(request->tx, &read_cursor), *missed = NULL;
    if (given) {
        struct text_set entities = {(const char **)watch->entities, watch->count};
        missed =
            tx_read(request->tx, &read_missed, p_text(arena_printf(request->arena, "%" PRIu64, since.tx)),
                    p_set(entities), p_int(REPLAY_MAX + 1));
    }
    result = request_need(request);
    if (result)
        return result;
    if (given)
        replay(request, watch, missed,
               since.era != rows_int(here, 0, 0) || rows_int(here, 0, 2) - since.at > REPLAY_SECONDS);
    str_addf(&request->out, "{\"cursor\":\"%" PRId64 ".%s.%" PRId64 "\"", rows_int(here, 0, 0),
             rows_text(here, 0, 1), rows_int(here, 0, 2));
    add_held(request, watch);
    return 0;
}

static int watch_run(struct request *request)
{
    struct watch *watch = watch_create();
    int result = watch_with(request, watch);
    watch_destroy(watch);
    return result;
}

static int unwatch_run(struct request *request)
{
    request->state->answer->effect = EFFECT_WATCH;
    str_add(&request->out, "{}");
    return 0;
}

static const struct verb verbs[] = {
    {.name = "session.watch",
     .label = N_("Watch"),
     .help = N_("Tells this connection of changes to `entities`, by `* event` lines, as far as one may list "
                "them. Replaces what was watched. "
                "`filter` narrows by branch_id or id; `since` is the cursor of an earlier answer."),
     .flags = VERB_SESSION,
     .takes = TAKES_ANY,
     .run = watch_run},
    {.name = "session.unwatch",
     .label = N_("Watch nothing"),
     .help = N_("No more events."),
     .flags = VERB_SESSION | VERB_NO_TX,
     .run = unwatch_run},
};

void watch_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
