/* session.own and session.end_others: where one is logged in, and ending that elsewhere. */
#include <inttypes.h>
#include <string.h>

#include "server/core/change.h"
#include "server/core/login.h"
#include "server/core/request.h"

#define TIME_JSON(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

static const struct sql read_own = {
    "own_sessions",
    "SELECT jsonb_build_object('id', id, 'terminal', coalesce(terminal, device), 'address', address,"
    " 'started_at', " TIME_JSON("started_at") ", 'expires_at', " TIME_JSON(
        "expires_at") ", 'current', id = $2)::text, id, version FROM session"
                      " WHERE employee_id = $1 AND ended_at IS NULL AND expires_at > now() ORDER BY id = $2 "
                      "DESC, started_at DESC LIMIT 100"};
static const struct sql read_security = {
    "own_security", "SELECT totp, " TIME_JSON("password_at") " FROM employee_security($1)"};
static const struct sql end_others = {
    "own_sessions_end",
    "UPDATE session SET ended_at = now(), end_reason = 'elsewhere', token_hash = NULL, epoch = epoch + 1,"
    " version = version + 1, updated_at = now() WHERE employee_id = $1 AND id <> $2 AND ended_at IS NULL"};

static int own_run(struct request *request)
{
    struct str *out = &request->out;
    int64_t self = request->session->employee_id;
    struct rows *rows = tx_read(request->tx, &read_own, p_int(self), p_int(request->session->id));
    struct rows *security = tx_read(request->tx, &read_security, p_int(self));
    int result = request_need(request);
    if (result)
        return result;
    str_add(out, "{\"rows\":[");
    for (size_t i = 0; i < rows_count(rows); i++)
        str_addf(out, "%s%s", i ? "," : "", rows_text(rows, i, 0));
    str_addf(out, "],\"totp\":%s,\"password_at\":", rows_bool(security, 0, 0) ? "true" : "false");
    str_add_json(out, rows_text(security, 0, 1));
    str_add_char(out, '}');
    return 0;
}

static int end_others_run(struct request *request)
{
    const struct session *session = request->session;
    int64_t ended = 0;
    struct rows *rows = tx_read(request->tx, &read_own, p_int(session->employee_id), p_int(session->id));
    int result = request_need(request);
    if (result)
        return result;
    tx_write(request->tx, &end_others, p_int(session->employee_id), p_int(session->id));
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (rows_int(rows, i, 1) == session->id)
            continue;
        change_add(request, &(struct change){.entity = "session",
                                             .id = rows_int(rows, i, 1),
                                             .action = "end",
                                             .version = rows_int(rows, i, 2) + 1,
                                             .branch_id = session->branch_id,
                                             .old_branch_id = NIL,
                                             .own_id = session->employee_id,
                                             .was = "{\"end_reason\":null}",
                                             .now = "{\"end_reason\":\"elsewhere\"}"});
        ended++;
    }
    str_addf(&request->out, "{\"ended\":%" PRId64 "}", ended);
    return 0;
}

static const struct verb verbs[] = {
    {.name = "session.own",
     .label = N_("My sessions"),
     .help =
         N_("Where one is logged in, whether one-time codes are set up, and when the password was chosen."),
     .flags = VERB_SESSION,
     .run = own_run},
    {.name = "session.end_others",
     .label = N_("End my other sessions"),
     .help = N_("Logs one out everywhere but here."),
     .flags = VERB_SESSION | VERB_CHANGES,
     .run = end_others_run},
};

void own_sessions_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
