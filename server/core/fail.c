#include <stdarg.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/random.h"
#include "server/core/core.h"
#include "server/core/fail.h"
#include "server/core/request-private.h"

const char *(*constraint_field_hook)(const struct verb *verb, const char *constraint);

/* What the database's own refusals mean to a person (see the head of 001_core.sql). */
struct refusal {
    const char *sqlstate;
    enum error_code code;
    const char *field;
    const char *msgid;
};

static const struct refusal refusals[] = {
    {"YZ002", ERR_CONFLICT, NULL, N_("What is posted or in the trail never changes")},
    {"YZ003", ERR_CONFLICT, NULL, N_("The entry does not balance")},
    {"YZ004", ERR_CONFLICT, "key", N_("This key was used for another request")},
    {"YZ005", ERR_CONFLICT, NULL, N_("No accounting period is open for this day")},
    {"YZ006", ERR_CONFLICT, NULL, N_("The period cannot take this step now")},
    {"YZ007", ERR_CONFLICT, NULL, N_("The entry is sealed")},
    {"YZ008", ERR_CONFLICT, "parent_id", N_("A branch cannot be under itself")},
    {"YZ009", ERR_UNAVAILABLE, NULL, N_("The database was moved and is not opened yet")},
    {"YZ010", ERR_FORBIDDEN, NULL, N_("Nobody widens their own rights")},
    {"YZ011", ERR_CONFLICT, NULL, N_("Something this refers to is not there or not in use")},
    {"YZ012", ERR_CONFLICT, NULL,
     N_("The order is on a statement that is not settled: take it off there first")},
    {"YZ", ERR_CONFLICT, NULL, N_("This step is not possible now")},
    {"23503", ERR_CONFLICT, NULL, N_("Another record refers to this, or what this refers to is gone")},
    {"23P01", ERR_CONFLICT, NULL, N_("This overlaps with another record")},
    {"42501", ERR_FORBIDDEN, NULL, N_("This is outside your branches")},
    {"22", ERR_INVALID, NULL, N_("A value does not fit")},
    {"23", ERR_INVALID, NULL, N_("A value breaks a rule of this record")},
};

void fail_fill(struct str *out, const char *msgid, const char *const *names, const char *const *values,
               size_t n)
{
    for (const char *at = msgid; *at; at++) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        size_t len = end ? (size_t)(end - at - 1) : 0, i = n;
        for (i = 0; end && i < n; i++)
            if (strlen(names[i]) == len && memcmp(names[i], at + 1, len) == 0)
                break;
        if (end && i < n) {
            str_add(out, values[i] ? values[i] : "");
            at = end;
        } else {
            str_add_char(out, *at);
        }
    }
}

static void write_error(struct str *out, enum error_code code, const char *field, const char *msgid,
                        const char *const *names, const char *const *values, size_t n, const char *details)
{
    struct str message cleanup(cleanup_str);
    str_init(&message, NULL);
    fail_fill(&message, msgid, names, values, n);
    str_addf(out, "{\"code\":\"%s\",\"message\":", error_code_name(code));
    str_add_json(out, message.data);
    if (field) {
        str_add(out, ",\"field\":");
        str_add_json(out, field);
    }
    str_add(out, ",\"msgid\":");
    str_add_json(out, msgid);
    str_add(out, ",\"args\":{");
    for (size_t i = 0; i < n; i++) {
        str_add(out, i ? "," : "");
        str_add_json(out, names[i]);
        str_add_char(out, ':');
        str_add_json(out, values[i]);
    }
    str_add_char(out, '}');
    str_add(out, details);
    str_add_char(out, '}');
}

void fail_write(struct str *out, enum error_code code, const char *msgid)
{
    write_error(out, code, NULL, msgid, NULL, NULL, 0, "");
}

void fail_write_request(struct str *out, const struct request *request)
{
    const struct failure *failure = &request->state->failure;
    write_error(out, failure->code, failure->field, failure->msgid, failure->names, failure->values,
                failure->nargs, failure->details.data ? failure->details.data : "");
}

int request_fail(struct request *request, enum error_code code, const char *field, const char *msgid, ...)
{
    struct failure *failure = &request->state->failure;
    failure->code = code;
    failure->of_tx = false;
    failure->field = arena_strdup(request->arena, field);
    failure->msgid = msgid;
    failure->nargs = 0;
    va_list args;
    va_start(args, msgid);
    for (const char *name; failure->nargs < FAIL_ARGS_MAX && (name = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        failure->names[failure->nargs] = arena_strdup(request->arena, name);
        failure->values[failure->nargs++] = arena_strdup(request->arena, value);
    }
    va_end(args);
    return (int)code;
}

void request_fail_detail(struct request *request, const char *name, const char *json)
{
    struct str *details = &request->state->failure.details;
    if (!details->data)
        str_init(details, request->arena);
    str_add_char(details, ',');
    str_add_json(details, name);
    str_add_char(details, ':');
    str_add(details, json);
}

int fail_internal(struct request *request, const char *what)
{
    unsigned char random[5];
    char incident[11];
    random_bytes(random, sizeof(random));
    hex_encode(incident, random, sizeof(random));
    log_error("incident %s: %s: %s", incident, request->verb ? request->verb->name : "?", what);
    int code = request_fail(request, ERR_INTERNAL, NULL, N_("Something went wrong here; incident {incident}"),
                            "incident", incident, NULL);
    struct str json cleanup(cleanup_str);
    str_init(&json, NULL);
    str_add_json(&json, incident);
    request_fail_detail(request, "incident", json.data);
    return code;
}

/* employee_login → login, branch_code_key → code: an index is named after its table and column. */
static const char *constraint_field(const struct request *request, const char *constraint)
{
    const char *field = constraint_field_hook ? constraint_field_hook(request->verb, constraint) : NULL;
    if (field || !*constraint)
        return field;
    size_t entity = strcspn(request->verb->name, ".");
    if (strncmp(constraint, request->verb->name, entity) == 0 && constraint[entity] == '_')
        constraint += entity + 1;
    size_t len = strlen(constraint);
    if (len > 4 && strcmp(constraint + len - 4, "_key") == 0)
        len -= 4;
    return arena_strndup(request->arena, constraint, len);
}

static int fail_refused(struct request *request)
{
    const char *sqlstate = tx_sqlstate(request->tx);
    for (size_t i = 0; i < array_len(refusals); i++) {
        const struct refusal *row = &refusals[i];
        if (strncmp(sqlstate, row->sqlstate, strlen(row->sqlstate)) == 0)
            return request_fail(request, row->code, row->field, row->msgid, NULL);
    }
    /* Not the message: it may hold data of people. */
    return fail_internal(
        request, arena_printf(request->arena, "SQLSTATE %s %s", sqlstate, tx_constraint(request->tx)));
}

static int fail_duplicate(struct request *request)
{
    const char *constraint = tx_constraint(request->tx);
    if (strcmp(constraint, "command_key_pkey") == 0) {
        request->state->rerun = RERUN_KEY;
        return request_fail(request, ERR_BUSY, "key", N_("A request with this key is under way"), NULL);
    }
    return request_fail(request, ERR_DUPLICATE, constraint_field(request, constraint),
                        N_("This value is taken already"), NULL);
}

static int fail_unknown(struct request *request)
{
    request_fail_detail(request, "retry", "\"same_key\"");
    return request_fail(request, ERR_UNKNOWN_OUTCOME, NULL,
                        N_("Whether this was done is not known; ask again with the same key"), NULL);
}

/* What the verb itself knows to say, of rules that stand in the database; 0: nothing. */
static int fail_of_verb(struct request *request)
{
    enum tx_fault fault = tx_fault(request->tx);
    bool of_rule = fault == TX_MISSED || fault == TX_REFUSED ||
                   (fault == TX_DUPLICATE && strcmp(tx_constraint(request->tx), "command_key_pkey") != 0);
    return of_rule && request->verb->failed ? request->verb->failed(request) : 0;
}

static int fail_of_tx(struct request *request)
{
    struct request_state *state = request->state;
    int code = fail_of_verb(request);
    if (code)
        return code;
    switch (tx_fault(request->tx)) {
    case TX_OK: return 0;
    case TX_MISSED:
        return request_fail(request, ERR_CONFLICT, NULL, N_("Somebody else changed this meanwhile"), NULL);
    case TX_DUPLICATE: return fail_duplicate(request);
    case TX_REFUSED: return fail_refused(request);
    case TX_RETRY:
        state->rerun = RERUN_CLASH;
        return request_fail(request, ERR_BUSY, NULL, N_("Others are changing the same records; try again"),
                            NULL);
    case TX_BUSY:
        return request_fail(request, ERR_BUSY, NULL, N_("Somebody else is working on this; try again"), NULL);
    case TX_TIMEOUT:
        if (atomic_load(&state->task->cancelled))
            return request_fail(request, ERR_UNAVAILABLE, NULL, N_("Cancelled; nothing was done"), NULL);
        return request_fail(request, ERR_UNAVAILABLE, NULL, N_("This took too long; nothing was done"), NULL);
    case TX_UNAVAILABLE:
        state->rerun = RERUN_CONNECTION;
        return request_fail(request, ERR_UNAVAILABLE, NULL, N_("The database is away; nothing was done"),
                            NULL);
    case TX_UNKNOWN: return fail_unknown(request);
    case TX_BROKEN: break;
    }
    return fail_internal(request, arena_printf(request->arena, "SQLSTATE %s", tx_sqlstate(request->tx)));
}

int request_tx_failed(struct request *request)
{
    int code = fail_of_tx(request);
    request->state->failure.of_tx = true;
    return code;
}
