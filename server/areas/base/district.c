/* Administrative divisions with their national codes, names in three languages and a point to measure from. */

#include "server/areas/base/used.h"

#include <string.h>

struct district {
    const char *code;
    const char *parent_code;
    const char *level;
    const char *name_en, *name_zh_cn, *name_zh_tw;
    double place_lon, place_lat;
};

static const struct choice levels[] = {
    {"province", N_("Province")},
    {"city", N_("City")},
    {"district", N_("District or county")},
    {"town", N_("Town or street")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(district, code, .label = N_("Code"), .max = 9, .required = true, .unique = true, .search = true,
          .create_only = true, .sortable = true, .width = 9,
          .help = N_("National code: six digits, a town nine. The first two are the province, the next two "
                     "the city.")),
    FIELD(district, parent_code, .type = FIELD_CHOICE, .base = "district", .label = N_("Part of"),
          .width = 12, .help = N_("The division this one belongs to.")),
    FIELD(district, level, .type = FIELD_CHOICE, .label = N_("Level"), .choices = levels, .required = true,
          .init = "district", .width = 10, .help = N_("Province, city, district or town.")),
    FIELD(district, name_en, .label = N_("English"), .max = 80, .required = true, .search = true, .width = 20,
          .help = N_("What English screens show.")),
    FIELD(district, name_zh_cn, .label = N_("Simplified Chinese"), .max = 60, .required = true,
          .search = true, .width = 16, .help = N_("What screens in simplified Chinese show.")),
    FIELD(district, name_zh_tw, .label = N_("Traditional Chinese"), .max = 60, .required = true,
          .search = true, .width = 16, .help = N_("What screens in traditional Chinese show.")),
    FIELD(district, place_lon, .label = N_("Longitude"), .required = true, .min = -180, .max = 180,
          .help = N_("Of its centre, in degrees, east positive (WGS 84).")),
    FIELD(district, place_lat, .label = N_("Latitude"), .required = true, .min = -90, .max = 90,
          .help = N_("Of its centre, in degrees, north positive (WGS 84).")),
};

static int check(struct act *act)
{
    const struct district *district = act->now;
    if (!act_is_set(act, "code") || !district->code)
        return 0;
    size_t len = strspn(district->code, "0123456789");
    if (district->code[len] || (len != 6 && len != 9))
        return request_fail(act->request, ERR_INVALID, "code",
                            N_("A district's code has six digits, a town's nine"), NULL);
    return 0;
}

static int guard(struct act *act)
{
    const struct district *district = act->was;
    return act->kind == ACT_DELETE ? base_refuse_used(act, "district", district->code) : 0;
}

static const char *const columns[] = {"code",       "level",       "name_en", "name_zh_cn",
                                      "name_zh_tw", "parent_code", NULL};
static const char *const main_tab[] = {"code",       "parent_code", "level",     "name_en", "name_zh_cn",
                                       "name_zh_tw", "place_lon",   "place_lat", NULL};
static const struct tab tabs[] = {
    {N_("District"), main_tab},
    {NULL},
};

const struct entity district_entity = {
    .name = "district",
    .area = "base",
    .table = "district",
    .label = N_("District"),
    .plural = N_("Districts"),
    .help = N_("Provinces, cities, districts and towns with their national codes."),
    .code = "di",
    .size = sizeof(struct district),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name_zh_cn",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .check = check,
    .guard = guard,
};
