/* What agreements and price lists have in common: what a service costs, and from when to when. */
#pragma once

#include "server/entity/entity.h"

struct tariff_item {
    int64_t id;
    const char *code;
    int64_t each_fen;
};

/* Members that every record with a tariff has. */
#define TARIFF_MEMBERS                                                                                       \
    const char *service;                                                                                     \
    int64_t base_fen;                                                                                        \
    int64_t included_km;                                                                                     \
    int64_t per_km_fen;                                                                                      \
    int64_t night_bp, night_fen;                                                                             \
    const char *night_from, *night_to;                                                                       \
    int64_t holiday_bp, holiday_fen;                                                                         \
    int64_t empty_fen;                                                                                       \
    bool tolls_included;                                                                                     \
    struct line_set item_prices;                                                                             \
    struct day valid_from, valid_to

#define TARIFF_PRICE_FIELDS(record, item_entity)                                                             \
    FIELD(record, service, .type = FIELD_CHOICE, .base = "service", .label = N_("Service"),                  \
          .required = true, .create_only = true, .sortable = true, .width = 14,                              \
          .help = N_("Which service the price is for.")),                                                    \
        FIELD(record, base_fen, .type = FIELD_FEN, .label = N_("Base price"), .required = true, .width = 10, \
              .help = N_("For the service with the kilometres included; with VAT.")),                        \
        FIELD(record, included_km, .filled = true, .label = N_("Kilometres included"), .min = 0,             \
              .max = 10000, .init = "0", .width = 6, .help = N_("Covered by the base price.")),              \
        FIELD(record, per_km_fen, .filled = true, .type = FIELD_FEN, .label = N_("Each further km"),         \
              .init = "0", .width = 8, .help = N_("For each kilometre beyond; with VAT.")),                  \
        FIELD(record, night_bp, .type = FIELD_PERCENT, .filled = true, .label = N_("Night supplement"),      \
              .min = 0, .max = 100000, .init = "0", .width = 6,                                              \
              .help = N_("Added at night to base and kilometres, in percent: 20 or 12.5 %.")),               \
        FIELD(record, night_fen, .filled = true, .type = FIELD_FEN, .label = N_("Added at night"),           \
              .init = "0", .width = 8, .help = N_("A fixed amount beside it, once for the job.")),           \
        FIELD(record, night_from, .label = N_("Night from"), .max = 8,                                       \
              .help = N_("hh:mm in the branch's time. Empty: as set for the company.")),                     \
        FIELD(record, night_to, .label = N_("Night until"), .max = 8,                                        \
              .help = N_("hh:mm; earlier than its beginning: over midnight.")),                              \
        FIELD(record, holiday_bp, .type = FIELD_PERCENT, .filled = true, .label = N_("Holiday supplement"),  \
              .min = 0, .max = 100000, .init = "0", .width = 6,                                              \
              .help = N_("Added on public holidays to base and kilometres, in percent.")),                   \
        FIELD(record, holiday_fen, .filled = true, .type = FIELD_FEN, .label = N_("Added on holidays"),      \
              .init = "0", .width = 8, .help = N_("A fixed amount beside it, once for the job.")),           \
        FIELD(record, empty_fen, .filled = true, .type = FIELD_FEN, .label = N_("Empty run"), .init = "0",   \
              .width = 8, .help = N_("What an empty run costs where nothing else is said.")),                \
        FIELD(record, tolls_included, .label = N_("Tolls included"),                                         \
              .help = N_("Tolls are covered by the price. Else they are passed on as they are.")),           \
        FIELD(record, item_prices, .type = FIELD_LINES, .lines = item_entity, .label = N_("Items"),          \
              .max = 50,                                                                                     \
              .help = N_("What things used on the job cost each; others are charged as entered."))

#define TARIFF_VALIDITY_FIELDS(record)                                                                       \
    FIELD(record, valid_from, .label = N_("Valid from"), .required = true, .init = "2000-01-01",             \
          .sortable = true, .help = N_("First day it holds. Of two no day may be the same.")),               \
        FIELD(record, valid_to, .label = N_("Valid to"), .required = true, .init = "9999-12-31",             \
              .help = N_("Last day it holds."))

extern const struct field tariff_item_fields[2];
extern const char *const tariff_item_columns[];

/* The line table of one sort of tariff. */
#define TARIFF_ITEM_ENTITY(its_name, its_table, its_parent)                                                  \
    {                                                                                                        \
        .name = its_name, .area = "party", .table = its_table, .label = N_("Item price"),                    \
        .plural = N_("Item prices"), .help = N_("What things used on a job cost."),                          \
        .size = sizeof(struct tariff_item), .scope = SCOPE_COMPANY, .fields = tariff_item_fields,            \
        .nfields = array_len(tariff_item_fields), .title = "code", .columns = tariff_item_columns,           \
        .sort = "id", .flags = ENTITY_HIDDEN, .parent = its_parent,                                          \
    }

/* What of a tariff is checked whatever it belongs to. */
struct tariff_terms {
    struct day from, to;
    const char *night_from, *night_to;
    const struct line_set *items;
};

#define TARIFF_TERMS(record)                                                                                 \
    (&(struct tariff_terms){(record)->valid_from, (record)->valid_to, (record)->night_from,                  \
                            (record)->night_to, &(record)->item_prices})

/* Refuses a validity that ends before it begins, hours that are none, an item that stands there twice. */
must_check int tariff_check(struct act *act, const struct tariff_terms *terms);
