/*
 * The papers of a repaired order. Each that stands is drawn as it should have been; where that differs from what was posted, it is taken back
 * red and posted anew, and where it is the same it stands. So a repair touches what it must, and nothing twice.
 */
#include "server/areas/rescue/repair_money.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"

enum {
    COL_ID,
    COL_KIND,
    COL_CHARGE,
    COL_PARTY,
    COL_EMPLOYEE,
    COL_AMOUNT,
    COL_TAX,
    COL_METHOD,
    COL_REASON,
    COL_LINE
};

static bool is(const char *word, const char *wanted)
{
    return word && strcmp(word, wanted) == 0;
}

int64_t repair_due(const struct charge *charge)
{
    return MAX(charge->amount_fen - charge->received_fen, 0);
}

static struct purse *purse_of(struct settle *it, const struct charge *charge)
{
    return &it->purses[charge - it->charges];
}

/* ---- as they stand */

static void take_charges(struct settle *it, struct rows *rows)
{
    struct arena *arena = it->act->request->arena;
    it->ncharges = rows_count(rows);
    it->charges = arena_alloc(arena, (it->ncharges + 1) * sizeof(*it->charges));
    it->purses = arena_alloc(arena, (it->ncharges + 1) * sizeof(*it->purses));
    for (size_t i = 0; i < it->ncharges; i++)
        it->charges[i] = (struct charge){
            .id = rows_int(rows, i, 0),
            .payer_id = rows_int(rows, i, 1),
            .share_fen = rows_int(rows, i, 2),
            .share_bp = rows_int(rows, i, 3),
            .parts = rows_set(rows, i, 4),
            .method = rows_text(rows, i, 5),
            .money_state = rows_text(rows, i, 6),
            .amount_fen = rows_int(rows, i, 7),
            .received_fen = rows_int(rows, i, 8),
            .documents = rows_int(rows, i, 9),
        };
}

static struct charge *charge_of(struct settle *it, int64_t id)
{
    for (size_t i = 0; i < it->ncharges; i++) {
        if (it->charges[i].id == id)
            return &it->charges[i];
    }
    return NULL;
}

static struct posting_line line_at(struct rows *rows, size_t row)
{
    return (struct posting_line){
        .account = rows_text(rows, row, COL_LINE),
        .side = *rows_text(rows, row, COL_LINE + 1),
        .amount_fen = rows_int(rows, row, COL_LINE + 2),
        .branch_id = rows_int(rows, row, COL_LINE + 3),
        .party_id = rows_int(rows, row, COL_LINE + 4),
        .employee_id = rows_int(rows, row, COL_LINE + 5),
        .business = rows_text(rows, row, COL_LINE + 6),
    };
}

/* The paper whose lines begin at `first`; returns the row behind them. */
static size_t take_paper(struct settle *it, struct rows *rows, size_t first)
{
    struct paper *paper = &it->papers[it->npapers++];
    int64_t id = rows_int(rows, first, COL_ID);
    size_t count = 0;
    while (first + count < rows_count(rows) && rows_int(rows, first + count, COL_ID) == id)
        count++;
    struct posting_line *lines = arena_alloc(it->act->request->arena, count * sizeof(*lines));
    for (size_t i = 0; i < count; i++)
        lines[i] = line_at(rows, first + i);
    *paper = (struct paper){
        .id = id,
        .kind = rows_text(rows, first, COL_KIND),
        .charge = charge_of(it, rows_int(rows, first, COL_CHARGE)),
        .party_id = rows_int(rows, first, COL_PARTY),
        .employee_id = rows_int(rows, first, COL_EMPLOYEE),
        .amount_fen = rows_int(rows, first, COL_AMOUNT),
        .tax_fen = rows_int(rows, first, COL_TAX),
        .method = rows_text(rows, first, COL_METHOD),
        .reason = rows_text(rows, first, COL_REASON),
        .lines = lines,
        .nlines = count,
    };
    if (paper->charge && is(paper->kind, "receivable"))
        purse_of(it, paper->charge)->has_receivable = true;
    if (paper->charge && is(paper->kind, "adjustment"))
        purse_of(it, paper->charge)->has_difference = true;
    return first + count;
}

/* What contractor and driver get of an order whose price is agreed. */
static int64_t payable_of(const struct rescue *was)
{
    int64_t cost = was->supplier_id == NIL || was->cost_fen == NIL ? 0 : was->cost_fen;
    return cost + (was->commission_fen == NIL ? 0 : was->commission_fen);
}

/* What stands is what the charges and the order hold, or something was not read. */
static bool is_whole(const struct settle *it)
{
    bool agreed = !is(it->was->money_state, "unaudited") && !is(it->was->money_state, "audited");
    int64_t owed = 0, paid = 0, payable = agreed ? payable_of(it->was) : 0;
    for (size_t i = 0; i < it->ncharges; i++) {
        owed += it->charges[i].amount_fen;
        paid += it->charges[i].received_fen;
    }
    for (size_t i = 0; i < it->npapers; i++) {
        const struct paper *paper = &it->papers[i];
        if (!paper->charge)
            return false;
        owed -= is(paper->kind, "receivable") ? paper->amount_fen : 0;
        paid -= is(paper->kind, "receipt") ? paper->amount_fen : 0;
        payable -= is(paper->kind, "payable") ? paper->amount_fen : 0;
    }
    return owed == 0 && paid == 0 && payable == 0 && (it->ncharges > 0 || !agreed);
}

int papers_take(struct settle *it, struct rows *charges, struct rows *papers)
{
    take_charges(it, charges);
    /* room for a receivable of each payer and a cost besides */
    it->papers =
        arena_alloc(it->act->request->arena, (rows_count(papers) + it->ncharges + 1) * sizeof(*it->papers));
    for (size_t row = 0; row < rows_count(papers);)
        row = take_paper(it, papers, row);
    return is_whole(it) ? 0 : -EIO;
}

/* ---- as they should be */

static struct posting_subject about(const struct settle *it, int64_t party_id)
{
    return (struct posting_subject){.branch_id = it->now->branch_id,
                                    .party_id = party_id,
                                    .employee_id = it->now->driver_id,
                                    .business = "rescue"};
}

static int64_t moved(int64_t value, int64_t from, int64_t to)
{
    return value == from && value != NIL ? to : value;
}

/* The same amounts at the same accounts, of the branch, the customer and the driver that are right. */
static int draw_moved(struct settle *it, struct paper *paper)
{
    const struct rescue *was = it->was, *now = it->now;
    for (size_t i = 0; i < paper->nlines; i++) {
        struct posting_line line = paper->lines[i];
        line.branch_id = moved(line.branch_id, was->branch_id, now->branch_id);
        line.party_id = moved(line.party_id, was->customer_id, now->customer_id);
        line.employee_id = moved(line.employee_id, was->driver_id, now->driver_id);
        paper->draft.lines[paper->draft.count++] = line;
    }
    return 0;
}

static int draw_receivable(struct settle *it, struct paper *paper)
{
    struct posting_subject subject = about(it, paper->charge->payer_id);
    paper->again_fen = paper->charge->amount_fen;
    paper->again_party = paper->charge->payer_id;
    return posting_receivable(&paper->draft, &subject, paper->again_fen,
                              MAX(finance_service_rate_bp(it->was->service), 0), &paper->again_tax);
}

/* The contractor whose vehicle really went; none is owed anything for one of our own. */
static int draw_cost(struct settle *it, struct paper *paper)
{
    struct posting_subject subject = about(it, it->now->supplier_id);
    paper->again_fen = it->now->cost_fen == NIL ? 0 : it->now->cost_fen;
    paper->again_party = it->now->supplier_id;
    return paper->again_fen == 0 ? 0 : posting_contracted_cost(&paper->draft, &subject, paper->again_fen);
}

/* What the driver gets: of a contractor's vehicle nothing. */
static int draw_commission(struct settle *it, struct paper *paper)
{
    if (it->now->supplier_id == NIL)
        return draw_moved(it, paper);
    paper->again_fen = 0;
    return 0;
}

static int draw_receipt(struct settle *it, struct paper *paper)
{
    struct charge *charge = paper->charge;
    struct posting_subject subject = about(it, charge->payer_id);
    int64_t due = MAX(charge->amount_fen - purse_of(it, charge)->settled_fen, 0);
    const char *account = finance_method_account(paper->again_method);
    bool by_driver = finance_method_by_driver(paper->again_method);
    paper->again_party = charge->payer_id;
    paper->again_employee = by_driver ? it->now->driver_id : NIL;
    if (!account)
        return -EINVAL;
    return by_driver ? posting_driver_cash(&paper->draft, &subject, paper->again_fen, due)
                     : posting_receipt(&paper->draft, &subject, account, paper->again_fen, due);
}

static int draw_difference(struct settle *it, struct paper *paper)
{
    struct posting_subject subject = about(it, paper->charge->payer_id);
    const char *account = finance_difference_account(paper->reason);
    paper->again_fen = repair_due(paper->charge);
    paper->again_party = paper->charge->payer_id;
    return paper->again_fen == 0 ? 0
           : !account            ? -EINVAL
                                 : posting_difference(&paper->draft, &subject, account, paper->again_fen);
}

static bool same_line(const struct posting_line *a, const struct posting_line *b)
{
    return strcmp(a->account, b->account) == 0 && a->side == b->side && a->amount_fen == b->amount_fen &&
           a->branch_id == b->branch_id && a->party_id == b->party_id && a->employee_id == b->employee_id;
}

/* The debit of a receipt comes first. */
bool paper_moves_money(const struct paper *paper)
{
    return paper->differs &&
           (paper->draft.count == 0 || !same_line(&paper->lines[0], &paper->draft.lines[0]));
}

static bool differs(const struct paper *paper)
{
    if (paper->draft.count != paper->nlines)
        return true;
    for (size_t i = 0; i < paper->nlines; i++) {
        if (!same_line(&paper->lines[i], &paper->draft.lines[i]))
            return true;
    }
    return paper->method && paper->again_method && strcmp(paper->method, paper->again_method) != 0;
}

static bool is_commission(const struct paper *paper)
{
    return is(paper->kind, "payable") && paper->party_id == NIL;
}

static int draw(struct settle *it, struct paper *paper)
{
    bool receipt = is(paper->kind, "receipt");
    int result;
    paper->again_fen = paper->amount_fen;
    paper->again_tax = paper->tax_fen;
    paper->again_party = moved(paper->party_id, it->was->customer_id, it->now->customer_id);
    paper->again_employee = moved(paper->employee_id, it->was->driver_id, it->now->driver_id);
    paper->again_method = receipt && it->repaid ? it->now->method : paper->method;
    if (is(paper->kind, "receivable") && it->repriced)
        result = draw_receivable(it, paper);
    else if (receipt && (it->repriced || it->repaid))
        result = draw_receipt(it, paper);
    else if (is_commission(paper))
        result = draw_commission(it, paper);
    else if (is(paper->kind, "payable") && it->moved)
        result = draw_cost(it, paper);
    else if (is(paper->kind, "adjustment") && it->repriced)
        result = draw_difference(it, paper);
    else
        result = draw_moved(it, paper);
    if (receipt)
        purse_of(it, paper->charge)->settled_fen += paper->amount_fen;
    paper->differs = differs(paper);
    return result;
}

/* One that was not there: a receivable of who had nothing to pay, a cost where none was. */
static int draw_new(struct settle *it, const char *kind, struct charge *charge)
{
    struct paper *paper = &it->papers[it->npapers++];
    *paper = (struct paper){.id = NIL,
                            .kind = kind,
                            .charge = charge,
                            .party_id = NIL,
                            .employee_id = NIL,
                            .again_employee = NIL,
                            .differs = true};
    return is(kind, "payable") ? draw_cost(it, paper) : draw_receivable(it, paper);
}

static int draw_missing(struct settle *it)
{
    int result = 0;
    bool cost = false;
    for (size_t i = 0; i < it->npapers; i++)
        cost |= is(it->papers[i].kind, "payable") && !is_commission(&it->papers[i]);
    for (size_t i = 0; result == 0 && it->repriced && i < it->ncharges; i++) {
        if (!it->purses[i].has_receivable && it->charges[i].amount_fen > 0)
            result = draw_new(it, "receivable", &it->charges[i]);
    }
    if (result == 0 && it->moved && !cost && it->ncharges > 0 && it->now->supplier_id != NIL)
        result = draw_new(it, "payable", &it->charges[0]);
    return result;
}

int papers_draw(struct settle *it)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < it->npapers; i++)
        result = draw(it, &it->papers[i]);
    if (result == 0)
        result = draw_missing(it);
    return result == 0
               ? 0
               : request_fail(it->act->request, ERR_INVALID, NULL, N_("This amount cannot be posted"), NULL);
}

void paper_take_back(struct paper *paper)
{
    paper->differs = true;
    paper->draft.count = 0;
    paper->again_fen = 0;
}

struct paper *paper_last(struct settle *it, const struct charge *charge, const char *kind)
{
    struct paper *found = NULL;
    for (size_t i = 0; i < it->npapers; i++) {
        if (it->papers[i].charge == charge && is(it->papers[i].kind, kind))
            found = &it->papers[i];
    }
    return found;
}
