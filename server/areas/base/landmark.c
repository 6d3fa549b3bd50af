/* Landmarks: what callers name instead of an address, each with a point to measure from. */
#include "server/entity/entity.h"

struct landmark {
    const char *name_en, *name_zh_cn, *name_zh_tw;
    const char *district_code;
    const char *address;
    double place_lon, place_lat;
};

static const struct field fields[] = {
    FIELD(landmark, name_en, .label = N_("English"), .max = 80, .required = true, .search = true, .width = 20,
          .help = N_("What English screens show.")),
    FIELD(landmark, name_zh_cn, .label = N_("Simplified Chinese"), .max = 60, .required = true,
          .search = true, .unique = true, .sortable = true, .width = 18,
          .help = N_("What screens in simplified Chinese show. Once in a district.")),
    FIELD(landmark, name_zh_tw, .label = N_("Traditional Chinese"), .max = 60, .required = true,
          .search = true, .width = 18, .help = N_("What screens in traditional Chinese show.")),
    FIELD(landmark, district_code, .type = FIELD_CHOICE, .base = "district", .label = N_("District"),
          .sortable = true, .width = 12, .help = N_("Where it is; tells two of one name apart.")),
    FIELD(landmark, address, .label = N_("Address"), .max = 120, .search = true, .width = 24,
          .help = N_("Street and number, as it is told to the driver.")),
    FIELD(landmark, place_lon, .label = N_("Longitude"), .required = true, .min = -180, .max = 180,
          .help = N_("In degrees, east positive (WGS 84).")),
    FIELD(landmark, place_lat, .label = N_("Latitude"), .required = true, .min = -90, .max = 90,
          .help = N_("In degrees, north positive (WGS 84).")),
};

static const char *const columns[] = {"name_zh_cn",    "name_en",   "name_zh_tw", "address",
                                      "district_code", "place_lon", "place_lat",  NULL};
static const char *const main_tab[] = {"name_en", "name_zh_cn", "name_zh_tw", "district_code",
                                       "address", "place_lon",  "place_lat",  NULL};
static const struct tab tabs[] = {
    {N_("Landmark"), main_tab},
    {NULL},
};

const struct entity landmark_entity = {
    .name = "landmark",
    .area = "base",
    .table = "landmark",
    .label = N_("Landmark"),
    .plural = N_("Landmarks"),
    .help = N_("Stations, bridges, malls: places that callers name, with their coordinates. The intake of "
               "calls finds them by name and pinyin."),
    .code = "lm",
    .size = sizeof(struct landmark),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name_zh_cn",
    .columns = columns,
    .sort = "district_code name_zh_cn",
    .tabs = tabs,
    .verbs = VERBS_ALL,
};
