/* The money of one order in one command: its charges as they are and will be, and the documents that the steps make. */
#pragma once

#include "server/areas/finance/area.h"
#include "server/areas/finance/postings.h"
#include "server/areas/rescue/charge.h"
#include "server/areas/rescue/step.h"

/* What money_load queues; what a step does not need is not read. */
struct money_rows {
    struct rows *charges, *ids, *charge_id, *day, *posted, *receipts, *commission, *advance, *credit;
};

struct money {
    struct act *act;
    const struct rescue *was;
    struct charge *charges;
    size_t count;
    struct rows *ids, *posted, *commission, *advance, *credit;
    size_t next_id;
    struct day day; /* business day of the documents */
    int64_t me;
    bool received_before; /* this person recorded money of the order */
};

/* After the first flush: takes what was read. */
void money_begin(struct act *act, struct money *money);

/* Writes the charges back, and what the order shows of them. */
void money_end(struct money *money);

int64_t charge_due(const struct charge *charge);

/* The payers and their amounts for a price; makes the one row of an order without payers. */
must_check int money_split_price(struct money *money, int64_t price_fen);

/* One document each. */
must_check int money_post_receivable(struct money *money, struct charge *charge);
must_check int money_post_cost(struct money *money);
must_check int money_post_receipt(struct money *money, struct charge *charge, int64_t amount_fen,
                                  const char *method);
must_check int money_post_commission(struct money *money);
/* `asked_by`: who wanted what this person approves; NIL: himself. */
must_check int money_post_difference(struct money *money, struct charge *charge, const char *reason,
                                     int64_t asked_by);

/* What the driver gets for the job by the rule that was read, at this price; NIL: by none. */
must_check int money_commission(struct money *money, int64_t price_fen, int64_t *commission_r);
/* Red ones for every receivable and payable that stands. */
must_check int money_post_red(struct money *money);
