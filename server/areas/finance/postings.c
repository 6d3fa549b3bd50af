#include "server/areas/finance/postings.h"

#include "base/money.h"

#include <errno.h>
#include <string.h>

const char *posting_word(const char *document_kind)
{
    if (strcmp(document_kind, "receipt") == 0)
        return "收";
    if (strcmp(document_kind, "payment") == 0 || strcmp(document_kind, "refund") == 0)
        return "付";
    return "转";
}

static bool valid(const struct posting_subject *about, int64_t amount_fen)
{
    return amount_fen != NIL && about->branch_id != NIL;
}

static int add(struct posting_draft *draft, const struct posting_subject *about, const char *account,
               char side, int64_t amount_fen)
{
    if (amount_fen == 0)
        return 0;
    if (draft->count == POSTING_LINES_MAX)
        return -ERANGE;
    draft->lines[draft->count++] = (struct posting_line){
        .account = account,
        .side = side,
        .amount_fen = amount_fen,
        .branch_id = about->branch_id,
        .party_id = about->party_id,
        .employee_id = about->employee_id,
        .business = about->business,
    };
    return 0;
}

/* One debit and up to two credits that share it. Nothing is left behind on failure. */
static int add_split(struct posting_draft *draft, const struct posting_subject *debit_about,
                     const char *debit, const struct posting_subject *about, const char *credit,
                     int64_t credit_fen, const char *rest, int64_t rest_fen)
{
    size_t before = draft->count;
    int64_t total;
    int result = money_add(credit_fen, rest_fen, &total);
    if (result == 0)
        result = add(draft, debit_about, debit, 'D', total);
    if (result == 0)
        result = add(draft, about, credit, 'C', credit_fen);
    if (result == 0)
        result = add(draft, about, rest, 'C', rest_fen);
    if (result < 0)
        draft->count = before;
    return result;
}

/* A payer's line does not carry the driver, and a driver's line does not carry the payer. */
static struct posting_subject of_party(const struct posting_subject *about)
{
    struct posting_subject party = *about;
    party.employee_id = NIL;
    return party;
}

static struct posting_subject of_employee(const struct posting_subject *about)
{
    struct posting_subject employee = *about;
    employee.party_id = NIL;
    return employee;
}

int posting_receivable(struct posting_draft *draft, const struct posting_subject *about, int64_t gross_fen,
                       int rate_bp, int64_t *tax_r)
{
    if (!valid(about, gross_fen) || rate_bp < 0 || about->party_id == NIL)
        return -EINVAL;
    int64_t net, tax;
    int result = money_net_of(gross_fen, rate_bp, &net, &tax);
    if (result < 0)
        return result;
    struct posting_subject payer = of_party(about);
    result = add_split(draft, &payer, ACCOUNT_RECEIVABLE, &payer, ACCOUNT_INCOME_SERVICE, net,
                       ACCOUNT_OUTPUT_VAT, tax);
    if (result == 0 && tax_r)
        *tax_r = tax;
    return result;
}

/* How much of what was paid settles the debt; the rest is an advance. A red receipt takes back in the same order. */
static int64_t settled_part(int64_t amount_fen, int64_t due_fen)
{
    if (due_fen == 0 || (due_fen < 0) != (amount_fen < 0))
        return 0;
    return amount_fen < 0 ? MAX(amount_fen, due_fen) : MIN(amount_fen, due_fen);
}

int posting_receipt(struct posting_draft *draft, const struct posting_subject *about, const char *account,
                    int64_t amount_fen, int64_t due_fen)
{
    if (!valid(about, amount_fen) || due_fen == NIL || !account || about->party_id == NIL)
        return -EINVAL;
    struct posting_subject payer = of_party(about);
    int64_t settled = settled_part(amount_fen, due_fen);
    return add_split(draft, &payer, account, &payer, ACCOUNT_RECEIVABLE, settled, ACCOUNT_ADVANCE,
                     amount_fen - settled);
}

int posting_driver_cash(struct posting_draft *draft, const struct posting_subject *about, int64_t amount_fen,
                        int64_t due_fen)
{
    if (!valid(about, amount_fen) || due_fen == NIL || about->party_id == NIL || about->employee_id == NIL)
        return -EINVAL;
    struct posting_subject payer = of_party(about), driver = of_employee(about);
    int64_t settled = settled_part(amount_fen, due_fen);
    return add_split(draft, &driver, ACCOUNT_EMPLOYEE_DUE, &payer, ACCOUNT_RECEIVABLE, settled,
                     ACCOUNT_ADVANCE, amount_fen - settled);
}

/* Two accounts that carry the driver. */
static int add_of_driver(struct posting_draft *draft, const struct posting_subject *about, const char *debit,
                         const char *credit, int64_t amount_fen)
{
    if (!valid(about, amount_fen) || !debit || about->employee_id == NIL)
        return -EINVAL;
    struct posting_subject driver = of_employee(about);
    return add_split(draft, &driver, debit, &driver, credit, amount_fen, NULL, 0);
}

int posting_hand_in(struct posting_draft *draft, const struct posting_subject *about, const char *account,
                    int64_t amount_fen)
{
    return add_of_driver(draft, about, account, ACCOUNT_EMPLOYEE_DUE, amount_fen);
}

int posting_over(struct posting_draft *draft, const struct posting_subject *about, const char *account,
                 int64_t amount_fen)
{
    return add_of_driver(draft, about, account, ACCOUNT_OVER_SHORT, amount_fen);
}

int posting_over_settled(struct posting_draft *draft, const struct posting_subject *about,
                         const char *account, int64_t amount_fen)
{
    return account ? add_of_driver(draft, about, ACCOUNT_OVER_SHORT, account, amount_fen) : -EINVAL;
}

int posting_difference(struct posting_draft *draft, const struct posting_subject *about, const char *account,
                       int64_t amount_fen)
{
    if (!valid(about, amount_fen) || !account || about->party_id == NIL)
        return -EINVAL;
    struct posting_subject payer = of_party(about);
    return add_split(draft, &payer, account, &payer, ACCOUNT_RECEIVABLE, amount_fen, NULL, 0);
}

int posting_carry_over(struct posting_draft *draft, const struct posting_subject *about,
                       int64_t into_party_id, const char *account, int64_t open_fen)
{
    if (!valid(about, open_fen) || !account || about->party_id == NIL || into_party_id == NIL)
        return -EINVAL;
    struct posting_subject from = of_party(about), into = from;
    into.party_id = into_party_id;
    if (open_fen < 0)
        return add_split(draft, &from, account, &into, account, -open_fen, NULL, 0);
    return add_split(draft, &into, account, &from, account, open_fen, NULL, 0);
}

int posting_contracted_cost(struct posting_draft *draft, const struct posting_subject *about,
                            int64_t amount_fen)
{
    if (!valid(about, amount_fen) || about->party_id == NIL)
        return -EINVAL;
    struct posting_subject supplier = of_party(about);
    return add_split(draft, &supplier, ACCOUNT_COST_CONTRACTED, &supplier, ACCOUNT_PAYABLE, amount_fen, NULL,
                     0);
}

int posting_commission(struct posting_draft *draft, const struct posting_subject *about, int64_t amount_fen)
{
    if (!valid(about, amount_fen) || about->employee_id == NIL)
        return -EINVAL;
    struct posting_subject driver = of_employee(about);
    return add_split(draft, &driver, ACCOUNT_COST_COMMISSION, &driver, ACCOUNT_COMMISSION_OWED, amount_fen,
                     NULL, 0);
}

int posting_red(struct posting_draft *draft, const struct posting_line *lines, size_t count)
{
    if (count > POSTING_LINES_MAX - draft->count)
        return -ERANGE;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].amount_fen == NIL)
            return -EINVAL;
    }
    for (size_t i = 0; i < count; i++) {
        draft->lines[draft->count] = lines[i];
        draft->lines[draft->count++].amount_fen = -lines[i].amount_fen;
    }
    return 0;
}

int posting_balance(const struct posting_line *lines, size_t count, int64_t *sum_r)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].amount_fen == NIL)
            return -EINVAL;
        int result = money_add(sum, lines[i].side == 'D' ? lines[i].amount_fen : -lines[i].amount_fen, &sum);
        if (result < 0)
            return result;
    }
    *sum_r = sum;
    return 0;
}
