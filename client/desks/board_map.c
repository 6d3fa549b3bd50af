#include "client/desks/board_map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/dispatch-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/map_places.h"

enum { LEGEND_ROWS_LEAST = 10 };

static const char *const digits[OFFERS_KEYS] = {"1", "2", "3"};

/* Orders have even numbers, vehicles odd ones. */
static int64_t job_marker(int64_t id)
{
    return id * 2;
}

static int64_t vehicle_marker(int64_t id)
{
    return id * 2 + 1;
}

bool board_map_chosen(const struct board_map *map, bool *vehicle_r, int64_t *id_r)
{
    const struct atlas_marker *chosen = atlas_chosen(&map->atlas);
    if (!chosen)
        return false;
    *vehicle_r = chosen->id % 2 != 0;
    *id_r = chosen->id / 2;
    return true;
}

void board_map_to_vehicle(struct board_map *map, int64_t vehicle_id)
{
    atlas_choose(&map->atlas, vehicle_marker(vehicle_id));
}

void board_map_init(struct board_map *map)
{
    atlas_init(&map->atlas);
    map->districts = NULL;
    map->job = NIL;
}

void board_map_finish(struct board_map *map)
{
    atlas_finish(&map->atlas);
    json_decref(map->districts);
}

static void on_districts(struct screen *screen, const struct answer *answer, void *context)
{
    struct dispatch *desk = context;
    (void)screen;
    if (answer->code != ERR_NONE)
        return;
    json_decref(desk->map.districts);
    desk->map.districts = json_deep_copy(json_object_get(answer->object, "rows"));
    map_places_fill(desk->app, &desk->map.atlas, desk->map.districts);
}

void board_map_open(struct dispatch *desk)
{
    map_places_ask(desk->app, &desk->screen, on_districts, desk);
}

void board_map_language(struct dispatch *desk)
{
    map_places_fill(desk->app, &desk->map.atlas, desk->map.districts);
    board_map_fill(desk);
}

/* ---- markers */

static struct point place_of(const struct job *job)
{
    return (struct point){order_real(job->row, "lon"), order_real(job->row, "lat")};
}

static void add_job(struct dispatch *desk, struct jobs *jobs, const struct job *job)
{
    bool waits = jobs == &desk->waiting;
    const char *plate = order_text(job->row, "plate");
    atlas_add_marker(&desk->map.atlas, &(struct atlas_marker){
                                           .id = job_marker(job->id),
                                           .alone = true,
                                           .at = place_of(job),
                                           .sign = waits ? "○" : "●",
                                           .role = age_is_over(job->due, jobs->now) ? ROLE_ALARM
                                                   : waits                          ? ROLE_WARNING
                                                                                    : ROLE_NORMAL,
                                           .label = (char *)(*plate ? plate : order_text(job->row, "number")),
                                           .detail = (char *)order_text(job->row, "place"),
                                       });
}

static void add_jobs(struct dispatch *desk, struct jobs *jobs, const struct job *first)
{
    vec_each(const struct job, job, &jobs->items)
    {
        if (job != first)
            add_job(desk, jobs, job);
    }
}

/* The best ones by their digit, joined to the order where it is known. */
static void add_best(struct dispatch *desk, struct point place)
{
    for (int digit = 1; digit <= OFFERS_KEYS; digit++) {
        const struct offer *offer = offers_at(&desk->offers, digit);
        if (!offer)
            return;
        atlas_add_marker(&desk->map.atlas, &(struct atlas_marker){
                                               .id = vehicle_marker(offer->vehicle_id),
                                               .alone = true,
                                               .at = offer->at,
                                               .sign = digits[digit - 1],
                                               .role = offer->fit ? ROLE_GOOD : ROLE_DIM,
                                               .label = offer->plate,
                                               .detail = offer->driver,
                                           });
        atlas_add_line(&desk->map.atlas, place, offer->at, offer->fit ? ROLE_GOOD : ROLE_DIM);
    }
}

static bool is_best(const struct dispatch *desk, int64_t vehicle_id)
{
    for (int digit = 1; digit <= OFFERS_KEYS; digit++) {
        const struct offer *offer = offers_at(&desk->offers, digit);
        if (offer && offer->vehicle_id == vehicle_id)
            return true;
    }
    return false;
}

static enum role role_of(const struct fleet *fleet, const struct vehicle_item *item)
{
    const char *state = fleet_state(item);
    if (strcmp(state, "off_duty") == 0 || fleet_is_old(fleet, item))
        return ROLE_DIM;
    return strcmp(state, "idle") == 0 ? ROLE_GOOD : ROLE_NORMAL;
}

/* A question mark stands at an old place, as in the lists. */
static void add_vehicle(struct dispatch *desk, const struct vehicle_item *item)
{
    char label[64];
    const struct field *field = catalogue_field(desk->fleet.entity, "state");
    snprintf(label, sizeof(label), "%s%s", order_text(item->row, "plate"),
             fleet_is_old(&desk->fleet, item) ? "?" : "");
    atlas_add_marker(&desk->map.atlas,
                     &(struct atlas_marker){
                         .id = vehicle_marker(item->id),
                         .alone = true,
                         .at = item->at,
                         .sign = strcmp(fleet_state(item), "idle") == 0 ? "▲" : "■",
                         .role = role_of(&desk->fleet, item),
                         .label = label,
                         .detail = (char *)(field ? choice_label(desk->app, field, fleet_state(item)) : ""),
                     });
}

static void add_fleet(struct dispatch *desk, bool best)
{
    vec_each(const struct vehicle_item, item, &desk->fleet.items)
    {
        if (!best || !is_best(desk, item->id))
            add_vehicle(desk, item);
    }
}

/* The order under the cursor and its best, or its vehicle: that is looked at. */
static void set_focus(struct dispatch *desk, const struct job *job)
{
    struct point points[1 + OFFERS_KEYS];
    size_t count = 0;
    points[count++] = job ? place_of(job) : (struct point){NAN, NAN};
    for (int digit = 1; digit <= OFFERS_KEYS && !desk->road; digit++) {
        const struct offer *offer = offers_at(&desk->offers, digit);
        if (offer)
            points[count++] = offer->at;
    }
    const struct vehicle_item *vehicle =
        job && desk->road ? fleet_find(&desk->fleet, order_number(job->row, "vehicle_id")) : NULL;
    if (vehicle) {
        points[count++] = vehicle->at;
        atlas_add_line(&desk->map.atlas, points[0], vehicle->at, ROLE_NORMAL);
    }
    if (desk->map.atlas.fitted)
        atlas_set_focus(&desk->map.atlas, points, count);
}

void board_map_fill(struct dispatch *desk)
{
    struct atlas *atlas = &desk->map.atlas;
    struct jobs *jobs = dispatch_jobs(desk);
    const struct job *job = jobs_current(jobs);
    int64_t id = job ? job->id : NIL;
    atlas_clear_markers(atlas);
    atlas_clear_lines(atlas);
    if (id != desk->map.job && desk->focus != FOCUS_MAP)
        atlas->fitted = true;
    desk->map.job = id;
    if (job)
        add_job(desk, jobs, job);
    if (!desk->road)
        add_best(desk, job ? place_of(job) : (struct point){NAN, NAN});
    add_jobs(desk, &desk->waiting, job);
    add_fleet(desk, !desk->road);
    add_jobs(desk, &desk->live, job);
    set_focus(desk, job);
    if (desk->focus == FOCUS_LIST)
        atlas->chosen = job ? job_marker(job->id) : 0;
    atlas_changed(atlas);
}

static void draw_legend(struct canvas *canvas, struct area area)
{
    static const struct {
        const char *sign, *words;
        enum role role;
    } rows[] = {{"○", N_("waiting"), ROLE_WARNING},
                {"●", N_("on the road"), ROLE_NORMAL},
                {"▲", N_("idle"), ROLE_GOOD},
                {"■", N_("at work"), ROLE_NORMAL},
                {"1", N_("best"), ROLE_GOOD}};
    int col = 0;
    for (size_t i = 0; i < array_len(rows) && col < area.cols; i++) {
        col += canvas_put(canvas, area.row, area.col + col, area.cols - col, rows[i].role, rows[i].sign) + 1;
        col += canvas_put(canvas, area.row, area.col + col, MAX(area.cols - col, 0), ROLE_DIM,
                          _(rows[i].words)) +
               2;
    }
}

void board_map_draw(struct dispatch *desk, struct canvas *canvas, struct area area)
{
    if (area.rows >= LEGEND_ROWS_LEAST) {
        area.rows--;
        draw_legend(canvas, (struct area){area.row + area.rows, area.col, 1, area.cols});
    }
    atlas_draw(&desk->map.atlas, canvas, area);
}
