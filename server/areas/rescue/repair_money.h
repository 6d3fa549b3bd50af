/* The papers of a repaired order, for repair_papers.c (as they stand and as they should be) and repair_money.c (steps, and what is written). */
#pragma once

#include "server/areas/finance/area.h"
#include "server/areas/finance/postings.h"
#include "server/areas/rescue/charge.h"
#include "server/areas/rescue/repair.h"

/* A payer of the order, and what was seen of his money so far. */
struct purse {
    int64_t settled_fen; /* of what came in, by the receipts looked at */
    bool has_receivable, has_difference;
};

struct paper {
    int64_t id; /* NIL: there is none yet */
    const char *kind;
    struct charge *charge;
    int64_t party_id, employee_id, amount_fen, tax_fen;
    const char *method, *reason;
    const struct posting_line *lines;
    size_t nlines;
    /* as it should be; no lines: not at all */
    struct posting_draft draft;
    int64_t again_party, again_employee, again_fen, again_tax;
    const char *again_method;
    bool differs;
};

struct settle {
    struct act *act;
    const struct rescue *was;
    struct rescue *now;
    struct charge *charges;
    struct purse *purses; /* of the charges, in their order */
    size_t ncharges;
    struct paper *papers;
    size_t npapers;
    bool repriced, repaid, moved; /* amounts are others; money came in another way; another vehicle went */
    size_t next_id;
};

int64_t repair_due(const struct charge *charge);

/* Where the order stands once it is settled so: where the least advanced of its payers does. */
const char *settle_state(const struct settle *it);

/* As the charges and papers stand. Negative: they do not make one whole. */
must_check int papers_take(struct settle *it, struct rows *charges, struct rows *papers);

/* As they should be, now that the charges are as they will be: 0, or what request_fail() gave. */
must_check int papers_draw(struct settle *it);

/* Of a receipt: what came in is elsewhere then, or with somebody else. */
bool paper_moves_money(const struct paper *paper);
void paper_take_back(struct paper *paper);
/* The last of a kind that stands; NULL: none. */
struct paper *paper_last(struct settle *it, const struct charge *charge, const char *kind);
