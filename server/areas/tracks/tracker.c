/* A device that reports where it is: a phone with a tracking program, a box in the vehicle. */
#include "server/entity/entity.h"

struct tracker {
    int64_t branch_id, vehicle_id;
    const char *code, *remarks;
    struct instant token_at, seen_at;
    int64_t battery;
};

static const struct field fields[] = {
    FIELD(tracker, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .width = 10,
          .help = N_("The station the device belongs to.")),
    FIELD(tracker, code, .type = FIELD_CODE, .label = N_("Device"), .max = 64, .required = true,
          .unique = true, .search = true, .sortable = true, .width = 16,
          .help = N_("What the device calls itself: the device identifier of the tracking program.")),
    FIELD(tracker, vehicle_id, .type = FIELD_REF, .ref = "vehicle", .label = N_("Vehicle"), .width = 10,
          .help = N_("The vehicle it sits in. What it reports late counts for the one it sat in then.")),
    FIELD(tracker, seen_at, .label = N_("Heard"), .virtual_ = true, .readonly = true, .width = 11,
          .sql = "(SELECT s.seen_at FROM tracker_seen s WHERE s.tracker_id = t.id)",
          .help = N_("When it reported last.")),
    FIELD(tracker, battery, .label = N_("Battery (%)"), .virtual_ = true, .readonly = true, .width = 7,
          .sql = "(SELECT round(s.battery)::bigint FROM tracker_seen s WHERE s.tracker_id = t.id)",
          .help = N_("As it said last.")),
    FIELD(tracker, token_at, .label = N_("Token made"), .readonly = true, .width = 11,
          .help = N_("Without a token nothing of the device is taken.")),
    FIELD(tracker, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 1000,
          .help = N_("Who has it, where it is mounted.")),
};

static const char *const columns[] = {"code",    "vehicle_id", "branch_id", "seen_at",
                                      "battery", "token_at",   "remarks",   NULL};
static const char *const main_tab[] = {"code",    "vehicle_id", "branch_id", "seen_at",
                                       "battery", "token_at",   "remarks",   NULL};
static const struct tab tabs[] = {{N_("Tracker"), main_tab}, {NULL}};

const struct entity tracker_entity = {
    .name = "tracker",
    .area = "rescue",
    .table = "tracker",
    .label = N_("Tracker"),
    .plural = N_("Trackers"),
    .help = N_("Devices that report where vehicles are, each with a token of its own. A disabled one is not "
               "heard."),
    .code = "tk",
    .size = sizeof(struct tracker),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "code",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .flags = ENTITY_CLOSED,
};
