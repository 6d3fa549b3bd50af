/* Balances of the ledger, always exact: kept sums and what is not folded into them yet, read in one statement. */
#include "server/areas/finance/area.h"

#include "base/arena.h"
#include "server/areas/finance/balances.h"

#include <string.h>

const struct field trial_balance_args[TRIAL_BALANCE_NARGS] = {
    ARG(period, FIELD_TEXT, .label = N_("Period"), .max = 7,
        .help = N_("One month, YYYY-MM; or give from and to.")),
    ARG(from, FIELD_TEXT, .label = N_("From"), .max = 7, .help = N_("First month, YYYY-MM.")),
    ARG(to, FIELD_TEXT, .label = N_("To"), .max = 7, .help = N_("Last month, YYYY-MM.")),
    ARG(branch_id, FIELD_REF, .ref = "branch", .label = N_("Branch"),
        .help = N_("One branch only; empty: all you may see.")),
};

const struct field ledger_balance_args[LEDGER_BALANCE_NARGS] = {
    ARG(account, FIELD_CHOICE, .base = "ledger_account", .label = N_("Account"), .required = true, .max = 12,
        .help = N_("Of this account and those under it.")),
    ARG(day, FIELD_DATE, .label = N_("Day"), .help = N_("At the end of this day; empty: today.")),
    ARG(branch_id, FIELD_REF, .ref = "branch", .label = N_("Branch"),
        .help = N_("One branch only; empty: all you may see.")),
    ARG(party_id, FIELD_REF, .ref = "customer", .label = N_("Party"), .help = N_("One party only.")),
};

/* 202601 of "2026-01"; NIL when it is no month. */
static int64_t month_number(const char *text)
{
    struct day first;
    char day[DAY_TEXT_SIZE];
    if (!text || strlen(text) != 7)
        return NIL;
    memcpy(day, text, 7);
    memcpy(day + 7, "-01", 4);
    int year, month, n;
    if (day_parse(day, &first) < 0)
        return NIL;
    day_split(first, &year, &month, &n);
    return year * 100 + month;
}

static int bad_month(struct request *request, const char *field)
{
    return request_fail(request, ERR_INVALID, field, N_("Name a month as YYYY-MM"), NULL);
}

static int months(struct request *request, int64_t *from_r, int64_t *to_r)
{
    bool one = request_text(request, "period") != NULL;
    const char *from = one ? "period" : "from", *to = one ? "period" : "to";
    *from_r = month_number(request_text(request, from));
    *to_r = month_number(request_text(request, to));
    if (*from_r == NIL)
        return bad_month(request, one || request_has(request, "from") ? from : "period");
    if (*to_r == NIL)
        return bad_month(request, to);
    if (*to_r < *from_r)
        return request_fail(request, ERR_INVALID, "to", N_("The last month is before the first"), NULL);
    return 0;
}

static bool in_scope(const struct grant *grant, int64_t branch)
{
    for (size_t i = 0; i < grant->count; i++) {
        if (grant->branches[i] == branch)
            return true;
    }
    return false;
}

/* One branch of those in scope, or all of them; a branch out of scope is as absent as one that never was. */
static int branches(struct request *request, const char **scope_r)
{
    int64_t branch = request_int(request, "branch_id");
    *scope_r = request->grant->scope;
    if (branch == NIL)
        return 0;
    if (!in_scope(request->grant, branch))
        return request_fail(request, ERR_NOT_FOUND, "branch_id", N_("There is no such branch"), NULL);
    *scope_r = arena_printf(request->arena, "{%lld}", (long long)branch);
    return 0;
}

static const struct sql sql_trial = {
    "trial_balance",
    "WITH b AS (SELECT * FROM trial_balance($1::int, $2::int, $3::int[])) "
    "SELECT coalesce((SELECT json_agg(row_to_json(b)) FROM b), '[]'), (SELECT row_to_json(s) FROM ("
    "SELECT coalesce(sum(opening_debit_fen), 0)::bigint AS opening_debit_fen, "
    "coalesce(sum(opening_credit_fen), 0)::bigint AS opening_credit_fen, "
    "coalesce(sum(debit_fen), 0)::bigint AS debit_fen, coalesce(sum(credit_fen), 0)::bigint AS credit_fen, "
    "coalesce(sum(closing_debit_fen), 0)::bigint AS closing_debit_fen, "
    "coalesce(sum(closing_credit_fen), 0)::bigint AS closing_credit_fen FROM b) s)"};

int trial_balance_run(struct request *request)
{
    int64_t from, to;
    const char *scope;
    int result = months(request, &from, &to);
    if (result == 0)
        result = branches(request, &scope);
    if (result)
        return result;
    struct rows *rows = tx_read(request->tx, &sql_trial, p_int(from), p_int(to), p_text(scope));
    result = request_need(request);
    if (result)
        return result;
    str_addf(&request->out, "{\"from\":%lld,\"to\":%lld,\"rows\":%s,\"sum\":%s}", (long long)from,
             (long long)to, rows_text(rows, 0, 0), rows_text(rows, 0, 1));
    return 0;
}

static const struct sql sql_balance = {
    "ledger_balance", "SELECT coalesce(sum(balance_at($1, $2::date, branch, $4::bigint)), 0)::bigint "
                      "FROM unnest($3::int[]) branch"};

static bool account_valid(const char *account)
{
    size_t len = strspn(account, "0123456789");
    return !account[len] && len >= 4 && len % 2 == 0;
}

int ledger_balance_run(struct request *request)
{
    const char *account = request_text(request, "account"), *day = request_text(request, "day"), *scope;
    char today[DAY_TEXT_SIZE];
    struct day now;
    if (!account_valid(account))
        return request_fail(request, ERR_INVALID, "account", N_("There is no account {account}"), "account",
                            account, NULL);
    if (!day) {
        if (time_zone_day(request->session->time_zone, request->now, &now) < 0)
            now = day_of(request->now, 0);
        day = day_print(today, sizeof(today), now);
    }
    int result = branches(request, &scope);
    if (result)
        return result;
    struct rows *rows = tx_read(request->tx, &sql_balance, p_text(account), p_text(day), p_text(scope),
                                p_int(request_int(request, "party_id")));
    result = request_need(request);
    if (result)
        return result;
    str_addf(&request->out, "{\"account\":\"%s\",\"day\":\"%s\",\"balance_fen\":%lld}", account, day,
             (long long)rows_int(rows, 0, 0));
    return 0;
}
