#include "server/core/holders.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "server/core/task.h"

struct holder {
    char *entity, *name, *since;
    int64_t id, session_id, branch_id;
};

typedef VEC(struct holder) holder_list;

/* The tail writes, workers read. In the order of read_all. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static holder_list present;

static const struct sql read_all = {
    "holders", "SELECT h.entity, h.row_id, h.session_id, h.branch_id, employee_name(h.employee_id),"
               " to_char(h.since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM hold h"
               " WHERE h.beat_at > now() - make_interval(secs => $1) ORDER BY h.entity COLLATE \"C\", "
               "h.row_id, h.session_id"};
static const struct sql beat = {"hold_beat", "SELECT hold_beat($1)"};

struct rows *holders_read(struct tx *tx)
{
    return tx_read(tx, &read_all, p_int(HOLD_DEAD_SECONDS));
}

void holders_beat(struct tx *tx, const int64_t *sessions, size_t count)
{
    tx_read(tx, &beat, p_ids(sessions, count));
}

static int order(const struct holder *a, const struct holder *b)
{
    int by_entity = strcmp(a->entity, b->entity);
    if (by_entity)
        return by_entity;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->session_id > b->session_id) - (a->session_id < b->session_id);
}

static void forget(holder_list *list)
{
    vec_each(struct holder, holder, list)
    {
        free(holder->entity);
        free(holder->name);
        free(holder->since);
    }
    vec_finish(list);
}

static char *copy(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    return memory_strdup(text ? text : "");
}

static void write_one(struct str *out, const struct holder *holder)
{
    str_add(out, "\"name\":");
    str_add_json(out, holder->name);
    str_addf(out, ",\"since\":\"%s\",\"session_id\":%" PRId64, holder->since, holder->session_id);
}

static void tell(struct event ***end, const struct holder *holder, const char *action)
{
    struct event *event = event_create(holder->entity, action);
    struct str more;
    event->id = holder->id;
    event->branch_id = holder->branch_id;
    str_init(&more, NULL);
    write_one(&more, holder);
    event->more = str_steal(&more);
    **end = event;
    *end = &event->next;
}

/* Both in the same order: what stands in one of them only has come, or gone. */
static struct parcel *compare(const holder_list *was, const holder_list *is)
{
    struct parcel *parcel = parcel_create(PARCEL_EVENTS, NULL);
    struct event **end = &parcel->events;
    size_t i = 0, j = 0;
    while (i < was->count || j < is->count) {
        int which = i == was->count ? 1 : j == is->count ? -1 : order(&was->items[i], &is->items[j]);
        if (which < 0)
            tell(&end, &was->items[i++], "released");
        else if (which > 0)
            tell(&end, &is->items[j++], "held");
        else
            i++, j++;
    }
    return parcel;
}

void holders_take(struct rows *rows)
{
    holder_list fresh = {0}, old;
    for (size_t i = 0; i < rows_count(rows); i++)
        vec_push(&fresh, ((struct holder){.entity = copy(rows, i, 0),
                                          .id = rows_int(rows, i, 1),
                                          .session_id = rows_int(rows, i, 2),
                                          .branch_id = rows_int(rows, i, 3),
                                          .name = copy(rows, i, 4),
                                          .since = copy(rows, i, 5)}));
    struct parcel *parcel = compare(&present, &fresh); /* nobody else writes */
    pthread_mutex_lock(&lock);
    old = present;
    present = fresh;
    pthread_mutex_unlock(&lock);
    forget(&old);
    if (parcel->events)
        post_send(parcel);
    else
        parcel_destroy(parcel);
}

/* ------------------------------------------------------------------------------------------------- answers */

void holders_add(struct str *out, const char *entity, int64_t id, int64_t session_id)
{
    bool any = false;
    pthread_mutex_lock(&lock);
    vec_each(struct holder, holder, &present)
    {
        if (holder->id != id || holder->session_id == session_id || strcmp(holder->entity, entity) != 0)
            continue;
        str_add(out, any ? ",{" : ",\"holders\":[{");
        write_one(out, holder);
        str_add_char(out, '}');
        any = true;
    }
    pthread_mutex_unlock(&lock);
    str_add(out, any ? "]" : "");
}

void holders_add_all(struct str *out, const char *entity, const struct session *session,
                     const struct grant *grant)
{
    struct str held;
    str_init(&held, out->arena);
    holders_write_all(&held, entity, session, grant);
    if (held.len > 2)
        str_addf(out, ",\"held\":%s", held.data);
    if (!out->arena)
        str_finish(&held);
}

void holders_write_all(struct str *out, const char *entity, const struct session *session,
                       const struct grant *grant)
{
    int64_t last = NIL;
    str_add_char(out, '{');
    pthread_mutex_lock(&lock);
    vec_each(struct holder, holder, &present)
    {
        if (holder->session_id == session->id || strcmp(holder->entity, entity) != 0 ||
            !grant_covers(grant, holder->branch_id))
            continue;
        if (holder->id == last)
            str_add(out, ",{");
        else
            str_addf(out, "%s\"%" PRId64 "\":[{", last == NIL ? "" : "],", holder->id);
        write_one(out, holder);
        str_add_char(out, '}');
        last = holder->id;
    }
    pthread_mutex_unlock(&lock);
    str_add(out, last == NIL ? "}" : "]}");
}
