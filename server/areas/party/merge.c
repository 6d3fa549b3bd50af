/*
 * customer.merge: two records of one customer become one. What is posted stays as it was posted; what is open of it is carried over to who stays, one
 * document and entry for each branch, by who may do that (customer.merge_money).
 */
#include "server/areas/party/party.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/areas/finance/postings.h"

#include <string.h>

static const struct sql sql_hold = {"customer_merge_hold", "SELECT customer_merge_lock($1)"};
/* Who goes, then who stays; sight of the second is the reader's own. */
static const struct sql sql_lock = {
    "customer_merge_lock", "SELECT code FROM party WHERE id IN ($1, $2) ORDER BY id = $2 FOR NO KEY UPDATE"};
static const struct sql sql_against = {"customer_merge_against", "SELECT customer_merge_against($1, $2)"};
static const struct sql sql_money = {
    "customer_merge_money",
    "SELECT branch_id, day, account, line, amount_fen FROM customer_open_money($1, $2)"};
static const struct sql sql_papers = {"customer_merge_papers",
                                      "SELECT nextval('document_id_seq') FROM generate_series(1, (SELECT "
                                      "count(DISTINCT branch_id) FROM customer_open_money($1, $2)))"};
static const struct sql sql_charges = {"customer_merge_charges",
                                       "SELECT customer_merge_charges($1, $2, $3, $4, $5, $6)"};
static const struct sql sql_merge = {"customer_merge", "SELECT customer_merge($1, $2, $3, $4, $5, $6)"};

enum { COL_BRANCH, COL_DAY, COL_ACCOUNT, COL_BUSINESS, COL_OPEN };

struct merge_rows {
    struct rows *both, *against, *money, *papers;
};

static const struct {
    const char *word, *field, *msgid;
} refusals[] = {
    {"merged", NULL, N_("This customer was merged already")},
    {"gone", "into_id", N_("Who stays must be a customer that is not disabled")},
    {"roles", NULL, N_("It deals with us in other ways, too: only a mere customer is merged")},
    {"kind", "into_id", N_("A person and a firm are not one")},
    {"partner", NULL, N_("Its people log in here: a third party is not merged")},
    {"statement", NULL,
     N_("A statement of this customer is not settled: settle it or make it void first, it says who owes")},
    {"money", NULL,
     N_("Money is open with this customer: receive, clear or return it first, or have who may carry it over "
        "merge them")},
    {"branch", NULL, N_("Money is open with this customer at a branch that you do not see")},
    {"payers", "into_id", N_("Both pay a part of one order")},
    {"agreements", "into_id", N_("Both have a price agreement for the same days: disable one of them first")},
    {"cases", "into_id", N_("Both have an order of the same case number: void one of them first")},
};

int merge_load(struct act *act)
{
    struct request *request = act->request;
    struct tx *tx = request->tx;
    int64_t into = request_int(request, "into_id");
    struct merge_rows *rows = arena_new(request->arena, struct merge_rows);
    tx_read(tx, &sql_hold, p_int(act->id));
    rows->both = tx_read(tx, &sql_lock, p_int(act->id), p_int(into));
    rows->against = tx_read(tx, &sql_against, p_int(act->id), p_int(into));
    rows->money = tx_read(tx, &sql_money, p_int(act->id), p_time(request->now));
    rows->papers = tx_read(tx, &sql_papers, p_int(act->id), p_time(request->now));
    act->data = rows;
    return 0;
}

static int refuse(struct act *act, const char *word)
{
    for (size_t i = 0; i < array_len(refusals); i++) {
        if (strcmp(refusals[i].word, word) == 0)
            return request_fail(act->request, ERR_CONFLICT, refusals[i].field, refusals[i].msgid, NULL);
    }
    return -1;
}

/* ---- what is open goes along */

/* All that is open at the branch of row `first`; *next_r: where the next branch begins. */
static int draw_branch(struct act *act, size_t first, struct posting_draft *draft, int64_t *amount_r,
                       size_t *next_r)
{
    struct rows *money = ((struct merge_rows *)act->data)->money;
    int64_t branch = rows_int(money, first, COL_BRANCH);
    size_t row = first;
    *amount_r = 0;
    for (; row < rows_count(money) && rows_int(money, row, COL_BRANCH) == branch; row++) {
        int64_t open = rows_int(money, row, COL_OPEN);
        struct posting_subject about = {branch, act->id, NIL, rows_text(money, row, COL_BUSINESS)};
        if (posting_carry_over(draft, &about, request_int(act->request, "into_id"),
                               rows_text(money, row, COL_ACCOUNT), open) < 0 ||
            money_add(*amount_r, open < 0 ? -open : open, amount_r) < 0)
            return request_fail(act->request, ERR_INVALID, NULL, N_("This amount cannot be posted"), NULL);
    }
    *next_r = row;
    return 0;
}

static int carry_branch(struct act *act, int64_t document_id, int sequence, size_t first, size_t *next_r)
{
    struct request *request = act->request;
    const struct merge_rows *rows = act->data;
    struct posting_draft *draft = arena_new(request->arena, struct posting_draft);
    struct document_post document = {
        .id = document_id,
        .kind = "adjustment",
        .entity = "customer",
        .row_id = act->id,
        .charge_id = NIL,
        .sequence = sequence,
        .branch_id = rows_int(rows->money, first, COL_BRANCH),
        .party_id = request_int(request, "into_id"),
        .employee_id = NIL,
        .day = rows_date(rows->money, first, COL_DAY),
        .reason = act->reason,
        .red_of = NIL,
        .word = posting_word("adjustment"),
        .text = arena_printf(request->arena, "客户合并 %s → %s", rows_text(rows->both, 0, 0),
                             rows_text(rows->both, 1, 0)),
        .maker_id = request->session->employee_id,
        .checker_id = NIL,
        .poster_id = request->session->employee_id,
    };
    int result = draw_branch(act, first, draft, &document.amount_fen, next_r);
    if (result)
        return result;
    document.lines = draft->lines;
    document.nlines = draft->count;
    finance_document_post(request, &document);
    return 0;
}

static int carry_money(struct act *act)
{
    const struct merge_rows *rows = act->data;
    size_t count = rows_count(rows->money);
    if (count > 0 && strcmp(act->action->name, "merge_money") != 0)
        return refuse(act, "money");
    for (size_t i = 0; i < count; i++) {
        if (!grant_covers(act->request->grant, rows_int(rows->money, i, COL_BRANCH)))
            return refuse(act, "branch");
    }
    size_t paper = 0;
    for (size_t row = 0; row < count; paper++) {
        if (paper >= rows_count(rows->papers))
            return -1;
        int result = carry_branch(act, rows_int(rows->papers, paper, 0), (int)paper + 1, row, &row);
        if (result)
            return result;
    }
    return paper == rows_count(rows->papers) ? 0 : -1; /* or something was not read */
}

/* ---- */

static void run(struct act *act, const struct sql *sql)
{
    const struct session *session = act->request->session;
    tx_read(act->request->tx, sql, p_int(act->id), p_int(request_int(act->request, "into_id")),
            p_int(session->employee_id), p_int(session->id), p_text(session->terminal), p_text(act->reason));
}

int merge_in_tx(struct act *act)
{
    struct request *request = act->request;
    const struct merge_rows *rows = act->data;
    struct party *now = act->now;
    int64_t into = request_int(request, "into_id");
    if (into == act->id || rows_count(rows->both) != 2)
        return request_fail(request, ERR_INVALID, "into_id",
                            into == act->id ? N_("That is the same record") : N_("There is no such customer"),
                            NULL);
    if (rows_count(rows->against) == 0)
        return -1;
    if (rows_text(rows->against, 0, 0))
        return refuse(act, rows_text(rows->against, 0, 0));
    int result = carry_money(act);
    if (result)
        return result;
    now->merged_into = into;
    act_mark(act, "merged_into");
    run(act, &sql_charges);
    run(act, &sql_merge);
    return 0;
}
