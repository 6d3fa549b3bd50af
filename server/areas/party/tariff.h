/* What agreements and price lists have in common: what a service costs, and from when to when. */
#pragma once

#include "server/entity/entity.h"

#define TARIFF_PRICE_FIELDS(record)                                                                          \
    FIELD(record, service, .type = FIELD_CHOICE, .base = "service", .label = N_("Service"),                  \
          .required = true, .create_only = true, .sortable = true, .width = 14,                              \
          .help = N_("Which service the price is for.")),                                                    \
        FIELD(record, base_fen, .type = FIELD_FEN, .label = N_("Base price"), .required = true, .width = 10, \
              .help = N_("For the service with the kilometres included; with VAT.")),                        \
        FIELD(record, included_km, .filled = true, .label = N_("Kilometres included"), .min = 0,             \
              .max = 10000, .init = "0", .width = 6, .help = N_("Covered by the base price.")),              \
        FIELD(record, per_km_fen, .filled = true, .type = FIELD_FEN, .label = N_("Each further km"),         \
              .init = "0", .width = 8, .help = N_("For each kilometre beyond; with VAT.")),                  \
        FIELD(record, night_bp, .filled = true, .label = N_("Night supplement"), .min = 0, .max = 100000,    \
              .init = "0", .width = 6,                                                                       \
              .help =                                                                                        \
                  N_("Added at night to base and kilometres, in hundredths of a percent: 2000 is 20 %.")),   \
        FIELD(record, holiday_bp, .filled = true, .label = N_("Holiday supplement"), .min = 0,               \
              .max = 100000, .init = "0", .width = 6,                                                        \
              .help = N_("Added on public holidays, in hundredths of a percent."))

#define TARIFF_VALIDITY_FIELDS(record)                                                                       \
    FIELD(record, valid_from, .label = N_("Valid from"), .required = true, .init = "2000-01-01",             \
          .sortable = true, .help = N_("First day it holds. Of several that hold, the latest counts.")),     \
        FIELD(record, valid_to, .label = N_("Valid to"), .required = true, .init = "9999-12-31",             \
              .help = N_("Last day it holds."))

/* Refuses a validity that ends before it begins. */
must_check int tariff_check_validity(struct act *act, struct day from, struct day to);
