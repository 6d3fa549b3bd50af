/* One payer's part of an order's price, in a command that moves its money. */
#pragma once

#include "server/areas/rescue/rescue.h"

struct charge {
    int64_t id, payer_id;
    int64_t share_fen, share_bp; /* how his part is reckoned, as in struct rescue_charge */
    struct text_set parts;
    const char *method, *money_state;
    int64_t amount_fen, received_fen;
    int64_t documents; /* made so far */
    const char *asked_reason;
    int64_t asked_by;
    bool fresh;   /* not in the database yet */
    bool changed; /* to be written */
};

/* The payers as a client gave them: one takes what the others leave, nobody stands there twice. */
must_check int charges_check(struct request *request, const struct line_set *set);

/* Their amounts, which sum to the price. Negative: the fixed ones are more than it. `price_parts`: as price_parts_json() wrote them, may be NULL;
 * where the price set is another than they make, the difference is of who takes what is left. */
must_check int charges_split(struct charge *charges, size_t count, int64_t price_fen,
                             const char *price_parts);
