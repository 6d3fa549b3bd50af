/* What the other areas may ask of finance: to make and post one document. Nothing else posts. */
#pragma once

#include "base/time.h"
#include "server/entity/entity.h"

struct posting_line {
    const char *account; /* code in the chart of accounts */
    char side;           /* 'D' or 'C' */
    int64_t amount_fen;  /* signed: negative is red */
    int64_t branch_id;
    int64_t party_id;     /* NIL: none */
    int64_t employee_id;  /* NIL: none */
    const char *business; /* line of work: "rescue", "travel", … */
};

struct document_post {
    /* Drawn by finance_document_draw(); 0: drawn in the statement, and then watchers at this server hear nothing. */
    int64_t id;
    const char *kind;   /* receivable, payable, receipt, payment, refund, adjustment */
    const char *entity; /* what it is about: "rescue" */
    int64_t row_id;
    int64_t charge_id;
    int sequence; /* unique within (entity, row, charge, kind) */
    int64_t branch_id;
    int64_t party_id;
    int64_t employee_id; /* whose money it is, a driver's for instance; 0 or NIL: nobody's */
    int64_t amount_fen;
    int64_t tax_fen;
    struct day day;     /* business day in the branch's zone */
    const char *method; /* payment method, NULL: none */
    const char *reason; /* NULL: none */
    int64_t red_of;     /* document reversed by this one, NIL: none */
    const char *word;   /* voucher word: 收 付 转 */
    const char *text;   /* summary of the entry */
    int64_t maker_id, checker_id, poster_id;
    const struct posting_line *lines;
    size_t nlines;
};

/* Queues the drawing of a document's id, in an action's load: it rides in the first flush. The id is rows_int(rows, 0, 0). */
struct rows *finance_document_draw(struct request *request);

/* Queues the document and its ledger entry, in the transaction of the request; the database refuses what does not balance or a closed
 * period. Lines whose amount is 0 are left out. The database chooses the period: the day's, or where that is closed the earliest open one. */
void finance_document_post(struct request *request, const struct document_post *post);

/* Letters in front of the number of a document of this kind; day and id follow: AR260301-17. */
const char *finance_document_letters(const char *kind);

/* What ledger_post() takes for a document; NULL when every amount is 0 and nothing is posted. */
const char *finance_entry_json(struct arena *arena, const struct document_post *post);

/* Account of a payment method's money ("cash" → till …), from base data; NULL when the method is unknown. */
const char *finance_method_account(const char *method);

/* Whether money by this method is with the driver until handed in ("cash_on_site"): posting_driver_cash instead of posting_receipt. */
bool finance_method_by_driver(const char *method);

/* Whether it uses what the customer paid before it was due (2203) instead of new money. */
bool finance_method_of_advance(const char *method);

/* Refuses to use more of an advance than there is of it, or than is due. */
must_check int finance_advance_check(struct request *request, int64_t amount_fen, int64_t due_fen,
                                     int64_t advance_fen);

/* Account of a difference on clear ("discount", "bad_debt" …), from base data clear_difference; NULL when the reason is unknown. */
const char *finance_difference_account(const char *reason);

/* Up to this amount whoever may clear gives the reason, though it has a role; 0: nothing. */
int64_t finance_difference_limit(const char *reason);

/* Role that somebody must hold to use the reason, NULL when anybody may who may clear. */
const char *finance_difference_role(const char *reason);

/* Account that bears a driver's shortage ("wages", "loss" …), from base data shortage; NULL when that is unknown. */
const char *finance_shortage_account(const char *decision);

/* Up to this amount one person decides it; 0: nothing. */
int64_t finance_shortage_limit(const char *decision);

/* What becomes of a driver's overage ("driver", "income" …), from base data overage; false when that is unknown. `account_r`: where it goes, NULL: out
 * again by a payment method. `limit_r`: up to this amount one person decides it. */
bool finance_overage(const char *decision, const char **account_r, int64_t *limit_r);

/* Output VAT of a service in basis points, from base data service; -1 when it is unknown. */
int finance_service_rate_bp(const char *service);

extern const struct area finance_area;
