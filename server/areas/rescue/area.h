/* What other areas may ask of rescue. */
#pragma once

#include "server/entity/entity.h"

extern const struct area rescue_area;

/* Of descriptors that show an order in part. */
extern const struct choice rescue_states[], rescue_results[];

/* Fields of a job as a call tells it: of an order, and of what a third party tells before it is one. */
#define RESCUE_CAR_FIELDS(record)                                                                            \
    FIELD(record, colour, .label = N_("Colour"), .max = 20,                                                  \
          .help = N_("So that the driver finds the car.")),                                                  \
        FIELD(record, vin, .type = FIELD_CODE, .label = N_("VIN"), .max = 17,                                \
              .help = N_("Vehicle identification number."))
#define RESCUE_PLACE_FIELDS(record)                                                                          \
    FIELD(record, place, .label = N_("Place"), .max = 200, .required = true, .width = 24,                    \
          .help = N_("Address or landmark where the car stands.")),                                          \
        FIELD(record, lon, .label = N_("Longitude"), .min = -180, .max = 180,                                \
              .help = N_("Of the place, in degrees, east positive (WGS 84).")),                              \
        FIELD(record, lat, .label = N_("Latitude"), .min = -90, .max = 90,                                   \
              .help = N_("Of the place, in degrees, north positive (WGS 84).")),                             \
        FIELD(record, destination, .label = N_("Destination"), .max = 200, .width = 20,                      \
              .help = N_("Where a towed car goes.")),                                                        \
        FIELD(record, destination_lon, .label = N_("Destination longitude"), .min = -180, .max = 180,        \
              .help = N_("In degrees, east positive (WGS 84).")),                                            \
        FIELD(record, destination_lat, .label = N_("Destination latitude"), .min = -90, .max = 90,           \
              .help = N_("In degrees, north positive (WGS 84).")),                                           \
        FIELD(record, appoint_at, .label = N_("Appointment"), .width = 11,                                   \
              .help = N_("When the vehicle should be there, if not at once."))

void rescue_register_clock(void);  /* what it does by the clock, likewise */
void rescue_register(void);        /* its jobs; in main, before threads */
void rescue_register_repair(void); /* what may be repaired of an order */
