/* Third parties and the orders they tell us: the files of the area share this. */
#pragma once

#include "server/entity/entity.h"

struct order_notice {
    int64_t branch_id;
    struct instant created_at;
    int64_t partner_id;
    const char *foreign_number;
    const char *principal;
    const char *contact_name, *contact_phone;
    const char *plate, *car_model, *colour, *vin;
    const char *policy_number;
    const char *service, *road;
    const char *place;
    double lon, lat;
    const char *destination;
    double destination_lon, destination_lat;
    struct instant appoint_at;
    const char *remarks;
    const char *state;
    bool open;
    struct instant received_at;
    const char *how, *source;
    struct instant contacted_at, handled_at;
    int64_t handled_by;
    int64_t order_id;
    const char *state_reason;
    struct instant cancel_at;
    int64_t waited_s;       /* computed */
    struct instant late_at; /* computed */
};

extern const struct entity order_notice_entity;

/* notice_flow.c */
entity_hook notice_check, notice_load, notice_in_tx; /* create */
entity_hook notice_contact_in_tx, notice_convert_in_tx, notice_reject_in_tx;
entity_hook notice_withdraw_load, notice_withdraw_in_tx;

int notice_results(struct request *request); /* results.c */
