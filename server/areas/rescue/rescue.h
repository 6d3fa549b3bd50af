/*
 * A rescue order: one job for a vehicle, from the call to the cleared receivable. The flow is the rows of flow.c; the hooks they name are
 * in a file per part of the work: intake.c (create, update, copy, contact, urge), dispatch.c (who goes), job.c (what the driver does),
 * result.c, money.c and onestop.c.
 */
#pragma once

#include "server/entity/entity.h"

struct rescue {
    int64_t branch_id;
    int64_t created_by;
    struct instant created_at;
    const char *number;
    /* who, what, where */
    int64_t customer_id;
    const char *principal;
    const char *contact_name, *contact_phone;
    const char *plate, *car_model, *colour, *vin;
    const char *external_number, *policy_number;
    const char *service, *road;
    const char *place;
    double lon, lat;
    const char *destination;
    double destination_lon, destination_lat;
    struct instant appoint_at;
    const char *remarks;
    /* the flow */
    const char *state;
    int64_t vehicle_id, driver_id;
    int64_t refused_by;
    int64_t linked_id;
    bool to_confirm;
    struct instant contacted_at;
    int64_t urges;
    struct instant urged_at;
    struct instant dispatched_at, accepted_at, departed_at, arrived_at, done_at, voided_at;
    int64_t sla_dispatch_s, sla_accept_s, sla_arrive_s;
    struct instant due_at;
    int64_t late_s;
    bool waits;
    const char *result, *result_remarks;
    int64_t notice_id; /* NIL: not from a third party */
    struct instant cancel_at;
    const char *cancel_reason;
    const char *withdrawal;
    struct instant proceed_at;
    const char *proceed_reason;
    /* the job as done */
    int64_t km, km_out, km_tow;
    int64_t taken_fen;
    const char *taken_method;
    const char *signed_by;
    struct line_set items, charges;
    /* the money */
    const char *money_state;
    int64_t agreement_id;
    int64_t free_times, free_km;
    int64_t estimate_km, estimate_fen;
    const char *estimate_parts;
    int64_t proposal_fen, price_fen;
    const char *price_parts;
    const char *method;
    int64_t received_fen;
    int64_t driver_fen, handed_fen; /* of it by way of the driver; what he handed in */
    int64_t supplier_id, cost_fen, commission_fen;
    const char *clear_reason, *asked_reason;
    const char *statement;
    bool onestop;
    int64_t audited_by, priced_by, received_by, cleared_by;
    struct instant audited_at, priced_at, received_at, cleared_at;
};

struct rescue_item {
    int64_t id;
    const char *code;
    int64_t quantity;
    int64_t amount_fen;
};

struct rescue_charge {
    int64_t id;
    int64_t payer_id;
    int64_t share_fen,
        share_bp; /* how his part is reckoned: one of the three, or none: what the others leave */
    struct text_set parts;
    const char *method;
    const char *money_state;
    int64_t amount_fen, received_fen;
    const char *asked_reason;
    int64_t asked_by;
};

extern const struct entity rescue_entity, rescue_item_entity, rescue_charge_entity;

/* The rows of the flow. */
enum { RESCUE_ACTIONS = 32 };
extern const struct action rescue_actions[RESCUE_ACTIONS];
extern const struct choice rescue_states[], rescue_money_states[], rescue_results[], rescue_outcomes[],
    rescue_charge_parts[], rescue_signatures[], rescue_withdrawals[];
