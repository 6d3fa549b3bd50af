/*
 * Accounting months. A period is written by functions of the database alone (schema/044_period.sql), so its steps take their whole command:
 * read the period, judge for the good message, call the function, tell the trail. The function judges again, under the period's lock.
 */
#include "server/areas/finance/area.h"

#include "base/arena.h"
#include "server/core/change.h"

#include <string.h>

struct period {
    const char *code;
    struct day first_day, last_day;
    const char *state;
    struct instant closed_at;
    int64_t closed_by;
    struct instant reopened_at;
    int64_t reopened_by, reopened_with;
    const char *reopen_reason;
};

static const struct choice states[] = {
    {"open", N_("Open")},
    {"closing", N_("Closing")},
    {"closed", N_("Closed")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(period, code, .type = FIELD_CODE, .label = N_("Period"), .readonly = true, .filled = true,
          .sortable = true, .width = 8, .help = N_("Year and month.")),
    FIELD(period, first_day, .label = N_("First day"), .readonly = true, .filled = true, .sortable = true,
          .help = N_("It begins on this day.")),
    FIELD(period, last_day, .label = N_("Last day"), .readonly = true, .filled = true,
          .help = N_("It ends with this day.")),
    FIELD(
        period, state, .type = FIELD_CHOICE, .choices = states, .label = N_("State"), .readonly = true,
        .filled = true, .width = 10,
        .help = N_(
            "Open: entries go in. Closing: adjustments only. Closed: nothing can be posted, whoever tries.")),
    FIELD(period, closed_at, .label = N_("Closed"), .readonly = true, .help = N_("When it was last closed.")),
    FIELD(period, closed_by, .type = FIELD_REF, .ref = "employee", .label = N_("Closed by"), .readonly = true,
          .width = 12, .help = N_("Who closed it.")),
    FIELD(period, reopened_at, .label = N_("Reopened"), .readonly = true,
          .help = N_("When it was last reopened.")),
    FIELD(period, reopened_by, .type = FIELD_REF, .ref = "employee", .label = N_("Reopened by"),
          .readonly = true, .width = 12, .help = N_("Who asked for it to be reopened.")),
    FIELD(period, reopened_with, .type = FIELD_REF, .ref = "employee", .label = N_("Second person"),
          .readonly = true, .width = 12, .help = N_("Who agreed to it.")),
    FIELD(period, reopen_reason, .label = N_("Why reopened"), .readonly = true, .width = 24,
          .help = N_("The reason that was given.")),
};

static const struct sql sql_read = {"period_read",
                                    "SELECT version, state, code FROM period WHERE id = $1::int"};
static const struct sql sql_start = {"period_start_closing",
                                     "SELECT period_start_closing($1::int, $2::int, $3)"};
static const struct sql sql_abort = {"period_abort", "SELECT period_abort($1::int, $2::int, $3)"};
static const struct sql sql_close = {"period_close", "SELECT period_close($1::int, $2::int, $3)"};
static const struct sql sql_transfer = {"period_transfer", "SELECT period_transfer($1::int, $2, $2, $2)"};
static const struct sql sql_reopen = {"period_reopen", "SELECT period_reopen($1::int, $2::int, $3, $4, $5)"};

/* What stands in a step's way, for words better than the function's. */
static const struct sql sql_neighbours = {
    "period_neighbours",
    "SELECT (SELECT code FROM period WHERE id < $1::int AND state <> 'closed' ORDER BY id LIMIT 1), "
    "(SELECT code FROM period WHERE id > $1::int AND state <> 'open' ORDER BY id DESC LIMIT 1)"};

/* Somebody else's standing wish to reopen this version of the period: the first half of the step. */
static const struct sql sql_wish = {
    "period_reopen_wish",
    "SELECT who, reason FROM change WHERE entity = 'period' AND row_id = $1 AND verb = 'period.reopen' "
    "AND version = $2::int AND now ->> 'wish' = 'reopen' AND who <> $3 AND at > now() - interval '1 day' "
    "ORDER BY at DESC LIMIT 1"};

struct period_now {
    int64_t id, version;
    const char *state, *code;
    const char *earlier, *later; /* codes of periods in the way, NULL: none */
};

static int refuse_version(struct request *request, const struct period_now *now)
{
    request_fail_detail(request, "current",
                        arena_printf(request->arena, "{\"id\":%lld,\"version\":%lld,\"state\":\"%s\"}",
                                     (long long)now->id, (long long)now->version, now->state));
    return request_fail(request, ERR_CONFLICT, "version", N_("Somebody changed this period meanwhile"), NULL);
}

static int refuse_state(struct request *request, const struct period_now *now)
{
    const char *allowed = strcmp(now->state, "open") == 0      ? "[\"start_closing\"]"
                          : strcmp(now->state, "closing") == 0 ? "[\"transfer\",\"close\",\"abort\"]"
                                                               : "[\"reopen\"]";
    request_fail_detail(request, "allowed", allowed);
    return request_fail(request, ERR_CONFLICT, "state", N_("Period {period} is {state}"), "period", now->code,
                        "state", now->state, NULL);
}

static int read_period(struct request *request, const char *from, struct period_now *now_r)
{
    int64_t id = request_int(request, "id");
    struct rows *rows = tx_read(request->tx, &sql_read, p_int(id));
    struct rows *neighbours = tx_read(request->tx, &sql_neighbours, p_int(id));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(rows) == 0)
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such period"), NULL);
    *now_r = (struct period_now){
        .id = id,
        .version = rows_int(rows, 0, 0),
        .state = rows_text(rows, 0, 1),
        .code = rows_text(rows, 0, 2),
        .earlier = rows_text(neighbours, 0, 0),
        .later = rows_text(neighbours, 0, 1),
    };
    if (now_r->version != request_int(request, "version"))
        return refuse_version(request, now_r);
    return strcmp(now_r->state, from) == 0 ? 0 : refuse_state(request, now_r);
}

static int answer(struct request *request, const struct period_now *now, int64_t version, const char *state)
{
    str_addf(&request->out, "{\"id\":%lld,\"version\":%lld,\"state\":\"%s\"}", (long long)now->id,
             (long long)version, state);
    return 0;
}

static void tell(struct request *request, const struct period_now *now, int64_t version, const char *reason,
                 const char *after)
{
    change_add(request, &(struct change){
                            .entity = "period",
                            .id = now->id,
                            .version = version,
                            .branch_id = NIL,
                            .old_branch_id = NIL,
                            .reason = reason,
                            .was = arena_printf(request->arena, "{\"state\":\"%s\"}", now->state),
                            .now = after,
                        });
}

/* A function's refusal is the transaction's fault; what it gave is the new version. */
static int finish(struct request *request, const struct period_now *now, struct rows *rows, const char *to)
{
    if (tx_need(request->tx) != TX_OK)
        return request_tx_failed(request);
    int64_t version = rows_int(rows, 0, 0);
    tell(request, now, version, request_text(request, "reason"),
         arena_printf(request->arena, "{\"state\":\"%s\"}", to));
    return answer(request, now, version, to);
}

static int run_step(struct request *request, const char *from, const char *to, const struct sql *sql)
{
    struct period_now now;
    int result = read_period(request, from, &now);
    if (result)
        return result;
    if (strcmp(from, "open") == 0 && now.earlier)
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("Only the earliest can be closed: {period} comes first"), "period",
                            now.earlier, NULL);
    struct rows *rows =
        tx_read(request->tx, sql, p_int(now.id), p_int(now.version), p_int(request->session->employee_id));
    return finish(request, &now, rows, to);
}

static int run_start_closing(struct request *request)
{
    return run_step(request, "open", "closing", &sql_start);
}

static int run_abort(struct request *request)
{
    return run_step(request, "closing", "open", &sql_abort);
}

static int run_close(struct request *request)
{
    return run_step(request, "closing", "closed", &sql_close);
}

/* Transfer of profit and loss (结转损益): the period itself does not change. */
static int run_transfer(struct request *request)
{
    struct period_now now;
    int result = read_period(request, "closing", &now);
    if (result)
        return result;
    struct rows *rows =
        tx_read(request->tx, &sql_transfer, p_int(now.id), p_int(request->session->employee_id));
    if (tx_need(request->tx) != TX_OK)
        return request_tx_failed(request);
    tell(request, &now, now.version, NULL,
         arena_printf(request->arena, "{\"transfer_entries\":%lld}", (long long)rows_int(rows, 0, 0)));
    str_addf(&request->out, "{\"id\":%lld,\"version\":%lld,\"state\":\"closing\",\"entries\":%lld}",
             (long long)now.id, (long long)now.version, (long long)rows_int(rows, 0, 0));
    return 0;
}

/* The first of two people: the wish stands in the trail, where the second finds it for a day. */
static int wish_reopen(struct request *request, const struct period_now *now)
{
    tell(request, now, now->version, request_text(request, "reason"), "{\"wish\":\"reopen\"}");
    str_addf(&request->out,
             "{\"id\":%lld,\"version\":%lld,\"state\":\"closed\",\"waiting\":\"second_person\"}",
             (long long)now->id, (long long)now->version);
    return 0;
}

static int run_reopen(struct request *request)
{
    struct period_now now;
    struct rows *wish = tx_read(request->tx, &sql_wish, p_int(request_int(request, "id")),
                                p_int(request_int(request, "version")), p_int(request->session->employee_id));
    int result = read_period(request, "closed", &now);
    if (result)
        return result;
    if (now.later)
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("Only the latest closed can be reopened: {period} comes first"), "period",
                            now.later, NULL);
    if (rows_count(wish) == 0)
        return wish_reopen(request, &now);
    struct rows *rows =
        tx_read(request->tx, &sql_reopen, p_int(now.id), p_int(now.version), p_int(rows_int(wish, 0, 0)),
                p_int(request->session->employee_id), p_text(rows_text(wish, 0, 1)));
    return finish(request, &now, rows, "open");
}

static const struct action actions[] = {
    {
        .name = "start_closing",
        .key = 's',
        .label = N_("Start closing"),
        .help = N_("From now on only adjustments go in. Only the earliest period that is not closed."),
        .from = "open",
        .to = "closing",
        .undo = "abort",
        .confirm = N_("Start closing this period?"),
        .run = run_start_closing,
    },
    {
        .name = "transfer",
        .key = 't',
        .label = N_("Transfer profit and loss"),
        .help = N_("Brings every account of income and expense to nothing against the profit of the year."),
        .from = "closing",
        .confirm = N_("Transfer profit and loss of this period?"),
        .run = run_transfer,
    },
    {
        .name = "close",
        .key = 'c',
        .label = N_("Close"),
        .help = N_("Nothing can be posted into the period any more."),
        .from = "closing",
        .to = "closed",
        .undo = "reopen",
        .confirm = N_("Close this period?"),
        .danger = true,
        .run = run_close,
    },
    {
        .name = "abort",
        .key = 'b',
        .label = N_("Stop closing"),
        .help = N_("Opens the period again before it is closed."),
        .from = "closing",
        .to = "open",
        .run = run_abort,
    },
    {
        .name = "reopen",
        .key = 'o',
        .label = N_("Reopen"),
        .help =
            N_("Takes two people: the first gives the reason, and the period opens when a second one does "
               "the same "
               "step within a day. Only the latest closed; the transfer of profit and loss is taken back."),
        .from = "closed",
        .to = "open",
        .confirm = N_("Reopen this period?"),
        .danger = true,
        .reason = true,
        .run = run_reopen,
    },
};

static const char *const columns[] = {"code",      "first_day", "last_day", "state",
                                      "closed_at", "closed_by", NULL};
static const char *const main_tab[] = {"code",          "first_day",     "last_day",    "state",
                                       "closed_at",     "closed_by",     "reopened_at", "reopened_by",
                                       "reopened_with", "reopen_reason", NULL};
static const struct tab tabs[] = {
    {N_("Period"), main_tab},
    {NULL},
};

const struct entity period_entity = {
    .name = "period",
    .area = "finance",
    .table = "period",
    .label = N_("Accounting period"),
    .plural = N_("Accounting periods"),
    .help = N_("The months of the books. Nothing can be posted into a closed one."),
    .code = "pe",
    .size = sizeof(struct period),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "code",
    .columns = columns,
    .sort = "-code",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_READ,
};
