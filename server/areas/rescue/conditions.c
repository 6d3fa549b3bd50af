#include "server/areas/rescue/conditions.h"

#define ME "current_setting('app.self')::bigint"

/* A part of the price that is on a live statement is paid with it, and keeps its amount: the database holds to that. */
#define LEAVES_STATEMENT                                                                                     \
    {                                                                                                        \
        .holds = "t.money_state <> 'priced' OR NOT EXISTS (SELECT FROM statement_line l WHERE l.order_id "   \
                 "= t.id AND l.live)",                                                                       \
        .why = N_("The order is on a statement that is not settled: take it off there first")                \
    }
/* Where one payer's part is, another's may be paid by itself. */
#define ANY_BESIDE_STATEMENT                                                                                 \
    {                                                                                                        \
        .holds = "t.money_state <> 'priced' OR EXISTS (SELECT FROM rescue_charge c WHERE c.order_id = "      \
                 "t.id AND c.money_state = 'priced' AND NOT EXISTS (SELECT FROM statement_line l WHERE "     \
                 "l.charge_id = c.id AND l.live))",                                                          \
        .why = N_("The order is on a statement that is not settled: take it off there first")                \
    }

const struct condition dispatch_conditions[] = {
    {.holds = "NOT t.to_confirm",
     .why = N_("The person at the car must be contacted before a vehicle is sent")},
};

/* Once a vehicle is sent, voiding calls it back: that takes the right to. */
const struct condition void_conditions[] = {
    {.holds = "t.vehicle_id IS NULL",
     .unless = "rescue.recall",
     .why = N_("A vehicle is sent already: only who may recall it voids the order"),
     .person = true},
};

const struct condition collect_conditions[] = {
    {.holds = "t.money_state IS NULL OR t.money_state = 'unaudited'",
     .why = N_("The order is audited: it must be returned before it is changed")},
};

const struct condition update_conditions[] = {
    {.holds = "t.state <> 'done' OR t.money_state = 'unaudited'",
     .why = N_("The order is audited: it must be returned before it is changed")},
};

const struct condition audit_conditions[] = {
    {.holds = "t.created_by IS DISTINCT FROM " ME,
     .why = N_("Who entered an order does not audit it"),
     .person = true},
    {.holds = "t.result NOT IN ('pending', 'disputed')",
     .why = N_("The customer has not confirmed the result yet")},
};

const struct condition price_conditions[] = {
    {.holds = "t.received_fen = 0",
     .why = N_("Money came in already: a difference is cleared, not priced away")},
    {.holds = "t.audited_by IS DISTINCT FROM " ME,
     .unless = "rescue.onestop",
     .why = N_("Who audited an order does not price it"),
     .person = true},
    LEAVES_STATEMENT,
};

const struct condition receive_conditions[] = {
    {.holds = "t.priced_by IS DISTINCT FROM " ME,
     .unless = "rescue.onestop",
     .why = N_("Who priced an order does not receive its money"),
     .person = true},
    ANY_BESIDE_STATEMENT,
};

/* Who received money gave his name to a receipt of the order, or of a statement it was paid with. */
const struct condition approve_conditions[] = {
    {.holds = "t.asked_reason IS NOT NULL", .why = N_("No difference of this order waits for an approval")},
    {.holds = "t.asked_reason IS NULL OR EXISTS (SELECT FROM rescue_charge c WHERE c.order_id = t.id AND "
              "c.asked_by <> " ME ") AND NOT EXISTS (SELECT FROM document d WHERE d.entity = 'rescue' AND "
              "d.row_id = t.id AND d.kind = 'receipt' AND d.maker_id = " ME " AND d.state = 'posted')",
     .why = N_("Who asked for a difference, or received the money, does not approve it"),
     .person = true},
};

const struct condition decline_conditions[] = {
    {.holds = "t.asked_reason IS NOT NULL", .why = N_("No difference of this order waits for an approval")},
};

const struct condition return_conditions[] = {
    {.holds = "t.received_fen = 0", .why = N_("Money came in already: the order cannot be returned")},
    LEAVES_STATEMENT,
};

const struct condition onestop_conditions[] = {
    {.holds = "t.money_state <> 'unaudited' OR t.created_by IS DISTINCT FROM " ME,
     .why = N_("Who entered an order does not audit it"),
     .person = true},
    {.holds = "t.money_state <> 'unaudited' OR t.result NOT IN ('pending', 'disputed')",
     .why = N_("The customer has not confirmed the result yet")},
    ANY_BESIDE_STATEMENT,
};
