/* The map of the dispatch desk: orders that wait and those on the road, vehicles, and the chosen order joined to its best three. */
#pragma once

#include <jansson.h>

#include "client/ui/atlas.h"

struct dispatch;

struct board_map {
    struct atlas atlas;
    json_t *districts; /* names of places, as answered */
    int64_t job;       /* what the view is fitted to; NIL: nothing yet */
};

void board_map_init(struct board_map *map);
void board_map_finish(struct board_map *map);
void board_map_open(struct dispatch *desk); /* asks for the names */
void board_map_language(struct dispatch *desk);

/* The markers and lines of what stands in the lists now. The view follows another order under the cursor until somebody moves it. */
void board_map_fill(struct dispatch *desk);
void board_map_draw(struct dispatch *desk, struct canvas *canvas, struct area area);

/* What the chosen marker is; false: nothing is chosen. */
bool board_map_chosen(const struct board_map *map, bool *vehicle_r, int64_t *id_r);
void board_map_to_vehicle(struct board_map *map, int64_t vehicle_id);
