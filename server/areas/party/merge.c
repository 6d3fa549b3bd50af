/* customer.merge: two records of one customer become one. What is posted stays as it was posted, so the one that goes owes nothing. */
#include "server/areas/party/party.h"

#include "base/arena.h"

#include <string.h>

static const struct sql sql_against = {"customer_merge_against", "SELECT customer_merge_against($1, $2)"};
/* Both rows by id, so that two who merge one into the other meet; sight of the second is the reader's own. */
static const struct sql sql_lock = {
    "customer_merge_lock", "SELECT id, name FROM party WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE"};
static const struct sql sql_merge = {"customer_merge", "SELECT customer_merge($1, $2, $3, $4, $5, $6)"};

static const struct {
    const char *word, *field, *msgid;
} refusals[] = {
    {"merged", NULL, N_("This customer was merged already")},
    {"gone", "into_id", N_("Who stays must be a customer that is not disabled")},
    {"roles", NULL, N_("It deals with us in other ways, too: only a mere customer is merged")},
    {"kind", "into_id", N_("A person and a firm are not one")},
    {"partner", NULL, N_("Its people log in here: a third party is not merged")},
    {"money", NULL,
     N_("Money is open with this customer: receive, clear or return it first, for what is posted never "
        "changes")},
    {"payers", "into_id", N_("Both pay a part of one order")},
    {"agreements", "into_id", N_("Both have a price agreement for the same days: disable one of them first")},
    {"cases", "into_id", N_("Both have an order of the same case number: void one of them first")},
};

int merge_load(struct act *act)
{
    struct request *request = act->request;
    int64_t into = request_int(request, "into_id");
    struct rows **rows = arena_alloc(request->arena, 2 * sizeof(*rows));
    rows[0] = tx_read(request->tx, &sql_lock, p_int(act->id), p_int(into));
    rows[1] = tx_read(request->tx, &sql_against, p_int(act->id), p_int(into));
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

int merge_in_tx(struct act *act)
{
    struct request *request = act->request;
    const struct session *session = request->session;
    struct rows **rows = act->data;
    int64_t into = request_int(request, "into_id");
    struct party *now = act->now;
    if (into == act->id || rows_count(rows[0]) != 2)
        return request_fail(request, ERR_INVALID, "into_id",
                            into == act->id ? N_("That is the same record") : N_("There is no such customer"),
                            NULL);
    if (rows_text(rows[1], 0, 0))
        return refuse(act, rows_text(rows[1], 0, 0));
    now->merged_into = into;
    act_mark(act, "merged_into");
    tx_read(request->tx, &sql_merge, p_int(act->id), p_int(into), p_int(session->employee_id),
            p_int(session->id), p_text(session->terminal), p_text(act->reason));
    return 0;
}
