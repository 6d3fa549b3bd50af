#include "client/views/map_places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

enum { ROWS_MOST = 500 };

bool map_places_ask(struct app_context *app, struct screen *screen, ask_done *done, void *context)
{
    if (!app_may(app, "district.list"))
        return false;
    json_t *args = json_pack("{s:[sssssss], s:i}", "columns", "code", "level", "name_en", "name_zh_cn",
                             "name_zh_tw", "place_lon", "place_lat", "limit", (int)ROWS_MOST);
    ask(app, screen, "district.list", args, CALL_READ, NULL, done, context);
    return true;
}

/* 0: a province is no place to be drawn as a point. */
static int rank_of(const char *level)
{
    static const char *const levels[] = {"city", "district", "town"};
    for (int i = 0; level && i < (int)array_len(levels); i++)
        if (strcmp(level, levels[i]) == 0)
            return i + 1;
    return 0;
}

void map_places_fill(const struct app_context *app, struct atlas *map, const json_t *rows)
{
    const char *name = strcmp(app->language, "zh_CN") == 0   ? "name_zh_cn"
                       : strcmp(app->language, "zh_TW") == 0 ? "name_zh_tw"
                                                             : "name_en";
    vec_each(struct atlas_place, place, &map->places) free(place->label);
    vec_clear(&map->places);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *words = json_string_value(json_object_get(row, name));
        int rank = rank_of(json_string_value(json_object_get(row, "level")));
        struct point at = {NAN, NAN};
        json_get_real(row, "place_lon", &at.lon);
        json_get_real(row, "place_lat", &at.lat);
        if (rank && words)
            atlas_add_place(map, at, words, rank);
    }
}
