/*
 * The standard lines of each event that is posted, as pure functions: they fill a draft, touch no database, and what they fill always
 * balances. A negative amount is red: same accounts, same sides. Results: 0; -EINVAL (NIL, a wrong part, no such reason);
 * -ERANGE (an amount that does not fit, more lines than an entry may have). A failed call leaves the draft as it was.
 *
 *     struct posting_draft draft = {0};
 *     int64_t tax;
 *     if (posting_receivable(&draft, &about, price_fen, rate_bp, &tax) < 0) …
 *     post.lines = draft.lines, post.nlines = draft.count, post.tax_fen = tax;
 */
#pragma once

#include "base/util.h"
#include "server/areas/finance/accounts.h"
#include "server/areas/finance/area.h"

/* The most lines one entry takes; the database holds to it too. */
enum { POSTING_LINES_MAX = 100 };

struct posting_draft {
    struct posting_line lines[POSTING_LINES_MAX];
    size_t count;
};

/* Dimensions that every line of an event carries. */
struct posting_subject {
    int64_t branch_id;
    int64_t party_id;     /* the payer, or the supplier of a cost */
    int64_t employee_id;  /* NIL, or the driver whose money or pay it is */
    const char *business; /* "rescue" */
};

/* A charge is priced: receivable / income net + output VAT. `tax_r` may be NULL. */
must_check int posting_receivable(struct posting_draft *draft, const struct posting_subject *about,
                                  int64_t gross_fen, int rate_bp, int64_t *tax_r);

/* Money came in on `account` (of the payment method): money / receivable as far as `due_fen` goes, the excess / customer advance. */
must_check int posting_receipt(struct posting_draft *draft, const struct posting_subject *about,
                               const char *account, int64_t amount_fen, int64_t due_fen);

/* The driver took the money on site: receivable (driver) / receivable (payer), the excess / customer advance. */
must_check int posting_driver_cash(struct posting_draft *draft, const struct posting_subject *about,
                                   int64_t amount_fen, int64_t due_fen);

/* The driver hands it in: money / receivable (driver). Or somebody bears what is missing: `account` is then that of base data shortage. */
must_check int posting_hand_in(struct posting_draft *draft, const struct posting_subject *about,
                               const char *account, int64_t amount_fen);

/* He hands in more than he holds: money / pending over and short, until somebody finds out whose it is. */
must_check int posting_over(struct posting_draft *draft, const struct posting_subject *about,
                            const char *account, int64_t amount_fen);

/* It is known: pending over and short / the money it is paid back from, or the account it is taken to. */
must_check int posting_over_settled(struct posting_draft *draft, const struct posting_subject *about,
                                    const char *account, int64_t amount_fen);

/* What is left of a receivable is given up: discount, bad debt or other / receivable. `account` is that of the reason, from
 * finance_difference_account(). */
must_check int posting_difference(struct posting_draft *draft, const struct posting_subject *about,
                                  const char *account, int64_t amount_fen);

/* What stands open on about's party, as the debits on `account` above its credits, becomes another's: it is taken from the side of the one and put
 * on the same of the other. */
must_check int posting_carry_over(struct posting_draft *draft, const struct posting_subject *about,
                                  int64_t into_party_id, const char *account, int64_t open_fen);

/* A contracted vehicle's cost: cost / payable (supplier = about->party_id). */
must_check int posting_contracted_cost(struct posting_draft *draft, const struct posting_subject *about,
                                       int64_t amount_fen);

/* A driver's commission: cost / payable (employee). */
must_check int posting_commission(struct posting_draft *draft, const struct posting_subject *about,
                                  int64_t amount_fen);

/* The red mirror of lines once posted: same accounts and sides, negative amounts. */
must_check int posting_red(struct posting_draft *draft, const struct posting_line *lines, size_t count);

/* Voucher word of a document kind: 收 for receipts, 付 for payments and refunds, 转 for the rest. */
const char *posting_word(const char *document_kind);

/* Sum of debits less sum of credits; 0 for every draft made here. */
must_check int posting_balance(const struct posting_line *lines, size_t count, int64_t *sum_r);
