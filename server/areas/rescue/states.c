/* What an order can be in: its states, its money's, its result's, and the kinds its fields choose from. */
#include "server/areas/rescue/rescue.h"

const struct choice rescue_states[] = {
    {"new", N_("New")},
    {"dispatched", N_("Dispatched")},
    {"accepted", N_("Accepted")},
    {"on_the_way", N_("On the way")},
    {"arrived", N_("Arrived")},
    {"done", N_("Done")},
    {"empty", N_("Empty run"), .side = true},
    {"void", N_("Void"), .side = true},
    {NULL},
};

const struct choice rescue_money_states[] = {
    {"unaudited", N_("Not audited")}, {"audited", N_("Audited")}, {"priced", N_("Priced")},
    {"received", N_("Received")},     {"cleared", N_("Cleared")}, {NULL},
};

const struct choice rescue_results[] = {
    {"none", N_("Not asked for")},
    {"pending", N_("To be confirmed")},
    {"confirmed", N_("Confirmed")},
    {"disputed", N_("Disputed")},
    {NULL},
};

/* Of an order by the third party that gave it. Follows from cancel_at and state, in the database. */
const struct choice rescue_withdrawals[] = {
    {"none", N_("None")},
    {"asked", N_("To be decided")},
    {"settled", N_("Settled")},
    {NULL},
};

/* Of the price, as a payer may have them; free parts go with what they are taken off. */
const struct choice rescue_charge_parts[] = {
    {"base", N_("Base price")}, {"km", N_("Further km")},
    {"night", N_("Night")},     {"holiday", N_("Holiday")},
    {"item", N_("Items")},      {"toll", N_("Tolls")},
    {"empty", N_("Empty run")}, {NULL},
};

const struct choice rescue_signatures[] = {
    {"code", N_("By code")},
    {"photo", N_("On a photo")},
    {NULL},
};

const struct choice rescue_outcomes[] = {
    {"done", N_("Done")},
    {"empty", N_("Empty run")},
    {NULL},
};
