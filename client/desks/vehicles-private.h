/* For the files of the vehicle monitor only. */
#pragma once

#include "client/desks/fleet.h"
#include "client/ui/atlas.h"

/* BOTH is the list alone where there is no room beside it. */
enum vehicles_view { VEHICLES_BOTH, VEHICLES_LIST, VEHICLES_MAP };

struct vehicles {
    struct screen screen;
    struct app_context *app;
    struct fleet fleet; /* by code */
    struct atlas map;
    enum vehicles_view view;
    bool on_map; /* keys go to the map */
    int state;   /* index of the state shown; -1: all */
    json_t *districts;
};

static inline struct vehicles *vehicles_of(struct screen *screen)
{
    return container_of(screen, struct vehicles, screen);
}

/* vehicles_table.c: what stands in the list and on the map. */
extern const struct fleet_ops vehicles_ops;
void vehicles_mark(struct vehicles *desk); /* the map's markers of what is shown */

/* vehicles_draw.c */
/* List and map stand side by side: it is wanted, and there is room. */
bool vehicles_beside(const struct vehicles *desk);
void vehicles_draw(struct screen *screen, struct canvas *canvas, struct area body);
void vehicles_linear(struct screen *screen, struct linear *linear);
void vehicles_crumb(struct screen *screen, struct str *out);
