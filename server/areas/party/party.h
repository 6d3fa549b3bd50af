/* One table, shown by several descriptors: a party may be customer, supplier and channel at once. */
#pragma once

#include "server/entity/entity.h"

struct party {
    int64_t branch_id; /* NIL: a firm, shared by all branches */
    struct text_set roles;
    const char *kind;
    const char *code;
    const char *name, *short_name;
    const char *phone, *phone2;
    const char *email;
    const char *district;
    const char *address;
    double place_lon, place_lat;
    const char *id_number;
    struct line_set contacts;
    struct line_set plates;
    const char *invoice_title, *tax_number, *invoice_address;
    const char *bank_name, *bank_account;
    int64_t credit_limit_fen;
    int64_t terms_days;
    const char *settlement;
    bool result_required;
    bool opted_out;
    const char *language;
    const char *remarks;
    int64_t merged_into;
};

struct party_contact {
    int64_t position;
    const char *name;
    const char *job_title;
    const char *phone;
    const char *email;
    const char *remarks;
};

struct party_plate {
    int64_t position;
    const char *plate;
    const char *car_model;
    const char *colour;
    const char *vin;
    const char *remarks;
};

enum { PARTY_NFIELDS = 29 };
extern const struct field party_fields[PARTY_NFIELDS];
extern const struct entity party_contact_entity;
extern const struct entity party_plate_entity;

/* Hooks that every descriptor of the table shares. in_tx is told the role its records must have ("customer") and the letter of their
 * codes by wrapping. */
entity_hook merge_load, merge_in_tx; /* customer.merge */
int party_check(struct act *act);
int party_load(struct act *act);
int party_in_tx(struct act *act, const char *role, char letter);
