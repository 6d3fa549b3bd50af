#include "server/areas/rescue/money.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/areas/rescue/credit.h"
#include "server/areas/rescue/hooks.h"

#include <errno.h>
#include <string.h>

static const struct sql sql_charges = {
    "rescue_charges",
    "SELECT id, payer_id, share_fen, method, money_state, amount_fen, received_fen, documents, share_bp, "
    "parts, asked_reason, asked_by "
    "FROM rescue_charge WHERE order_id = $1 ORDER BY id FOR NO KEY UPDATE"};
/* Enough for the red ones of all that stands and the new ones of all payers; gaps in the sequence are nothing. */
static const struct sql sql_ids = {"rescue_document_ids",
                                   "SELECT nextval('document_id_seq') FROM generate_series(1, "
                                   "(SELECT 3 * count(*) + 9 FROM rescue_charge WHERE order_id = $1))"};
static const struct sql sql_charge_id = {"rescue_charge_id", "SELECT nextval('rescue_charge_id_seq')"};
static const struct sql sql_day = {
    "rescue_day", "SELECT ($2::timestamptz AT TIME ZONE b.time_zone)::date FROM rescue_order o "
                  "JOIN branch b ON b.id = o.branch_id WHERE o.id = $1"};
static const struct sql sql_posted = {
    "rescue_posted",
    "SELECT d.id, d.kind, d.charge_id, party_stays(d.party_id), d.amount_fen, d.tax_fen, l.account, l.side, "
    "l.amount_fen, l.branch_id, "
    "party_stays(l.party_id), l.employee_id, l.line, d.employee_id FROM document d JOIN ledger_line l ON l.entry_id = "
    "d.entry_id "
    "WHERE d.entity = 'rescue' AND d.row_id = $1 AND d.kind IN ('receivable', 'payable') AND d.state = "
    "'posted' "
    "AND d.red_of IS NULL ORDER BY d.id, l.n"};
static const struct sql sql_receipts = {
    "rescue_receipts",
    "SELECT count(*) FROM document WHERE (entity = 'rescue' AND row_id = $1 OR entity = 'statement' AND row_id IN "
    "(SELECT statement_id FROM statement_line WHERE order_id = $1 AND received_fen > 0)) AND kind = 'receipt' "
    "AND maker_id = $2 AND state = 'posted'"};
/* Of each payer, the customer among them; the locks in one order for everybody. */
#define PAYERS                                                                                               \
    "(SELECT DISTINCT p.id, o.branch_id FROM rescue_order o, LATERAL (SELECT c.payer_id FROM rescue_charge c " \
    "WHERE c.order_id = o.id UNION SELECT o.customer_id) p (id) WHERE o.id = $1 ORDER BY p.id) payer"
static const struct sql sql_advance_lock = {"rescue_advance_lock",
                                            "SELECT customer_advance_lock(id) FROM " PAYERS};
static const struct sql sql_advance = {"rescue_advance",
                                       "SELECT id, customer_advance(id, branch_id) FROM " PAYERS};
static const struct sql sql_commission = {"rescue_commission",
                                          "SELECT job_fen, km_fen, share_bp FROM commission_for($1)"};
static const struct sql sql_insert = {"rescue_charge_insert",
                                      "INSERT INTO rescue_charge (id, order_id, payer_id, method, "
                                      "money_state, amount_fen, received_fen, documents) "
                                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
static const struct sql sql_update = {
    "rescue_charge_update",
    "UPDATE rescue_charge SET money_state = $2, amount_fen = $3, received_fen = $4, documents = $5, "
    "asked_reason = $6, asked_by = $7 WHERE id = $1 RETURNING 1"};

/* The day of money is the day it came, of all else today; a broken time is refused later, with a word. */
static struct instant day_instant(const struct request *request)
{
    struct instant at = request->now;
    const char *text = request_text(request, "received_at");
    return text && time_parse(text, &at) < 0 ? request->now : at;
}

static bool step_is(const struct act *act, const char *name)
{
    return strcmp(act->action->name, name) == 0;
}

/* Where the money may be an advance that the customer has with us. */
static void queue_advance(struct act *act, struct money_rows *rows)
{
    const char *method = request_text(act->request, "method");
    if ((!step_is(act, "receive") && !step_is(act, "onestop")) || (method && !finance_method_of_advance(method)))
        return;
    tx_read(act->request->tx, &sql_advance_lock, p_int(act->id));
    rows->advance = tx_read(act->request->tx, &sql_advance, p_int(act->id));
}

int money_load(struct act *act)
{
    struct request *request = act->request;
    struct tx *tx = request->tx;
    struct money_rows *rows = arena_new(request->arena, struct money_rows);
    rows->charges = tx_read(tx, &sql_charges, p_int(act->id));
    act->data = rows;
    if (step_is(act, "audit") || step_is(act, "onestop"))
        rows->commission = tx_read(tx, &sql_commission, p_int(act->id));
    if (step_is(act, "audit") || step_is(act, "decline"))
        return 0;
    rows->ids = tx_read(tx, &sql_ids, p_int(act->id));
    rows->day = tx_read(tx, &sql_day, p_int(act->id), p_time(day_instant(request)));
    if (step_is(act, "clear") || step_is(act, "approve"))
        rows->receipts = tx_read(tx, &sql_receipts, p_int(act->id), p_int(request->session->employee_id));
    queue_advance(act, rows);
    if (step_is(act, "receive") || rows->receipts)
        return 0;
    rows->charge_id = tx_read(tx, &sql_charge_id);
    rows->posted = tx_read(tx, &sql_posted, p_int(act->id));
    if (!step_is(act, "return"))
        rows->credit = credit_read_payers(request, act->id);
    return 0;
}

void money_begin(struct act *act, struct money *money)
{
    struct money_rows *rows = act->data;
    size_t count = rows_count(rows->charges);
    *money = (struct money){
        .act = act,
        .was = act->was,
        .charges = arena_alloc(act->request->arena, (count + 1) * sizeof(struct charge)),
        .count = count,
        .ids = rows->ids,
        .posted = rows->posted,
        .commission = rows->commission,
        .advance = rows->advance,
        .credit = rows->credit,
        .day = rows->day ? rows_date(rows->day, 0, 0) : DAY_NIL,
        .me = act->request->session->employee_id,
        .received_before = rows->receipts && rows_int(rows->receipts, 0, 0) != 0, /* not read: as if so */
    };
    for (size_t i = 0; i < count; i++) {
        money->charges[i] = (struct charge){
            .id = rows_int(rows->charges, i, 0),
            .payer_id = rows_int(rows->charges, i, 1),
            .share_fen = rows_int(rows->charges, i, 2),
            .method = rows_text(rows->charges, i, 3),
            .money_state = rows_text(rows->charges, i, 4),
            .amount_fen = rows_int(rows->charges, i, 5),
            .received_fen = rows_int(rows->charges, i, 6),
            .documents = rows_int(rows->charges, i, 7),
            .share_bp = rows_int(rows->charges, i, 8),
            .parts = rows_set(rows->charges, i, 9),
            .asked_reason = rows_text(rows->charges, i, 10),
            .asked_by = rows_int(rows->charges, i, 11),
        };
    }
    if (count == 0 && rows->charge_id)
        money->charges[0] = (struct charge){.id = rows_int(rows->charge_id, 0, 0),
                                            .payer_id = money->was->customer_id,
                                            .share_fen = NIL,
                                            .share_bp = NIL,
                                            .asked_by = NIL,
                                            .money_state = "unaudited",
                                            .fresh = true};
}

static void write_charge(struct tx *tx, int64_t order_id, const struct charge *charge)
{
    if (charge->fresh)
        tx_write(tx, &sql_insert, p_int(charge->id), p_int(order_id), p_int(charge->payer_id),
                 p_text(charge->method), p_text(charge->money_state), p_int(charge->amount_fen),
                 p_int(charge->received_fen), p_int(charge->documents));
    else
        tx_write_one(tx, &sql_update, p_int(charge->id), p_text(charge->money_state),
                     p_int(charge->amount_fen), p_int(charge->received_fen), p_int(charge->documents),
                     p_text(charge->asked_reason), p_int(charge->asked_by));
}

static int rank_of(const char *state)
{
    int rank = 0;
    while (rescue_money_states[rank].code && strcmp(rescue_money_states[rank].code, state) != 0)
        rank++;
    return rank;
}

/* The order shows its least advanced charge. */
void money_end(struct money *money)
{
    struct act *act = money->act;
    const char *least = "cleared", *asked = NULL;
    int64_t received = 0;
    for (size_t i = 0; i < money->count; i++) {
        const struct charge *charge = &money->charges[i];
        received += charge->received_fen;
        asked = asked ? asked : charge->asked_reason;
        if (rank_of(charge->money_state) < rank_of(least))
            least = charge->money_state;
        if (charge->changed)
            write_charge(act->request->tx, act->id, charge);
    }
    if (money->count == 0)
        return;
    step_set(act, money_state, least);
    step_set(act, received_fen, received);
    step_set(act, asked_reason, asked);
}

int64_t charge_due(const struct charge *charge)
{
    return MAX(charge->amount_fen - charge->received_fen, 0);
}

int money_split_price(struct money *money, int64_t price_fen)
{
    const struct rescue *now = money->act->now;
    if (money->count == 0)
        money->count = 1;
    if (charges_split(money->charges, money->count, price_fen, now->price_parts) < 0)
        return request_fail(money->act->request, ERR_INVALID, "price_fen",
                            N_("The payers' fixed parts are more than the price"), NULL);
    for (size_t i = 0; i < money->count; i++) {
        struct charge *charge = &money->charges[i];
        charge->money_state = charge->amount_fen == 0 ? "cleared" : "priced";
        charge->changed = true;
    }
    return 0;
}

int money_commission(struct money *money, int64_t price_fen, int64_t *commission_r)
{
    const struct rescue *was = money->was;
    int64_t by_km, share;
    *commission_r = NIL;
    if (!money->commission || rows_count(money->commission) == 0)
        return -1;
    if (rows_null(money->commission, 0, 0))
        return 0;
    if (money_mul_ratio(rows_int(money->commission, 0, 1), was->km == NIL ? 0 : was->km, 1, &by_km) < 0 ||
        money_mul_ratio(price_fen, rows_int(money->commission, 0, 2), MONEY_RATE_WHOLE, &share) < 0 ||
        money_add(rows_int(money->commission, 0, 0), by_km, commission_r) < 0)
        return -1;
    return money_add(*commission_r, share, commission_r);
}

/* ---- documents */

static struct posting_subject about(const struct money *money, int64_t party_id)
{
    return (struct posting_subject){.branch_id = money->act->branch_id,
                                    .party_id = party_id,
                                    .employee_id = money->was->driver_id,
                                    .business = "rescue"};
}

static struct document_post paper(const struct money *money, const struct charge *charge, const char *kind,
                                  const char *title)
{
    return (struct document_post){
        .kind = kind,
        .entity = "rescue",
        .row_id = money->act->id,
        .charge_id = charge->id,
        .branch_id = money->act->branch_id,
        .party_id = charge->payer_id,
        .day = money->day,
        .red_of = NIL,
        .word = posting_word(kind),
        .text = arena_printf(money->act->request->arena, "%s %s", title, money->was->number),
        .maker_id = money->me,
        .checker_id = NIL,
        .poster_id = money->me,
    };
}

static int post(struct money *money, struct charge *charge, struct document_post *document,
                const struct posting_draft *draft)
{
    if (money->next_id >= rows_count(money->ids))
        return -EIO;
    document->id = rows_int(money->ids, money->next_id++, 0);
    document->sequence = (int)++charge->documents;
    document->lines = draft->lines;
    document->nlines = draft->count;
    charge->changed = true;
    finance_document_post(money->act->request, document);
    return 0;
}

static int cannot_post(struct money *money)
{
    return request_fail(money->act->request, ERR_INVALID, NULL, N_("This amount cannot be posted"), NULL);
}

static struct posting_draft *draft_of(struct money *money)
{
    return arena_new(money->act->request->arena, struct posting_draft);
}

int money_post_receivable(struct money *money, struct charge *charge)
{
    struct posting_subject subject = about(money, charge->payer_id);
    struct posting_draft *draft = draft_of(money);
    struct document_post document = paper(money, charge, "receivable", "救援应收");
    int rate = MAX(finance_service_rate_bp(money->was->service), 0);
    if (posting_receivable(draft, &subject, charge->amount_fen, rate, &document.tax_fen) < 0)
        return cannot_post(money);
    const struct rescue *now = money->act->now;
    document.amount_fen = charge->amount_fen;
    document.maker_id = now->audited_by;
    document.checker_id = money->me;
    return post(money, charge, &document, draft);
}

/* The contractor's part stands with the first payer's, so that it is counted with him. */
int money_post_cost(struct money *money)
{
    const struct rescue *now = money->act->now;
    struct charge *charge = &money->charges[0];
    if (now->supplier_id == NIL || now->cost_fen == NIL || now->cost_fen == 0)
        return 0;
    struct posting_subject subject = about(money, now->supplier_id);
    struct posting_draft *draft = draft_of(money);
    struct document_post document = paper(money, charge, "payable", "外协成本");
    if (posting_contracted_cost(draft, &subject, now->cost_fen) < 0)
        return cannot_post(money);
    document.party_id = now->supplier_id;
    document.amount_fen = now->cost_fen;
    document.maker_id = now->audited_by;
    document.checker_id = money->me;
    return post(money, charge, &document, draft);
}

/* Likewise the driver's. */
int money_post_commission(struct money *money)
{
    const struct rescue *now = money->act->now;
    struct charge *charge = &money->charges[0];
    if (now->commission_fen == NIL || now->commission_fen == 0 || money->was->driver_id == NIL)
        return 0;
    struct posting_subject subject = about(money, NIL);
    struct posting_draft *draft = draft_of(money);
    struct document_post document = paper(money, charge, "payable", "司机提成");
    if (posting_commission(draft, &subject, now->commission_fen) < 0)
        return cannot_post(money);
    document.party_id = NIL;
    document.employee_id = money->was->driver_id;
    document.amount_fen = now->commission_fen;
    document.maker_id = now->audited_by;
    document.checker_id = money->me;
    return post(money, charge, &document, draft);
}

static int check_advance(struct money *money, const struct charge *charge, int64_t amount_fen)
{
    int64_t advance = 0;
    for (size_t i = 0; money->advance && i < rows_count(money->advance); i++) {
        if (rows_int(money->advance, i, 0) == charge->payer_id)
            advance = rows_int(money->advance, i, 1);
    }
    return finance_advance_check(money->act->request, amount_fen, charge_due(charge), advance);
}

int money_post_receipt(struct money *money, struct charge *charge, int64_t amount_fen, const char *method)
{
    struct request *request = money->act->request;
    const struct rescue *now = money->act->now;
    struct posting_subject subject = about(money, charge->payer_id);
    struct posting_draft *draft = draft_of(money);
    struct document_post document = paper(money, charge, "receipt", "救援收款");
    const char *account = finance_method_account(method);
    int result;
    if (!account)
        return request_fail(request, ERR_INVALID, "method", N_("Say how the money came in"), NULL);
    if (finance_method_of_advance(method)) {
        result = check_advance(money, charge, amount_fen);
        if (result)
            return result;
        document.word = posting_word("adjustment");
    }
    if (finance_method_by_driver(method)) {
        if (money->was->driver_id == NIL)
            return request_fail(request, ERR_INVALID, "method", N_("No driver was on this order"), NULL);
        result = posting_driver_cash(draft, &subject, amount_fen, charge_due(charge));
        document.employee_id = money->was->driver_id;
        step_set(money->act, driver_fen, now->driver_fen + amount_fen);
    } else {
        result = posting_receipt(draft, &subject, account, amount_fen, charge_due(charge));
    }
    if (result < 0)
        return cannot_post(money);
    document.amount_fen = amount_fen;
    document.method = method;
    document.reason = request_text(request, "remarks");
    document.checker_id = now->priced_by;
    return post(money, charge, &document, draft);
}

int money_post_difference(struct money *money, struct charge *charge, const char *reason, int64_t asked_by)
{
    struct posting_subject subject = about(money, charge->payer_id);
    struct posting_draft *draft = draft_of(money);
    struct document_post document = paper(money, charge, "adjustment", "救援核销差额");
    if (posting_difference(draft, &subject, finance_difference_account(reason), charge_due(charge)) < 0)
        return cannot_post(money);
    document.amount_fen = charge_due(charge);
    document.reason = reason;
    document.maker_id = asked_by == NIL ? money->me : asked_by;
    document.checker_id = asked_by == NIL ? money->was->received_by : money->me;
    return post(money, charge, &document, draft);
}

static struct posting_line posted_line(struct rows *rows, size_t row)
{
    return (struct posting_line){
        .account = rows_text(rows, row, 6),
        .side = *rows_text(rows, row, 7),
        .amount_fen = rows_int(rows, row, 8),
        .branch_id = rows_int(rows, row, 9),
        .party_id = rows_int(rows, row, 10),
        .employee_id = rows_int(rows, row, 11),
        .business = rows_text(rows, row, 12),
    };
}

static struct charge *charge_by_id(struct money *money, int64_t id)
{
    for (size_t i = 0; i < money->count; i++) {
        if (money->charges[i].id == id)
            return &money->charges[i];
    }
    return NULL;
}

/* One posted document, whose lines are the rows from `first` on; *next_r: where the next one's begin. */
static int post_one_red(struct money *money, size_t first, size_t *next_r)
{
    struct rows *rows = money->posted;
    int64_t id = rows_int(rows, first, 0);
    struct posting_line *lines = arena_alloc(money->act->request->arena, POSTING_LINES_MAX * sizeof(*lines));
    struct posting_draft *draft = draft_of(money);
    struct charge *charge = charge_by_id(money, rows_int(rows, first, 2));
    size_t n = 0;
    while (first + n < rows_count(rows) && n < POSTING_LINES_MAX && rows_int(rows, first + n, 0) == id) {
        lines[n] = posted_line(rows, first + n);
        n++;
    }
    *next_r = first + n;
    if (!charge || posting_red(draft, lines, n) < 0)
        return cannot_post(money);
    const char *kind = rows_text(rows, first, 1);
    struct document_post document = paper(money, charge, kind, "红冲");
    document.party_id = rows_int(rows, first, 3);
    document.employee_id = rows_int(rows, first, 13);
    document.amount_fen = -rows_int(rows, first, 4);
    document.tax_fen = -rows_int(rows, first, 5);
    document.reason = money->act->reason;
    document.red_of = id;
    return post(money, charge, &document, draft);
}

/* What the rows reverse is what the charges hold, or something was not read. */
static bool red_is_whole(const struct money *money)
{
    int64_t priced = 0, posted = 0, last = NIL;
    for (size_t i = 0; i < money->count; i++)
        priced += money->charges[i].amount_fen;
    for (size_t row = 0; row < rows_count(money->posted); row++) {
        bool receivable = strcmp(rows_text(money->posted, row, 1), "receivable") == 0;
        if (receivable && rows_int(money->posted, row, 0) != last)
            posted += rows_int(money->posted, row, 4);
        last = rows_int(money->posted, row, 0);
    }
    return priced == posted;
}

int money_post_red(struct money *money)
{
    int result = red_is_whole(money) ? 0 : -EIO;
    for (size_t row = 0; result == 0 && row < rows_count(money->posted);)
        result = post_one_red(money, row, &row);
    return result;
}
