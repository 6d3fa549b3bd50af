/* For the files of the vehicle monitor only. */
#pragma once

#include "base/arena.h"
#include "base/geo.h"
#include "base/vec.h"
#include "client/ui/atlas.h"
#include "client/ui/table.h"
#include "client/views/context.h"
#include "client/views/live.h"
#include "model/catalogue.h"

struct vehicle_item {
    int64_t id, version;
    json_t *row; /* as the server sent it; the place below is newer */
    struct point at;
    struct instant position_at;
    double speed;       /* km/h; NAN: not known */
    unsigned pending;   /* commands under way */
    bool failed;        /* the last one was refused */
    int64_t changed_ms; /* somebody else changed it then; 0: no */
};

/* BOTH is the list alone where there is no room beside it. */
enum vehicles_view { VEHICLES_BOTH, VEHICLES_LIST, VEHICLES_MAP };

struct vehicles {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    VEC(struct vehicle_item) items; /* all in sight, by code */
    VEC(size_t) shown;              /* of items: what the filter lets through */
    struct table table;
    struct atlas map;
    enum vehicles_view view;
    bool on_map; /* keys go to the map */
    bool beside; /* at the last drawing there was room for both */
    char *match; /* words a row must hold; NULL: any */
    int state;   /* index of the state shown; -1: all */
    json_t *districts;
    int64_t stale_after; /* seconds; NIL: not known yet */
    struct instant now;  /* what ages are measured by */
    uint64_t asked, asked_stale;
    bool replacing, answered;
    VEC(int64_t) stale; /* ids whose rows are to be read again */
    struct arena *arena;
};

static inline struct vehicles *vehicles_of(struct screen *screen)
{
    return container_of(screen, struct vehicles, screen);
}

/* vehicles_rows.c: in by pages, one by one, and places by themselves. */
void vehicles_read(struct vehicles *desk);
void vehicles_refetch(struct vehicles *desk, int64_t id);
void vehicles_heard(struct vehicles *desk, const struct live_event events[], size_t count);
void vehicles_moved(struct vehicles *desk, const json_t *rows);
void vehicles_filter(struct vehicles *desk); /* the filter is another one */
struct vehicle_item *vehicles_find(struct vehicles *desk, int64_t id);
struct vehicle_item *vehicles_current(struct vehicles *desk); /* NULL: there is no row */
void vehicles_forget(struct vehicles *desk);

/* vehicles_table.c: what stands in the list and on the map. */
extern const struct table_model vehicles_model;
void vehicles_name_columns(struct vehicles *desk);
void vehicles_mark(struct vehicles *desk); /* the map's markers of what is shown */
bool vehicles_is_old(const struct vehicles *desk, const struct vehicle_item *item);
const char *vehicles_text(struct vehicles *desk, const struct vehicle_item *item, const char *field);
const char *vehicles_state(const struct vehicle_item *item);

/* vehicles_draw.c */
void vehicles_draw(struct screen *screen, struct canvas *canvas, struct area body);
void vehicles_linear(struct screen *screen, struct linear *linear);
void vehicles_crumb(struct screen *screen, struct str *out);
