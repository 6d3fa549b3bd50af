#include "server/areas/rescue/area.h"

#include "rescue_words.h"
#include "server/areas/rescue/rescue.h"
#include "server/areas/rescue/verbs.h"
#include "server/entity/filtered.h"

static const struct entity *const entities[] = {RESCUE_ENTITIES};

static const struct field counts_args[] = {FILTERED_ARGS};

static const struct field estimate_args[] = {
    ARG(customer_id, FIELD_ID, .label = N_("Customer"), .required = true, .help = N_("Who orders.")),
    ARG(branch_id, FIELD_ID, .label = N_("Branch"),
        .help = N_("The station that gets the job. Empty: one's own.")),
    ARG(service, FIELD_CHOICE, .base = "service", .label = N_("Service"), .required = true,
        .help = N_("What is to be done.")),
    ARG(plate, FIELD_TEXT, .label = N_("Plate"), .max = 32, .help = N_("Of the car.")),
    ARG(policy_number, FIELD_CODE, .label = N_("Policy"), .max = 40,
        .help = N_("Free services may be counted by it.")),
    ARG(contact_phone, FIELD_TEXT, .label = N_("Phone"), .max = 32, .help = N_("Of the person at the car.")),
    ARG(lon, FIELD_POINT, .label = N_("Longitude"), .help = N_("Of the place.")),
    ARG(lat, FIELD_POINT, .label = N_("Latitude"), .help = N_("Of the place.")),
    ARG(destination_lon, FIELD_POINT, .label = N_("Destination longitude"),
        .help = N_("Of the destination.")),
    ARG(destination_lat, FIELD_POINT, .label = N_("Destination latitude"), .help = N_("Of the destination.")),
    ARG(estimate_km, FIELD_INT, .label = N_("Estimated km"), .min = 0, .max = 9999,
        .help = N_("Empty: taken from the place and the destination.")),
    ARG(appoint_at, FIELD_TIME, .label = N_("Appointment"),
        .help = N_("Night and holiday count by this time.")),
    ARG(charges, FIELD_LINES, .lines = &rescue_charge_entity, .label = N_("Payers"), .max = 10,
        .help = N_("Who pays what; the answer says how much of the estimate each of them does.")),
};

static const struct field held_args[] = {
    ARG(driver_id, FIELD_ID, .label = N_("Driver"), .min = 1,
        .help = N_("His orders, one by one. Empty: a row for each driver.")),
    ARG(branch_id, FIELD_ID, .label = N_("Branch"), .min = 1, .help = N_("Only orders of this branch.")),
};

static const struct verb verbs[] = {
    {
        .name = "handin.held",
        .permission = "handin.held",
        .label = N_("Money drivers hold"),
        .help = N_("What drivers took on site and have not handed in, the oldest first."),
        .args = held_args,
        .nargs = array_len(held_args),
        .run = handin_held,
    },
    {
        .name = "handin.mine",
        .permission = "handin.mine",
        .label = N_("My money"),
        .help =
            N_("What one holds oneself of what one took on site, the oldest first, and what one handed in."),
        .run = handin_mine,
    },
    {
        .name = "rescue.suggest",
        .permission = "rescue.suggest",
        .label = N_("Suggest vehicles"),
        .help = N_("Ranks the vehicles for an order by distance, fitness, load and shift, with what speaks "
                   "against each."),
        .takes = TAKES_ID,
        .run = rescue_suggest,
    },
    {
        .name = "rescue.needs",
        .permission = "rescue.get",
        .label = N_("What a job needs"),
        .help = N_("The photos and the signature that the service of an order wants before it is completed, "
                   "and what of it "
                   "is there; and where its customer pays by a code."),
        .takes = TAKES_ID,
        .run = rescue_needs,
    },
    {
        .name = "rescue.estimate",
        .permission = "rescue.create",
        .label = N_("Estimate"),
        .help = N_("Works out the price before an order is saved, and warns of live orders of the same car "
                   "or caller."),
        .args = estimate_args,
        .nargs = array_len(estimate_args),
        .run = rescue_estimate,
    },
    {
        .name = "rescue.counts",
        .permission = "rescue.counts",
        .label = N_("Count orders"),
        .help = N_(
            "How many orders one sees in each state of the monitor, how many of them are late, and how many "
            "appointments wait; done ones of the last 24 hours; of those a filter lets through, as in the "
            "list. `next` is when a count changes by itself."),
        .args = counts_args,
        .nargs = array_len(counts_args),
        .run = rescue_counts,
    },
};

const struct area rescue_area = {
    .name = "rescue",
    .label = N_("Rescue"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};
