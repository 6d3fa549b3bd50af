#include "client/views/track_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/atlas.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/datepick.h"
#include "client/views/live.h"
#include "client/views/map_places.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum {
    PANEL_FROM = 100, /* columns of a screen that has room for the stops beside the map */
    PANEL_COLS = 30,
    POINTS_MOST = 1000,
    ID_START = 1, /* of markers; stops follow */
    ID_END,
    ID_STOP
};

struct track_view {
    struct screen screen;
    struct app_context *app;
    int64_t vehicle_id;
    char plate[32];
    char zone[64]; /* of the vehicle's branch, once it is known: times are shown in it */
    struct day day;
    struct atlas map;
    json_t *districts, *track; /* as answered; NULL: nothing yet */
    struct instant last_at;
    struct point last;
    uint64_t asked;
};

static struct track_view *view_of(struct screen *screen)
{
    return container_of(screen, struct track_view, screen);
}

static struct day today(const struct track_view *view)
{
    struct day day;
    return time_zone_day(view->zone, time_now(), &day) < 0 ? day_of(time_now(), 0) : day;
}

/* "10:31", in the zone of the vehicle's branch. */
static const char *clock_of(const struct track_view *view, char buf[16], struct instant at)
{
    int offset = 0;
    if (time_zone_offset(view->zone, at, &offset) < 0)
        offset = 0;
    int64_t minute = (at.us / US_PER_SECOND + offset) / 60;
    snprintf(buf, 16, "%02d:%02d", (int)(minute / 60 % 24), (int)(minute % 60));
    return buf;
}

static struct instant time_of(const json_t *row, const char *name)
{
    struct instant at = INSTANT_NIL;
    const char *text = json_string_value(json_object_get(row, name));
    if (text && time_parse(text, &at) < 0)
        at = INSTANT_NIL;
    return at;
}

static struct point point_of(const json_t *row)
{
    struct point at = {NAN, NAN};
    json_get_real(row, "lon", &at.lon);
    json_get_real(row, "lat", &at.lat);
    return at;
}

/* ---- what is on the map */

/* "10:31–10:52 · 21 min" */
static const char *stop_words(const struct track_view *view, struct arena *arena, const json_t *stop)
{
    char from[16], to[16];
    struct instant begin = time_of(stop, "from"), end = time_of(stop, "to");
    return arena_printf(arena, _("%s–%s · %d min"), clock_of(view, from, begin), clock_of(view, to, end),
                        (int)((end.us - begin.us) / US_PER_SECOND / 60));
}

static void add_end(struct track_view *view, const json_t *point, int64_t id, const char *sign,
                    const char *words)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char at[16];
    struct atlas_marker marker = {.id = id, .at = point_of(point), .sign = sign, .role = ROLE_GOOD};
    marker.label = arena_strdup(arena, clock_of(view, at, time_of(point, "at")));
    marker.detail = arena_strdup(arena, words);
    atlas_add_marker(&view->map, &marker);
}

static void add_stops(struct track_view *view)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    size_t i;
    const json_t *stop;
    json_array_foreach(json_object_get(view->track, "stops"), i, stop)
    {
        struct atlas_marker marker = {
            .id = ID_STOP + (int64_t)i, .at = point_of(stop), .sign = "■", .role = ROLE_WARNING};
        char from[16];
        marker.label = arena_strdup(arena, clock_of(view, from, time_of(stop, "from")));
        marker.detail = arena_printf(arena, _("stood %s"), stop_words(view, arena, stop));
        atlas_add_marker(&view->map, &marker);
    }
}

static void fill(struct track_view *view)
{
    const json_t *points = json_object_get(view->track, "points");
    size_t count = json_array_size(points);
    VEC(struct point) way = {0};
    atlas_clear_markers(&view->map);
    atlas_clear_lines(&view->map);
    for (size_t i = 0; i < count; i++) {
        vec_push(&way, point_of(json_array_get(points, i)));
        if (i)
            atlas_add_line(&view->map, way.items[i - 1], way.items[i], ROLE_SERIES_1);
    }
    view->last = count ? way.items[count - 1] : (struct point){NAN, NAN};
    view->last_at = count ? time_of(json_array_get(points, count - 1), "at") : INSTANT_NIL;
    if (count) {
        add_end(view, json_array_get(points, 0), ID_START, "○", _("Start"));
        add_end(view, json_array_get(points, count - 1), ID_END, "●", _("End"));
    }
    add_stops(view);
    atlas_set_focus(&view->map, way.items, way.count);
    vec_finish(&way);
    atlas_changed(&view->map);
}

/* ---- asking */

static void on_track(struct screen *screen, const struct answer *answer, void *context)
{
    struct track_view *view = context;
    const char *zone = NULL;
    (void)screen;
    view->asked = 0;
    if (answer->code != ERR_NONE) {
        answer_say(view->app, NULL, answer);
        return;
    }
    json_decref(view->track);
    view->track = json_deep_copy(answer->object);
    if (json_get_text(view->track, "zone", &zone) == JSON_GET_FOUND)
        snprintf(view->zone, sizeof(view->zone), "%s", zone);
    fill(view);
    ui_redraw(view->app->ui);
}

static void ask_track(struct track_view *view)
{
    char day[TIME_TEXT_SIZE];
    if (view->asked)
        ask_cancel(view->app, view->asked);
    view->asked = ask(view->app, &view->screen, "vehicle.track",
                      json_pack("{s:I, s:s, s:i}", "id", (json_int_t)view->vehicle_id, "day",
                                day_print(day, sizeof(day), view->day), "most", (int)POINTS_MOST),
                      CALL_READ, NULL, on_track, view);
}

static void on_districts(struct screen *screen, const struct answer *answer, void *context)
{
    struct track_view *view = context;
    (void)screen;
    if (answer->code != ERR_NONE)
        return;
    json_decref(view->districts);
    view->districts = json_deep_copy(json_object_get(answer->object, "rows"));
    map_places_fill(view->app, &view->map, view->districts);
    ui_redraw(view->app->ui);
}

/* Today's goes on as the vehicle does. */
static void on_rows(struct screen *screen, const char *action, const json_t *rows)
{
    struct track_view *view = view_of(screen);
    size_t i;
    const json_t *row;
    (void)action;
    json_array_foreach(rows, i, row)
    {
        struct instant at = time_of(row, "at");
        if (json_integer_value(json_object_get(row, "id")) != view->vehicle_id || !view->track ||
            view->day.n != today(view).n || instant_is_nil(at) ||
            (!instant_is_nil(view->last_at) && at.us <= view->last_at.us))
            continue;
        json_array_append_new(json_object_get(view->track, "points"), json_deep_copy(row));
        fill(view);
        ui_redraw(view->app->ui);
    }
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events;
    if (count == 0) /* the line was lost */
        ask_track(view_of(screen));
}

static void opened(struct screen *screen)
{
    struct track_view *view = view_of(screen);
    live_watch(view->app->live, screen, "vehicle", on_live);
    live_watch_rows(view->app->live, screen, "vehicle", on_rows);
    map_places_ask(view->app, screen, on_districts, view);
    ask_track(view);
}

/* ---- keys */

static unsigned go_to(struct track_view *view, struct day day)
{
    view->day = day;
    view->map.fitted = true;
    view->map.chosen = 0;
    ask_track(view);
    return SCREEN_REDRAW;
}

static void on_day(struct screen *below, struct day day, void *context)
{
    (void)context;
    go_to(view_of(below), day);
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct track_view *view = view_of(screen);
    switch (key->code) {
    case K_PREVIOUS:
    case '<': return go_to(view, day_add(view->day, -1));
    case K_NEXT:
    case '>': return view->day.n < today(view).n ? go_to(view, day_add(view->day, 1)) : SCREEN_BELL;
    case 'd': datepick_open(view->app, screen, view->day, on_day, view); return SCREEN_REDRAW;
    case K_REFRESH: ask_track(view); return SCREEN_REDRAW;
    case K_ENTER:
        open_record(view->app, catalogue_entity(view->app->catalogue, "vehicle"), view->vehicle_id,
                    OPEN_HERE);
        return SCREEN_REDRAW;
    default: return atlas_key(&view->map, key) == ATLAS_UNUSED ? SCREEN_UNUSED : SCREEN_REDRAW;
    }
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct track_view *view = view_of(screen);
    key_bar_add(bar, '<', _("Day before"), 0);
    if (view->day.n < today(view).n)
        key_bar_add(bar, '>', _("Day after"), 1);
    key_bar_add(bar, 'd', _("Choose a day"), 2);
    if (view->map.markers.count)
        key_bar_add(bar, K_TAB, _("Next"), 3);
    key_bar_add(bar, '+', _("Closer"), 4);
    key_bar_add(bar, '-', _("Farther"), 5);
    key_bar_add(bar, K_HOME, _("All"), 6);
    key_bar_add(bar, K_ENTER, _("Show vehicle"), 7);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 8);
}

/* ---- looking at it */

static void draw_stops(struct track_view *view, struct canvas *canvas, struct area area)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *stops = json_object_get(view->track, "stops");
    int rows = (int)json_array_size(stops);
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_HEAD, ALIGN_LEFT, _("Stops"));
    for (int i = 0; i < MIN(rows, area.rows - 1); i++) {
        bool more = i == area.rows - 2 && rows > area.rows - 1;
        const char *words = more ? arena_printf(arena, _("and %d more"), rows - i)
                                 : stop_words(view, arena, json_array_get(stops, (size_t)i));
        canvas_text(canvas, area.row + 1 + i, area.col, area.cols,
                    view->map.chosen == ID_STOP + i ? ROLE_SELECT : ROLE_NORMAL, ALIGN_LEFT, words);
    }
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct track_view *view = view_of(screen);
    if (body.cols >= PANEL_FROM && json_array_size(json_object_get(view->track, "stops"))) {
        body.cols -= PANEL_COLS + 1;
        draw_stops(view, canvas, (struct area){body.row, body.col + body.cols + 1, body.rows, PANEL_COLS});
    }
    atlas_draw(&view->map, canvas, body);
}

static void crumb(struct screen *screen, struct str *out)
{
    struct track_view *view = view_of(screen);
    char day[TIME_TEXT_SIZE];
    double km = NAN;
    str_add(out, day_print(day, sizeof(day), view->day));
    if (!view->track) {
        str_add(out, " · …");
        return;
    }
    int64_t count = json_integer_value(json_object_get(view->track, "count")),
            stops = json_integer_value(json_object_get(view->track, "nstops"));
    json_get_real(view->track, "km", &km);
    if (count == 0)
        str_addf(out, " · %s", _("No position was reported"));
    else
        str_addf(out, _(" · %.1f km · %d stops · %d positions"), km, (int)stops, (int)count);
    if (view->asked)
        str_add(out, " · …");
}

static void title(struct screen *screen, struct str *out)
{
    str_addf(out, "%s: %s", _("Track"), view_of(screen)->plate);
}

static void plain(struct screen *screen, struct str *out)
{
    struct track_view *view = view_of(screen);
    crumb(screen, out);
    str_add_char(out, '\n');
    atlas_plain(&view->map, out);
}

static void closed(struct screen *screen)
{
    struct track_view *view = view_of(screen);
    atlas_finish(&view->map);
    json_decref(view->districts);
    json_decref(view->track);
    free(view);
}

static const struct screen_ops ops = {
    .name = "track",
    .open = opened,
    .key = on_key,
    .draw = draw,
    .title = title,
    .crumb = crumb,
    .keys = add_keys,
    .about = N_("The way of a vehicle on a day, by its branch's clock: ○ is where it began, ● where it was "
                "last, ■ where it stood five minutes or longer. < and > go to the day before and after, d "
                "chooses one, Tab goes from stop to stop, arrows, + and - move the map. What the tracker "
                "kept back while it had no line is drawn where it belongs; today's goes on while you look."),
    .plain = plain,
    .close = closed,
};

static void language(struct screen *screen)
{
    struct track_view *view = view_of(screen);
    map_places_fill(view->app, &view->map, view->districts);
    fill(view);
}

bool track_may(const struct app_context *app)
{
    return app_may(app, "vehicle.track");
}

void track_open(struct app_context *app, int64_t vehicle_id, const char *plate, struct day day)
{
    struct track_view *view = memory_zeroed(1, sizeof(*view));
    view->app = app;
    view->screen.ops = &ops;
    view->vehicle_id = vehicle_id;
    view->last_at = INSTANT_NIL;
    snprintf(view->plate, sizeof(view->plate), "%s", plate ? plate : "");
    snprintf(view->zone, sizeof(view->zone), "%s", app->who.zone);
    view->day = day_is_nil(day) ? today(view) : day;
    atlas_init(&view->map);
    open_screen(app, &view->screen);
}

/* ---- the tool */

static void open_tool(const struct subject *subject)
{
    track_open(subject->app, subject->id, json_string_value(json_object_get(subject->row, "plate")), DAY_NIL);
}

static bool may_open(const struct subject *subject)
{
    return strcmp(subject->entity->name, "vehicle") == 0 && track_may(subject->app);
}

static const struct tool tools[] = {
    {
        .name = "track",
        .label = N_("Track"),
        .help = N_("Shows the way of the vehicle on a day."),
        .search = "track way history guiji luxian",
        .key = 'K',
        .priority = 40,
        .places = TOOL_RECORD,
        .may = may_open,
        .run = open_tool,
    },
};

void track_view_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&ops, language);
}
