/* The money of a repaired order: where its payers stand afterwards, what a step back takes back, and what is written. */
#include "server/areas/rescue/repair_money.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"

static const struct sql sql_charges = {
    "rescue_repair_charges",
    "SELECT id, payer_id, share_fen, share_bp, parts, method, money_state, amount_fen, received_fen, "
    "documents FROM rescue_charge WHERE order_id = $1 ORDER BY id FOR NO KEY UPDATE"};
static const struct sql sql_papers = {
    "rescue_repair_papers",
    "SELECT d.id, d.kind, d.charge_id, party_stays(d.party_id), d.employee_id, d.amount_fen, d.tax_fen, "
    "d.method, "
    "d.reason, l.account, l.side, l.amount_fen, l.branch_id, party_stays(l.party_id), l.employee_id, l.line "
    "FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.entity = 'rescue' AND d.row_id = "
    "$1 AND d.state = 'posted' AND d.red_of IS NULL ORDER BY d.charge_id, d.sequence, l.n"};
/* Each paper that stands may be taken back and posted anew, each payer get a receivable, and the order a cost. */
static const struct sql sql_ids = {
    "rescue_repair_ids",
    "SELECT nextval('document_id_seq') FROM generate_series(1, 1 + (SELECT count(*) FROM rescue_charge WHERE "
    "order_id = $1) + 2 * (SELECT count(*) FROM document WHERE entity = 'rescue' AND row_id = $1 AND state = "
    "'posted' AND red_of IS NULL))"};
static const struct sql sql_day = {
    "rescue_repair_day", "SELECT ($2::timestamptz AT TIME ZONE time_zone)::date FROM branch WHERE id = $1"};
/* What is due on a statement, or came by one, belongs to that. */
static const struct sql sql_stated = {
    "rescue_repair_stated",
    "SELECT EXISTS (SELECT FROM statement_line WHERE order_id = $1 AND (live OR received_fen > 0))"};
static const struct sql sql_update = {
    "rescue_repair_charge",
    "UPDATE rescue_charge SET payer_id = $2, method = $3, money_state = $4, amount_fen = $5, received_fen = "
    "$6, documents = $7 WHERE id = $1 RETURNING 1"};

static bool is(const char *word, const char *wanted)
{
    return word && strcmp(word, wanted) == 0;
}

static bool touches_money(const struct act *record)
{
    static const char *const names[] = {"branch_id", "customer_id", "vehicle_id", "driver_id",
                                        "price_fen", "money_state", "method",     "received_fen"};
    for (size_t i = 0; i < array_len(names); i++) {
        if (repair_asks(record, names[i]))
            return ((const struct rescue *)record->was)->money_state != NULL;
    }
    return false;
}

void settle_load(struct act *record)
{
    struct repair_rows *rows = repair_rows_of(record);
    struct tx *tx = record->request->tx;
    const struct rescue *now = record->now;
    if (!touches_money(record))
        return;
    rows->stated = tx_read(tx, &sql_stated, p_int(record->id));
    rows->charges = tx_read(tx, &sql_charges, p_int(record->id));
    rows->papers = tx_read(tx, &sql_papers, p_int(record->id));
    rows->ids = tx_read(tx, &sql_ids, p_int(record->id));
    rows->day = tx_read(tx, &sql_day, p_int(now->branch_id), p_time(record->request->now));
}

/* ---- the payers */

static int judge_payers(struct settle *it)
{
    for (size_t i = 0; repair_asks(it->act, "customer_id") && i < it->ncharges; i++) {
        if (it->charges[i].payer_id == it->now->customer_id)
            return request_fail(it->act->request, ERR_CONFLICT, "customer_id",
                                N_("This customer pays a part of the order already"), NULL);
    }
    for (size_t i = 0; i < it->ncharges; i++) {
        struct charge *charge = &it->charges[i];
        if (repair_asks(it->act, "customer_id") && charge->payer_id == it->was->customer_id) {
            charge->payer_id = it->now->customer_id;
            charge->changed = true;
        }
        if (repair_asks(it->act, "method") && is(charge->method, it->was->method)) {
            charge->method = it->now->method;
            charge->changed = true;
        }
    }
    return 0;
}

/* Where a payer stands when his part is another: what is due is due again, unless it was given up with a reason or waited for in vain. */
static const char *state_after(const struct charge *charge, const struct purse *purse, bool was_short)
{
    if (charge->amount_fen == 0)
        return "cleared";
    if (repair_due(charge) == 0)
        return is(charge->money_state, "priced") ? "received" : charge->money_state;
    if (is(charge->money_state, "cleared"))
        return purse->has_difference ? "cleared" : "priced";
    return is(charge->money_state, "received") && was_short ? "received" : "priced";
}

static int split_price(struct settle *it)
{
    int64_t *was_due = arena_alloc(it->act->request->arena, (it->ncharges + 1) * sizeof(*was_due));
    for (size_t i = 0; i < it->ncharges; i++)
        was_due[i] = repair_due(&it->charges[i]);
    if (charges_split(it->charges, it->ncharges, it->now->price_fen, it->was->price_parts) < 0)
        return request_fail(it->act->request, ERR_INVALID, "price_fen",
                            N_("The payers' fixed parts are more than the price"), NULL);
    for (size_t i = 0; i < it->ncharges; i++) {
        it->charges[i].money_state = state_after(&it->charges[i], &it->purses[i], was_due[i] > 0);
        it->charges[i].changed = true;
    }
    return 0;
}

/* ---- a step taken back */

static void move(struct charge *charge, const char *state)
{
    charge->money_state = state;
    charge->changed = true;
}

static void clear_back(struct settle *it, struct charge *charge)
{
    struct paper *paper = paper_last(it, charge, "adjustment");
    if (charge->amount_fen == 0)
        return;
    if (paper)
        paper_take_back(paper);
    move(charge, "received");
}

static void price_back(struct settle *it)
{
    for (size_t i = 0; i < it->npapers; i++)
        paper_take_back(&it->papers[i]);
    for (size_t i = 0; i < it->ncharges; i++) {
        it->charges[i].amount_fen = 0;
        move(&it->charges[i], "audited");
    }
}

/* Of a payer's money the last that came in; where he was waited for in vain, that alone ends. */
static void money_back(struct settle *it, struct charge *charge)
{
    bool received = is(charge->money_state, "received");
    struct paper *paper = paper_last(it, charge, "receipt");
    if (is(charge->money_state, "cleared"))
        return;
    if (paper && (!received || repair_due(charge) == 0)) {
        paper_take_back(paper);
        charge->received_fen -= paper->amount_fen;
        charge->changed = true;
    }
    if (received)
        move(charge, "priced");
}

static void step_back(struct settle *it)
{
    const char *to = it->now->money_state;
    if (is(to, "audited")) {
        price_back(it);
        return;
    }
    for (size_t i = 0; i < it->ncharges; i++) {
        if (is(to, "unaudited"))
            move(&it->charges[i], "unaudited");
        else if (is(to, "received"))
            clear_back(it, &it->charges[i]);
        else
            money_back(it, &it->charges[i]);
    }
}

/* ---- judging */

static bool by_driver(const struct paper *paper, const char *method)
{
    return is(paper->kind, "receipt") && method && finance_method_by_driver(method);
}

static bool touches_driver_cash(const struct settle *it)
{
    for (size_t i = 0; i < it->npapers; i++) {
        if (paper_moves_money(&it->papers[i]) && by_driver(&it->papers[i], it->papers[i].method))
            return true;
    }
    return false;
}

static int judge_stands(struct settle *it)
{
    struct request *request = it->act->request;
    if (it->was->asked_reason)
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("A difference of this order waits for its approval: that comes first"), NULL);
    if (it->was->handed_fen > 0 && (touches_driver_cash(it) || repair_asks(it->act, "driver_id")))
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("The driver has handed the money in: that is taken back first"), NULL);
    return 0;
}

/* One way for all that came in; several are told apart by taking the last back. */
static int judge_method(struct settle *it)
{
    const char *method = NULL;
    for (size_t i = 0; repair_asks(it->act, "method") && i < it->npapers; i++) {
        if (!is(it->papers[i].kind, "receipt"))
            continue;
        if (method && !is(it->papers[i].method, method))
            return request_fail(it->act->request, ERR_CONFLICT, "method",
                                N_("Money came in several ways: take the last back and receive it anew"),
                                NULL);
        method = it->papers[i].method;
    }
    if (method && finance_method_of_advance(it->now->method))
        return request_fail(it->act->request, ERR_INVALID, "method",
                            N_("What came in was no advance: an advance is used when money is received"),
                            NULL);
    if (method && finance_method_by_driver(it->now->method) && it->now->driver_id == NIL)
        return request_fail(it->act->request, ERR_INVALID, "method", N_("No driver was on this order"), NULL);
    return 0;
}

static int plan(struct settle *it)
{
    bool back = repair_asks(it->act, "money_state") || repair_asks(it->act, "received_fen");
    int result = judge_payers(it);
    if (result == 0)
        result = judge_method(it);
    if (result == 0 && it->repriced)
        result = split_price(it);
    if (result == 0 && !back)
        result = papers_draw(it);
    if (result == 0 && back)
        step_back(it);
    return result ? result : judge_stands(it);
}

static void show_received(struct settle *it)
{
    int64_t received = 0;
    for (size_t i = 0; i < it->ncharges; i++)
        received += it->charges[i].received_fen;
    if (received != it->was->received_fen || repair_asks(it->act, "received_fen"))
        step_set(it->act, received_fen, received);
}

int settle_judge(struct act *record)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was;
    if (!rows->charges)
        return 0;
    if (rows_bool(rows->stated, 0, 0))
        return request_fail(record->request, ERR_CONFLICT, NULL,
                            N_("The order is on a statement, or was paid by one: that comes first"), NULL);
    struct settle *it = arena_new(record->request->arena, struct settle);
    *it = (struct settle){.act = record, .was = was, .now = record->now};
    int result = papers_take(it, rows->charges, rows->papers);
    it->repriced = repair_asks(record, "price_fen") && !is(was->money_state, "audited");
    it->repaid = repair_asks(record, "method");
    it->moved = repair_asks(record, "vehicle_id") && it->npapers > 0;
    if (result == 0)
        result = plan(it);
    if (result == 0)
        show_received(it);
    rows->settle = it;
    return result;
}

/* ---- applying */

static bool has_onestop(const struct act *record)
{
    const struct grant *grant = session_grant(record->request->session, "rescue.onestop");
    return grant && grant_covers(grant, record->branch_id);
}

/* Who approves does what the steps do that he corrects: the same people stay apart. */
static int apart(struct settle *it)
{
    struct act *record = it->act;
    int64_t me = record->request->session->employee_id;
    bool price = repair_asks(record, "price_fen"), money = repair_asks(record, "method");
    bool both = (price && (me == it->was->audited_by || me == it->was->received_by)) ||
                (money && me == it->was->priced_by);
    bool difference = false;
    for (size_t i = 0; i < it->npapers; i++)
        difference |=
            it->papers[i].differs && is(it->papers[i].kind, "adjustment") && it->papers[i].draft.count > 0;
    if (difference && me == it->was->received_by)
        return request_fail(record->request, ERR_FORBIDDEN, NULL,
                            N_("Who received an order's money does not clear a difference of it"), NULL);
    if (!both)
        return 0;
    if (!has_onestop(record))
        return request_fail(record->request, ERR_FORBIDDEN, NULL,
                            N_("Who took another money step of this order does not approve this"), NULL);
    step_set(record, onestop, true);
    return 0;
}

static struct document_post document_of(struct settle *it, struct paper *paper, int64_t asked_by)
{
    struct repair_rows *rows = it->act->data;
    struct request *request = it->act->request;
    return (struct document_post){
        .id = rows_int(rows->ids, it->next_id++, 0),
        .kind = paper->kind,
        .entity = "rescue",
        .row_id = it->act->id,
        .charge_id = paper->charge->id,
        .sequence = (int)++paper->charge->documents,
        .day = rows_date(rows->day, 0, 0),
        .reason = it->act->reason,
        .red_of = NIL,
        .word = posting_word(paper->kind),
        .maker_id = asked_by,
        .checker_id = request->session->employee_id,
        .poster_id = request->session->employee_id,
    };
}

static int post_red(struct settle *it, struct paper *paper, int64_t asked_by)
{
    struct posting_draft *draft = arena_new(it->act->request->arena, struct posting_draft);
    struct document_post document = document_of(it, paper, asked_by);
    if (posting_red(draft, paper->lines, paper->nlines) < 0)
        return -ERANGE;
    document.branch_id = it->was->branch_id;
    document.party_id = paper->party_id;
    document.employee_id = paper->employee_id;
    document.amount_fen = -paper->amount_fen;
    document.tax_fen = -paper->tax_fen;
    document.method = paper->method;
    document.red_of = paper->id;
    document.text = arena_printf(it->act->request->arena, "红冲 %s", it->was->number);
    document.lines = draft->lines;
    document.nlines = draft->count;
    finance_document_post(it->act->request, &document);
    return 0;
}

/* A difference keeps its own reason: it is what it was given up for. */
static void post_anew(struct settle *it, struct paper *paper, int64_t asked_by)
{
    struct document_post document = document_of(it, paper, asked_by);
    document.branch_id = it->now->branch_id;
    document.party_id = paper->again_party;
    document.employee_id = paper->again_employee;
    document.amount_fen = paper->again_fen;
    document.tax_fen = paper->again_tax;
    document.method = paper->again_method;
    if (is(paper->kind, "adjustment"))
        document.reason = paper->reason;
    document.text = arena_printf(it->act->request->arena, "更正 %s", it->was->number);
    document.lines = paper->draft.lines;
    document.nlines = paper->draft.count;
    finance_document_post(it->act->request, &document);
}

static int post(struct settle *it, int64_t asked_by)
{
    for (size_t i = 0; i < it->npapers; i++) {
        struct paper *paper = &it->papers[i];
        if (!paper->differs)
            continue;
        paper->charge->changed = true;
        if (paper->id != NIL && post_red(it, paper, asked_by) < 0)
            return -ERANGE;
        if (paper->draft.count > 0)
            post_anew(it, paper, asked_by);
    }
    return 0;
}

static int rank_of(const char *state)
{
    int rank = 0;
    while (rescue_money_states[rank].code && strcmp(rescue_money_states[rank].code, state) != 0)
        rank++;
    return rank;
}

const char *settle_state(const struct settle *it)
{
    const char *least = it->ncharges > 0 ? "cleared" : it->now->money_state;
    for (size_t i = 0; i < it->ncharges; i++) {
        if (rank_of(it->charges[i].money_state) < rank_of(least))
            least = it->charges[i].money_state;
    }
    return least;
}

/* What the order shows of its payers. */
static void show_payers(struct settle *it)
{
    step_set(it->act, money_state, settle_state(it));
    show_received(it);
}

/* What came in by way of the driver, by the receipts as they stand now. */
static void show_driver_money(struct settle *it)
{
    int64_t sum = 0;
    for (size_t i = 0; i < it->npapers; i++) {
        const struct paper *paper = &it->papers[i];
        if (by_driver(paper, paper->differs ? paper->again_method : paper->method))
            sum += paper->differs ? paper->again_fen : paper->amount_fen;
    }
    step_set(it->act, driver_fen, sum);
}

/* Whoever took a step that is taken back did not take it. */
static void show_people(struct settle *it)
{
    int reached = rank_of(it->now->money_state);
    bool difference = false;
    for (size_t i = 0; i < it->npapers; i++)
        difference |=
            is(it->papers[i].kind, "adjustment") && (!it->papers[i].differs || it->papers[i].draft.count > 0);
    if (it->now->price_fen == 0 && reached == rank_of("cleared"))
        step_set(it->act, clear_reason, "no_charge");
    else if (!difference)
        step_set(it->act, clear_reason, NULL);
    if (reached < rank_of("cleared")) {
        step_set(it->act, cleared_by, NIL);
        step_set(it->act, cleared_at, INSTANT_NIL);
    }
    if (it->now->received_fen == 0) {
        step_set(it->act, received_by, NIL);
        step_set(it->act, received_at, INSTANT_NIL);
    }
    if (reached < rank_of("priced")) {
        step_set(it->act, priced_by, NIL);
        step_set(it->act, priced_at, INSTANT_NIL);
    }
    if (reached < rank_of("audited")) {
        step_set(it->act, audited_by, NIL);
        step_set(it->act, audited_at, INSTANT_NIL);
    }
}

static void write_charges(struct settle *it)
{
    for (size_t i = 0; i < it->ncharges; i++) {
        const struct charge *charge = &it->charges[i];
        if (charge->changed)
            tx_write_one(it->act->request->tx, &sql_update, p_int(charge->id), p_int(charge->payer_id),
                         p_text(charge->method), p_text(charge->money_state), p_int(charge->amount_fen),
                         p_int(charge->received_fen), p_int(charge->documents));
    }
}

int settle_apply(struct act *record, int64_t asked_by)
{
    struct settle *it = ((struct repair_rows *)record->data)->settle;
    if (!it)
        return 0;
    int result = apart(it);
    if (result == 0)
        result = post(it, asked_by);
    if (result)
        return result;
    show_payers(it);
    show_driver_money(it);
    show_people(it);
    write_charges(it);
    return 0;
}
