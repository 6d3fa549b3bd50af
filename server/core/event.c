#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "server/core/caller.h"
#include "server/core/change.h"
#include "server/core/event.h"
#include "wire/limits.h"
#include "wire/message.h"

/* Who watches an entity. Kept when nobody does any more: there are only so many entities. */
struct audience {
    char *permission; /* entity.list */
    VEC(struct caller *) callers;
};

static struct map audiences; /* entity → struct audience */

struct watch *watch_create(void)
{
    return memory_zeroed(1, sizeof(struct watch));
}

void watch_destroy(struct watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->count; i++)
        free(watch->entities[i]);
    free(watch->entities);
    free(watch->filter.branches);
    free(watch);
}

void watch_add(struct watch *watch, const char *entity)
{
    watch->entities = memory_resize(watch->entities, (watch->count + 1) * sizeof(watch->entities[0]));
    watch->entities[watch->count++] = memory_strdup(entity);
}

static bool is_own(const struct session *session, int64_t own_id)
{
    if (session->party_id > 0)
        return own_id == change_party(session->party_id);
    return own_id > 0 && own_id == session->employee_id;
}

/* Rows of one's own: where it is not known whose a row is, the branch is what can be told by. */
static bool sees_own(const struct session *session, const struct grant *grant, int64_t own_id,
                     int64_t branch_id)
{
    if (!grant->own)
        return false;
    bool unknown = own_id == 0 && session->party_id <= 0;
    return is_own(session, own_id) || (unknown && branch_id == session->branch_id);
}

static bool filter_passes(const struct watch_filter *filter, int64_t branch_id)
{
    if (filter->nbranches == 0)
        return true;
    for (size_t i = 0; i < filter->nbranches; i++)
        if (filter->branches[i] == branch_id)
            return true;
    return false;
}

const char *watch_sees(const struct watch *watch, const struct session *session, const struct grant *grant,
                       const struct event *event)
{
    if (!grant || (watch->filter.id > 0 && watch->filter.id != event->id))
        return NULL;
    bool sees =
        grant_covers(grant, event->branch_id) || sees_own(session, grant, event->own_id, event->branch_id);
    if (sees && filter_passes(&watch->filter, event->branch_id))
        return event->action;
    bool moved = event->old_branch_id != NIL && grant_covers(grant, event->old_branch_id) &&
                 filter_passes(&watch->filter, event->old_branch_id);
    bool lost = grant->own && is_own(session, event->old_own_id);
    return moved || lost ? "gone" : NULL;
}

void event_write(struct str *out, const struct event *event, const char *action)
{
    struct str json cleanup(cleanup_str);
    str_init(&json, NULL);
    str_addf(&json, "{\"entity\":\"%s\",\"id\":%lld,\"action\":\"%s\"", event->entity, (long long)event->id,
             action);
    if (event->version > 0)
        str_addf(&json, ",\"version\":%lld", (long long)event->version);
    if (event->branch_id != NIL)
        str_addf(&json, ",\"branch_id\":%lld", (long long)event->branch_id);
    if (event->more)
        str_addf(&json, ",%s", event->more);
    str_add_char(&json, '}');
    message_add_event(out, "event", json.data);
}

/* What left somebody's scope is not said to be where it went. */
static void write_gone(struct str *out, const struct event *event)
{
    struct event gone = *event;
    gone.branch_id = event->old_branch_id;
    event_write(out, &gone, "gone");
}

static struct audience *audience_of(const char *entity)
{
    struct audience *audience = map_get(&audiences, entity);
    if (audience)
        return audience;
    audience = memory_zeroed(1, sizeof(*audience));
    struct str permission;
    str_init(&permission, NULL);
    str_addf(&permission, "%s.list", entity);
    audience->permission = str_steal(&permission);
    map_put(&audiences, entity, audience);
    return audience;
}

static void leave(struct caller *caller)
{
    for (size_t i = 0; caller->watch && i < caller->watch->count; i++) {
        struct audience *audience = audience_of(caller->watch->entities[i]);
        for (size_t j = 0; j < audience->callers.count; j++)
            if (audience->callers.items[j] == caller) {
                audience->callers.items[j] = vec_pop(&audience->callers);
                break;
            }
    }
    watch_destroy(caller->watch);
    caller->watch = NULL;
}

void event_watch(struct caller *caller, struct watch *watch)
{
    leave(caller);
    if (watch && watch->count == 0) {
        watch_destroy(watch);
        watch = NULL;
    }
    caller->watch = watch;
    for (size_t i = 0; watch && i < watch->count; i++)
        vec_push(&audience_of(watch->entities[i])->callers, caller);
}

static void tell(struct caller *caller, const struct str *line)
{
    if (atomic_load(&caller->outlet->unsent) > WIRE_EXPORT_PAUSE)
        caller->resync = true;
    else if (!caller->resync)
        caller_send(caller, line->data, line->len);
}

void event_publish(const struct event *event)
{
    struct audience *audience = map_get(&audiences, event->entity);
    if (!audience || audience->callers.count == 0)
        return;
    struct str line cleanup(cleanup_str);
    struct str gone cleanup(cleanup_str);
    str_init(&line, NULL);
    str_init(&gone, NULL);
    event_write(&line, event, event->action);
    write_gone(&gone, event);
    for (size_t i = 0; i < audience->callers.count; i++) {
        struct caller *caller = audience->callers.items[i];
        const struct grant *grant = session_grant(caller->session, audience->permission);
        const char *action = watch_sees(caller->watch, caller->session, grant, event);
        if (action)
            tell(caller, action == event->action ? &line : &gone);
    }
}

/* Who sees all there is, without a filter, gets the same line as everybody else who does. */
static bool sees_all(const struct caller *caller, const struct grant *grant)
{
    return grant && grant->all && !caller->watch->filter.nbranches && !caller->watch->filter.id;
}

/* Empty where there is nothing for this caller. */
static void write_feed(struct str *line, const struct event *events, const struct caller *caller,
                       const struct grant *grant)
{
    struct str json cleanup(cleanup_str);
    const char *comma = "";
    str_init(&json, NULL);
    str_addf(&json, "{\"entity\":\"%s\",\"action\":\"%s\",\"rows\":[", events->entity, events->action);
    for (const struct event *event = events; event; event = event->next) {
        if (watch_sees(caller->watch, caller->session, grant, event) != event->action)
            continue;
        str_addf(&json, "%s%s", comma, event->more);
        comma = ",";
    }
    str_add(&json, "]}");
    if (*comma)
        message_add_event(line, "event", json.data);
}

void event_publish_feed(const struct event *events)
{
    struct audience *audience = events ? map_get(&audiences, events->entity) : NULL;
    struct str all cleanup(cleanup_str);
    str_init(&all, NULL);
    for (size_t i = 0; audience && i < audience->callers.count; i++) {
        struct caller *caller = audience->callers.items[i];
        const struct grant *grant = session_grant(caller->session, audience->permission);
        struct str own cleanup(cleanup_str);
        str_init(&own, NULL);
        struct str *line = sees_all(caller, grant) ? &all : &own;
        if (!line->len)
            write_feed(line, events, caller, grant);
        if (line->len)
            tell(caller, line);
    }
}

void event_resync(void)
{
    struct str line cleanup(cleanup_str);
    str_init(&line, NULL);
    message_add_event(&line, "event", "{\"resync\":true}");
    size_t at = 0;
    void *value;
    while (map_next(&audiences, &at, NULL, &value)) {
        struct audience *audience = value;
        /* A caller stands in several audiences and is told once: in that of its first entity. */
        for (size_t i = 0; i < audience->callers.count; i++) {
            struct caller *caller = audience->callers.items[i];
            if (map_get(&audiences, caller->watch->entities[0]) == audience)
                tell(caller, &line);
        }
    }
}
