/* Who may be sent with a vehicle: for the look-up of the dispatch, and nothing else. A view, so nothing of it is changed here. */
#include "server/entity/entity.h"

struct driver {
    const char *code, *name, *vehicles, *branch;
    bool on_shift;
    const char *busy, *words;
};

static const struct field fields[] = {
    FIELD(driver, code, .type = FIELD_CODE, .label = N_("Code"), .readonly = true, .search = true,
          .width = 10, .help = N_("Of the employee.")),
    FIELD(driver, name, .label = N_("Name"), .readonly = true, .search = true, .sortable = true, .width = 12,
          .help = N_("Who drives.")),
    FIELD(driver, vehicles, .label = N_("Vehicles"), .readonly = true, .search = true, .width = 20,
          .help = N_("What he may drive.")),
    FIELD(driver, branch, .label = N_("Branch"), .readonly = true, .width = 14,
          .help = N_("Where he belongs; that may be another branch than the vehicle's.")),
    FIELD(driver, on_shift, .label = N_("On shift"), .readonly = true, .width = 8,
          .help = N_("These are his hours.")),
    FIELD(driver, busy, .label = N_("On a job with"), .readonly = true, .width = 10,
          .help = N_("The vehicle he is on the road with now.")),
    FIELD(driver, words, .label = N_("Found by"), .readonly = true, .search = true,
          .help = N_("What the name is found by, as it sounds and by its initials.")),
};

static const char *const columns[] = {"name", "vehicles", "branch", "on_shift", "busy", NULL};
static const char *const main_tab[] = {"code", "name", "vehicles", "branch", "on_shift", "busy", NULL};
static const struct tab tabs[] = {{N_("Driver"), main_tab}, {NULL}};

const struct entity driver_entity = {
    .name = "driver",
    .area = "rescue",
    .table = "driver",
    .label = N_("Driver"),
    .plural = N_("Drivers"),
    .help = N_("The drivers of the vehicles in sight, with their hours and the job they are on."),
    .size = sizeof(struct driver),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name",
    .columns = columns,
    .sort = "name",
    .tabs = tabs,
    .verbs = VERB_LIST | VERB_GET,
    .flags = ENTITY_BARE | ENTITY_HIDDEN | ENTITY_UNKEYED,
};
