/* session.hold and session.release: colleagues see who is at a record. Nobody is kept out by it. */
#include <string.h>

#include "base/arena.h"
#include "server/core/holders.h"
#include "server/entity/entity-private.h"

enum { HELD_MAX = 50 };

static const struct sql set_scope = {"hold_scope", "SELECT set_config('app.scope', $1, true)"};
static const struct sql read_others = {
    "hold_others", "SELECT employee_name(employee_id), to_char(since AT TIME ZONE 'UTC', "
                   "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), session_id"
                   " FROM hold WHERE entity = $1 AND row_id = $2 AND session_id <> $3"
                   " AND beat_at > now() - make_interval(secs => $4) ORDER BY since, session_id"};
static const struct sql count_own = {"hold_count", "SELECT count(*) FROM hold WHERE session_id = $1"};
static const struct sql take = {"hold_take",
                                "INSERT INTO hold (session_id, entity, row_id, employee_id, branch_id)"
                                " VALUES ($1, $2, $3, $4, $5)"
                                " ON CONFLICT (session_id, entity, row_id) DO UPDATE SET beat_at = now()"};
static const struct sql let_go = {"hold_release",
                                  "DELETE FROM hold WHERE session_id = $1 AND entity = $2 AND row_id = $3"};

/* The record as far as this person may read it. */
static struct rows *queue_record(struct request *request, const struct entity *entity)
{
    struct builder b;
    builder_init(&b, request->arena);
    str_add(&b.text, "SELECT ");
    str_add(&b.text, entity_is_scoped(entity) ? "t.branch_id" : "NULL::int");
    str_addf(&b.text, " FROM \"%s\" t WHERE t.id = ", entity->table);
    builder_param(&b, p_int(request_int(request, "id")));
    sql_scope(&b, entity, request->grant, request->session);
    return builder_read(&b, request->tx);
}

static void answer(struct request *request, struct rows *others)
{
    struct str *out = &request->out;
    str_add(out, "{\"holders\":[");
    for (size_t i = 0; i < rows_count(others); i++) {
        str_add(out, i ? ",{\"name\":" : "{\"name\":");
        str_add_json(out, rows_text(others, i, 0));
        str_addf(out, ",\"since\":\"%s\",\"session_id\":%lld}", rows_text(others, i, 1),
                 (long long)rows_int(others, i, 2));
    }
    str_add(out, "]}");
}

static int hold_run(struct request *request)
{
    const char *name = request_text(request, "entity");
    const struct entity *entity = entity_find(name);
    int64_t session = request->session->id, id = request_int(request, "id");
    request->grant =
        entity ? session_grant(request->session, arena_printf(request->arena, "%s.get", name)) : NULL;
    if (!request->grant)
        return request_fail(request, ERR_FORBIDDEN, "entity", N_("This is not for you"), NULL);
    tx_read(request->tx, &set_scope, p_text(request->grant->scope));
    struct rows *record = queue_record(request, entity);
    struct rows *others =
        tx_read(request->tx, &read_others, p_text(name), p_int(id), p_int(session), p_int(HOLD_DEAD_SECONDS));
    struct rows *own = tx_read(request->tx, &count_own, p_int(session));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(record) == 0)
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    if (rows_int(own, 0, 0) >= HELD_MAX)
        return request_fail(request, ERR_LIMIT, NULL, N_("Too many records are open for editing"), NULL);
    tx_write(request->tx, &take, p_int(session), p_text(name), p_int(id),
             p_int(request->session->employee_id), p_int(rows_int(record, 0, 0)));
    answer(request, others);
    return 0;
}

static int release_run(struct request *request)
{
    tx_write(request->tx, &let_go, p_int(request->session->id), p_text(request_text(request, "entity")),
             p_int(request_int(request, "id")));
    str_add(&request->out, "{}");
    return 0;
}

static const struct field args[] = {
    ARG(entity, FIELD_TEXT, .label = N_("Entity"), .max = 64, .required = true,
        .help = N_("The word before the dot of its verbs.")),
};

static const struct verb verbs[] = {
    {.name = "session.hold",
     .label = N_("Hold a record"),
     .help =
         N_("Shows colleagues that this session is editing a record, until it is released or the session is "
            "gone. Answers who else is at it; nobody is kept out."),
     .flags = VERB_SESSION | VERB_CHANGES,
     .takes = TAKES_ID,
     .args = args,
     .nargs = array_len(args),
     .run = hold_run},
    {.name = "session.release",
     .label = N_("Release a record"),
     .help = N_("This session is not editing it any more."),
     .flags = VERB_SESSION | VERB_CHANGES,
     .takes = TAKES_ID,
     .args = args,
     .nargs = array_len(args),
     .run = release_run},
};

void hold_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
