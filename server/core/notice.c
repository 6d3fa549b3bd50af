#include "server/core/notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "server/core/caller.h"
#include "server/core/core-private.h"
#include "server/core/request-private.h"
#include "wire/json.h"
#include "wire/message.h"

enum {
    TEXT_MAX_CHARACTERS = 500,
    LIST_MAX = 200,
    LIST_USUAL = 100,
    READ_MAX = 500,
    SENT_PER_MINUTE = 30,
    POLL_MAX = 5000
};

/* One notice as clients get it; alias n. */
#define NOTICE_JSON                                                                                          \
    "jsonb_build_object('id', n.id, 'at', to_char(n.at AT TIME ZONE 'UTC', "                                 \
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"                                                                     \
    " 'level', n.level, 'msgid', n.msgid, 'args', n.args, 'text', n.text, 'from', "                          \
    "employee_name(n.from_id), 'from_id', n.from_id,"                                                        \
    " 'entity', n.entity, 'row_id', n.row_id, 'read', n.read_at IS NOT NULL, 'settles', n.settles)::text"

/* ------------------------------------------------------------------------------------------------- told by the areas */

static const struct sql add = {"notice_add",
                               "SELECT notice_add($1, $2, $3::int, $4, $5, $6::jsonb, $7, $8, $9, $10, $11)"};

void notice_send(struct request *request, const struct notice *notice)
{
    tx_read(request->tx, &add, p_int(notice->employee_id ? notice->employee_id : NIL), p_text(notice->role),
            p_int(notice->branch_id ? notice->branch_id : NIL), p_text(notice->level), p_text(notice->msgid),
            p_text(notice->args), p_text(NULL), p_int(NIL), p_int(request->session->employee_id),
            p_text(notice->entity), p_int(notice->entity ? notice->row_id : NIL));
}

/* ------------------------------------------------------------------------------------------------- the tail and the loop */

static const struct sql read_new = {
    "notice_tail",
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, n.id, n.employee_id, " NOTICE_JSON ", n.tx::text"
    " FROM (SELECT 1) one LEFT JOIN (SELECT * FROM notice WHERE (tx, id) > ($1::xid8, $3)"
    " AND tx < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY tx, id LIMIT $2) n ON true"};

static uint64_t tx_of(const char *text)
{
    return text ? strtoull(text, NULL, 10) : 0;
}

struct rows *notices_read(struct tx *tx, struct notice_cursor from)
{
    return tx_read(tx, &read_new, p_text(arena_printf(tx_arena(tx), "%" PRIu64, from.tx)), p_int(POLL_MAX),
                   p_int(from.id));
}

void notices_take(struct rows *rows, struct notice_cursor *cursor)
{
    struct parcel *parcel = parcel_create(PARCEL_NOTICES, NULL);
    struct event **end = &parcel->events;
    size_t count = rows_count(rows);
    for (size_t i = 0; i < count; i++) {
        if (rows_null(rows, i, 1))
            continue;
        *end = event_create("notice", "");
        (*end)->id = rows_int(rows, i, 1);
        (*end)->own_id = rows_int(rows, i, 2);
        (*end)->more = memory_strdup(rows_text(rows, i, 3));
        end = &(*end)->next;
    }
    if (parcel->events)
        post_send(parcel);
    else
        parcel_destroy(parcel);
    if (count == POLL_MAX)
        *cursor = (struct notice_cursor){tx_of(rows_text(rows, count - 1, 4)), rows_int(rows, count - 1, 1)};
    else
        *cursor = (struct notice_cursor){tx_of(rows_text(rows, 0, 0)), -1};
}

void popup_send(int64_t employee_id, const char *json)
{
    struct parcel *parcel = parcel_create(PARCEL_NOTICES, NULL);
    parcel->events = event_create("popup", "");
    parcel->events->own_id = employee_id;
    parcel->events->more = memory_strdup(json);
    post_send(parcel);
}

typedef VEC(const struct event *) notice_list;

/* Of one person in the order they were made. */
static int by_person(const void *a, const void *b)
{
    const struct event *one = *(const struct event *const *)a, *other = *(const struct event *const *)b;
    if (one->own_id != other->own_id)
        return one->own_id < other->own_id ? -1 : 1;
    return (one->id > other->id) - (one->id < other->id);
}

static size_t first_of(const notice_list *list, int64_t employee)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list->items[middle]->own_id < employee)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void deliver_to(struct peer *peer, void *context)
{
    const notice_list *list = context;
    struct caller *caller = peer_data(peer);
    if (!caller || !caller->session)
        return;
    int64_t self = caller->session->employee_id;
    for (size_t i = first_of(list, self); i < list->count && list->items[i]->own_id == self; i++) {
        struct str line cleanup(cleanup_str);
        str_init(&line, NULL);
        message_add_event(&line, list->items[i]->entity, list->items[i]->more);
        caller_send(caller, line.data, line.len);
    }
}

void notices_deliver(const struct event *notices)
{
    notice_list list = {0};
    for (const struct event *notice = notices; notice; notice = notice->next)
        vec_push(&list, notice);
    qsort(list.items, list.count, sizeof(list.items[0]), by_person);
    net_each(core.net, deliver_to, &list);
    vec_finish(&list);
}

/* ------------------------------------------------------------------------------------------------- verbs */

static const struct sql read_list = {
    "notice_list",
    "SELECT " NOTICE_JSON " FROM notice n WHERE n.employee_id = $1 AND (NOT $2 OR n.read_at IS NULL)"
    " AND ($3::bigint IS NULL OR n.id < $3) ORDER BY n.id DESC LIMIT $4"};
static const struct sql count_unread = {
    "notice_count", "SELECT count(*) FILTER (WHERE level <> 'alarm'), count(*) FILTER (WHERE level = 'alarm')"
                    " FROM notice WHERE employee_id = $1 AND read_at IS NULL"};

static int list_run(struct request *request)
{
    struct str *out = &request->out;
    int64_t self = request->session->employee_id, limit = request_int(request, "limit");
    struct rows *rows =
        tx_read(request->tx, &read_list, p_int(self), p_bool(request_bool(request, "unread")),
                p_int(request_int(request, "before")), p_int(limit == NIL ? LIST_USUAL : limit));
    struct rows *unread = tx_read(request->tx, &count_unread, p_int(self));
    int result = request_need(request);
    if (result)
        return result;
    str_add(out, "{\"rows\":[");
    for (size_t i = 0; i < rows_count(rows); i++)
        str_addf(out, "%s%s", i ? "," : "", rows_text(rows, i, 0));
    str_addf(out, "],\"unread\":%" PRId64 ",\"alarms\":%" PRId64 "}",
             rows_int(unread, 0, 0) + rows_int(unread, 0, 1), rows_int(unread, 0, 1));
    return 0;
}

static const struct sql mark_read = {
    "notice_read",
    "WITH done AS (UPDATE notice SET read_at = now() WHERE employee_id = $1 AND read_at IS NULL"
    " AND (id = ANY ($2) OR ($3::bigint IS NOT NULL AND id <= $3)) RETURNING 1) SELECT count(*) FROM done"};

static int check_read(struct request *request)
{
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        if (strcmp(name, "id") != 0 && strcmp(name, "up_to") != 0)
            return request_fail(request, ERR_INVALID, name, N_("There is no argument {name}"), "name", name,
                                NULL);
    }
    return 0;
}

static int read_run(struct request *request)
{
    int failed = check_read(request);
    if (failed)
        return failed;
    json_t *given = json_object_get(request->args, "id");
    size_t count = json_is_array(given) ? json_array_size(given) : given ? 1 : 0;
    int64_t *ids = arena_alloc(request->arena, (count + 1) * sizeof(*ids));
    if (count > READ_MAX)
        return request_fail(request, ERR_INVALID, "id", N_("Between 1 and {max} items"), "max", "500", NULL);
    for (size_t i = 0; i < count; i++) {
        json_t *id = json_is_array(given) ? json_array_get(given, i) : given;
        if (!json_is_integer(id))
            return request_fail(request, ERR_INVALID, "id", N_("A notice is named by its number"), NULL);
        ids[i] = json_integer_value(id);
    }
    struct rows *done = tx_read(request->tx, &mark_read, p_int(request->session->employee_id),
                                p_ids(ids, count), p_int(request_int(request, "up_to")));
    int result = request_need(request);
    if (!result)
        str_addf(&request->out, "{\"read\":%" PRId64 "}", rows_int(done, 0, 0));
    return result;
}

static const struct sql count_sent = {"notice_sent", "SELECT notice_sent($1)"};

static bool given(const struct request *request, const char *name)
{
    return request_has(request, name) && !json_is_null(json_object_get(request->args, name));
}

static int check_send(struct request *request)
{
    int to = given(request, "employee_id") + (given(request, "role") || given(request, "branch_id"));
    if (to != 1)
        return request_fail(request, ERR_INVALID, "employee_id",
                            N_("Say to whom: an employee, or a role or branch"), NULL);
    if (given(request, "entity") != given(request, "row_id"))
        return request_fail(request, ERR_INVALID, "row_id", N_("A record is an entity and a number"), NULL);
    return 0;
}

static int send_run(struct request *request)
{
    int64_t self = request->session->employee_id;
    const char *level = request_text(request, "level");
    int result = check_send(request);
    if (result)
        return result;
    struct rows *sent = tx_read(request->tx, &count_sent, p_int(self));
    result = request_need(request);
    if (!result && rows_int(sent, 0, 0) >= SENT_PER_MINUTE)
        result = request_fail(request, ERR_LIMIT, NULL, N_("Too many messages; wait a moment"), NULL);
    if (result)
        return result;
    struct rows *told = tx_read(
        request->tx, &add, p_int(request_int(request, "employee_id")), p_text(request_text(request, "role")),
        p_int(request_int(request, "branch_id")), p_text(level ? level : "info"), p_text(NULL), p_text("{}"),
        p_text(request_text(request, "text")), p_int(self), p_int(self),
        p_text(request_text(request, "entity")), p_int(request_int(request, "row_id")));
    if (rows_int(told, 0, 0) == 0)
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is nobody to tell"), NULL);
    str_addf(&request->out, "{\"told\":%" PRId64 "}", rows_int(told, 0, 0));
    return 0;
}

static const struct choice levels[] = {
    {"info", N_("Information")}, {"warning", N_("Warning")}, {"alarm", N_("Alarm")}, {NULL}};

static const struct field list_args[] = {
    ARG(unread, FIELD_BOOL, .label = N_("Unread"), .help = N_("Only what was not read yet.")),
    ARG(before, FIELD_ID, .label = N_("Before"), .min = 1,
        .help = N_("Only those before this one: the next page.")),
    ARG(limit, FIELD_INT, .label = N_("Limit"), .min = 1, .max = LIST_MAX, .help = N_("How many at most.")),
};
static const struct field read_args[] = {
    ARG(id, FIELD_ID, .label = N_("Number"), .help = N_("Which notice, or an array of them.")),
    ARG(up_to, FIELD_ID, .label = N_("Up to"), .min = 1, .help = N_("All up to this one.")),
};
static const struct field send_args[] = {
    ARG(employee_id, FIELD_ID, .label = N_("Employee"), .min = 1, .help = N_("The one who is told.")),
    ARG(role, FIELD_CODE, .label = N_("Role"), .help = N_("Everybody who has this role.")),
    ARG(branch_id, FIELD_ID, .label = N_("Branch"), .min = 1,
        .help = N_("Everybody of this branch; with a role, who has it there.")),
    ARG(level, FIELD_CHOICE, .label = N_("Level"), .choices = levels, .help = N_("How urgent it is.")),
    ARG(text, FIELD_TEXT, .label = N_("Text"), .max = TEXT_MAX_CHARACTERS, .required = true,
        .help = N_("What they are told.")),
    ARG(entity, FIELD_CODE, .label = N_("Entity"), .help = N_("Of the record it is about.")),
    ARG(row_id, FIELD_ID, .label = N_("Record"), .min = 1, .help = N_("The record it is about.")),
};

static const struct verb verbs[] = {
    {.name = "notice.list",
     .label = N_("Notices"),
     .help = N_("What one was told, the newest first, and how much of it is unread."),
     .flags = VERB_SESSION,
     .args = list_args,
     .nargs = array_len(list_args),
     .run = list_run},
    {.name = "notice.read",
     .label = N_("Mark as read"),
     .help = N_("These notices were seen."),
     .flags = VERB_SESSION | VERB_CHANGES,
     .takes = TAKES_ANY,
     .args = read_args,
     .nargs = array_len(read_args),
     .run = read_run},
    {.name = "notice.send",
     .label = N_("Tell colleagues"),
     .help =
         N_("Tells an employee, a role or a branch something; whoever sits at a terminal sees it at once."),
     .flags = VERB_SESSION | VERB_OURS | VERB_CHANGES | VERB_KEYED,
     .args = send_args,
     .nargs = array_len(send_args),
     .run = send_run},
};

void notice_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
