/* The map of a list, or of one record: where they are, live, over the names of places. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "client/ui/atlas.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/choices_of.h"
#include "client/views/live.h"
#include "client/views/lookup.h"
#include "client/views/map_places.h"
#include "client/views/open.h"
#include "client/views/rows.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "model/filter.h"
#include "wire/json.h"

enum { ROWS_MOST = 500, LIVE_MS = 2000, LEGEND_ROWS_LEAST = 10 };

/* Two fields that make a point: lon and lat, place_lon and place_lat … */
struct pair {
    const struct field *lon, *lat;
};

struct map_view {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    char *line; /* the list's filter as typed */
    json_t *filter;
    char *q;
    int64_t id; /* the one record it is about; 0: a list */
    size_t pair;
    struct atlas map;
    json_t *districts;
    uint64_t asked;
    bool answered, more, stale;
    int64_t read_ms;
};

static struct map_view *view_of(struct screen *screen)
{
    return container_of(screen, struct map_view, screen);
}

/* ---- which fields ---- */

static bool pair_at(const struct catalogue_entity *entity, size_t index, struct pair *pair_r)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *lon = &entity->fields[i];
        size_t len = strlen(lon->name);
        char name[64];
        if (len < 3 || len >= sizeof(name) || strcmp(lon->name + len - 3, "lon") != 0 || lon->secret)
            continue;
        memcpy(name, lon->name, len + 1);
        memcpy(name + len - 3, "lat", 3);
        const struct field *lat = catalogue_field(entity, name);
        if (!lat || index-- > 0)
            continue;
        *pair_r = (struct pair){lon, lat};
        return true;
    }
    return false;
}

static struct pair pair_of(const struct map_view *view)
{
    struct pair pair = {0};
    pair_at(view->entity, view->pair, &pair);
    return pair;
}

static size_t pair_count(const struct catalogue_entity *entity)
{
    struct pair pair;
    size_t count = 0;
    while (pair_at(entity, count, &pair))
        count++;
    return count;
}

/* ---- markers ---- */

/* Each another one in ASCII, too. */
static const char *sign_of(const struct map_view *view, const char *state)
{
    static const char *const signs[] = {"○", "●", "▲", "■", "▼", "=", "x", "%"};
    const struct choice *states = view->entity->states;
    for (size_t i = 0; state && states && states[i].code; i++)
        if (strcmp(states[i].code, state) == 0)
            return signs[i % array_len(signs)];
    return "●";
}

static enum role role_of(const struct map_view *view, const json_t *row, const char *state)
{
    const json_t *disabled = json_object_get(row, "disabled_at");
    if (disabled && !json_is_null(disabled))
        return ROLE_DIM;
    if (!state || !view->entity->states)
        return ROLE_GOOD;
    if (strcmp(view->entity->states[0].code, state) == 0)
        return ROLE_WARNING;
    for (size_t i = 0; i < view->entity->nactions; i++)
        if (catalogue_action_from(&view->entity->actions[i], state) && view->entity->actions[i].from[0] &&
            strcmp(view->entity->actions[i].from[0], "*") != 0)
            return ROLE_GOOD;
    return ROLE_DIM;
}

static const char *state_of(const struct map_view *view, const json_t *row)
{
    return view->entity->state ? json_string_value(json_object_get(row, view->entity->state)) : NULL;
}

static void add_row(struct map_view *view, struct arena *arena, const json_t *row)
{
    struct pair pair = pair_of(view);
    const char *state = state_of(view, row), *detail;
    struct atlas_marker marker = {.at = {NAN, NAN}};
    json_get_real(row, pair.lon->name, &marker.at.lon);
    json_get_real(row, pair.lat->name, &marker.at.lat);
    json_get_int(row, "id", &marker.id);
    marker.sign = sign_of(view, state);
    marker.role = role_of(view, row, state);
    marker.label = arena_strdup(arena, lookup_title(view->app, arena, view->entity, row, &detail));
    const char *words = state ? choice_label_in(view->app, view->entity->states, state) : NULL;
    marker.detail = words ? arena_strdup(arena, words) : NULL;
    atlas_add_marker(&view->map, &marker);
}

static void on_rows(struct screen *screen, const struct answer *answer, void *context)
{
    struct map_view *view = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    view->asked = 0;
    view->read_ms = time_monotonic_ms();
    if (answer->code) {
        answer_say(view->app, view->entity, answer);
        return;
    }
    const json_t *rows = json_object_get(answer->object, "rows");
    view->more = json_is_string(json_object_get(answer->object, "next"));
    if (rows)
        atlas_clear_markers(&view->map); /* else they came one by one */
    for (size_t i = 0; i < json_array_size(rows); i++)
        add_row(view, arena, json_array_get(rows, i));
    bool first = !view->answered;
    view->answered = true;
    atlas_changed(&view->map);
    if (first && !atlas_chosen(&view->map))
        view->map.chosen = 0;
    if (first && view->id && !view->map.markers.count)
        ui_say(view->app->ui, ROLE_WARNING, "%s", _("No position is known"));
    ui_redraw(view->app->ui);
}

/* Lists above 256 KiB come row by row before the answer. */
static void on_row(struct screen *screen, const json_t *row, void *context)
{
    struct map_view *view = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    if (json_object_get(row, "id"))
        add_row(view, arena, row);
}

static void add_column(json_t *columns, const struct catalogue_entity *entity, const char *name)
{
    if (name && catalogue_field(entity, name))
        json_array_append_new(columns, json_string(name));
}

static void ask_rows(struct map_view *view)
{
    const struct catalogue_entity *entity = view->entity;
    struct pair pair = pair_of(view);
    json_t *filter = view->filter ? json_deep_copy(view->filter) : json_object(), *columns = json_array();
    if (view->asked)
        ask_cancel(view->app, view->asked);
    if (!json_object_get(filter, pair.lon->name))
        json_object_set_new(filter, pair.lon->name, json_pack("{s:b}", "null", 0));
    if (view->id)
        json_object_set_new(filter, "id", json_integer(view->id));
    add_column(columns, entity, entity->title);
    add_column(columns, entity, "code");
    add_column(columns, entity, entity->state);
    add_column(columns, entity, "disabled_at");
    add_column(columns, entity, pair.lon->name);
    add_column(columns, entity, pair.lat->name);
    json_t *args =
        json_pack("{s:o, s:o, s:i}", "filter", filter, "columns", columns, "limit", (int)ROWS_MOST);
    if (view->q)
        json_object_set_new(args, "q", json_string(view->q));
    view->stale = false;
    view->asked =
        ask(view->app, &view->screen, verb_of(entity->name, "list"), args, CALL_READ, on_row, on_rows, view);
}

/* ---- places ---- */

static void on_districts(struct screen *screen, const struct answer *answer, void *context)
{
    struct map_view *view = context;
    (void)screen;
    if (answer->code)
        return; /* a map without names is a map still */
    json_decref(view->districts);
    view->districts = json_deep_copy(json_object_get(answer->object, "rows"));
    map_places_fill(view->app, &view->map, view->districts);
    atlas_changed(&view->map);
    ui_redraw(view->app->ui);
}

/* ---- keys ---- */

static unsigned other_pair(struct map_view *view)
{
    size_t count = pair_count(view->entity);
    if (count < 2)
        return SCREEN_BELL;
    view->pair = (view->pair + 1) % count;
    view->map.fitted = true;
    atlas_clear_markers(&view->map);
    ask_rows(view);
    return SCREEN_REDRAW;
}

static unsigned view_key(struct screen *screen, const struct key *key)
{
    struct map_view *view = view_of(screen);
    switch (atlas_key(&view->map, key)) {
    case ATLAS_USED: return SCREEN_REDRAW;
    case ATLAS_OPENED:
        open_record(view->app, view->entity, view->map.chosen, OPEN_HERE);
        return SCREEN_REDRAW;
    default: break;
    }
    if (key->code == K_REFRESH) {
        ask_rows(view);
        return SCREEN_REDRAW;
    }
    return key->code == 'p' ? other_pair(view) : SCREEN_UNUSED;
}

static void view_keys(struct screen *screen, struct key_bar *bar)
{
    struct map_view *view = view_of(screen);
    if (atlas_chosen(&view->map)) {
        key_bar_add(bar, K_ENTER, _("Open"), 0);
        key_bar_add(bar, 'f', _("Follow"), 5);
    }
    if (view->map.markers.count)
        key_bar_add(bar, K_TAB, _("Next"), 1);
    key_bar_add(bar, '+', _("Closer"), 2);
    key_bar_add(bar, '-', _("Farther"), 3);
    key_bar_add(bar, K_HOME, _("All"), 4);
    if (pair_count(view->entity) > 1)
        key_bar_add(bar, 'p', _("Other place"), 6);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 7);
}

/* ---- looking at it ---- */

/* The signs of the states that are on the map. */
static void draw_legend(struct map_view *view, struct canvas *canvas, struct area area)
{
    const struct choice *states = view->entity->states;
    int col = 0;
    for (size_t i = 0; states && states[i].code && col < area.cols; i++) {
        const char *sign = sign_of(view, states[i].code);
        bool there = false;
        vec_each(const struct atlas_marker, marker, &view->map.markers) there |= marker->sign == sign;
        if (!there)
            continue;
        col += canvas_put(canvas, area.row, area.col + col, area.cols - col,
                          role_of(view, NULL, states[i].code), sign);
        col += 1 + canvas_put(canvas, area.row, area.col + col + 1, area.cols - col - 1, ROLE_NORMAL,
                              choice_words(view->app, &states[i]));
        col += 2;
    }
}

static void view_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct map_view *view = view_of(screen);
    if (body.rows >= LEGEND_ROWS_LEAST && view->entity->states) {
        body.rows--;
        draw_legend(view, canvas, (struct area){body.row + body.rows, body.col, 1, body.cols});
    }
    atlas_draw(&view->map, canvas, body);
}

static void view_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = view_of(screen)->entity;
    str_addf(out, "%s: %s", _("Map"), entity->plural ? _(entity->plural) : entity->name);
}

static void view_crumb(struct screen *screen, struct str *out)
{
    struct map_view *view = view_of(screen);
    struct pair pair = pair_of(view);
    if (!view->answered)
        str_add(out, "…");
    else
        str_addf(out, "%zu%s", view->map.markers.count, view->more ? "+" : "");
    if (pair_count(view->entity) > 1)
        str_addf(out, " · %s", pair.lon->label ? _(pair.lon->label) : pair.lon->name);
    if (*view->line)
        str_addf(out, "  %s", view->line);
}

static void view_plain(struct screen *screen, struct str *out)
{
    view_crumb(screen, out);
    str_add_char(out, '\n');
    atlas_plain(&view_of(screen)->map, out);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    view_of(screen)->stale = true;
}

/* Places that come with an event are there at once. */
static void on_places(struct screen *screen, const char *action, const json_t *rows)
{
    struct map_view *view = view_of(screen);
    size_t i;
    const json_t *row;
    if (strcmp(action, "position") != 0 || view->pair != 0)
        return;
    json_array_foreach(rows, i, row)
    {
        int64_t id = json_integer_value(json_object_get(row, "id"));
        vec_each(struct atlas_marker, marker, &view->map.markers) if (marker->id == id)
        {
            json_get_real(row, "lon", &marker->at.lon);
            json_get_real(row, "lat", &marker->at.lat);
        }
    }
    atlas_changed(&view->map);
    ui_redraw(view->app->ui);
}

static unsigned view_tick(struct screen *screen, int64_t now_ms)
{
    struct map_view *view = view_of(screen);
    if (view->stale && !view->asked && now_ms - view->read_ms >= LIVE_MS && app_in_sight(view->app, screen))
        ask_rows(view);
    return 0;
}

static void view_opened(struct screen *screen)
{
    struct map_view *view = view_of(screen);
    live_watch(view->app->live, screen, view->entity->name, on_live);
    live_watch_rows(view->app->live, screen, view->entity->name, on_places);
    map_places_ask(view->app, &view->screen, on_districts, view);
    ask_rows(view);
}

static void view_close(struct screen *screen)
{
    struct map_view *view = view_of(screen);
    atlas_finish(&view->map);
    json_decref(view->districts);
    json_decref(view->filter);
    free(view->line);
    free(view->q);
    free(view);
}

static void view_language(struct screen *screen)
{
    map_places_fill(view_of(screen)->app, &view_of(screen)->map, view_of(screen)->districts);
    ask_rows(view_of(screen));
}

static const struct screen_ops view_ops = {
    .name = "map",
    .open = view_opened,
    .key = view_key,
    .draw = view_draw,
    .title = view_title,
    .crumb = view_crumb,
    .keys = view_keys,
    .about = N_("Where the records of the list are. Arrows move the map, + and - bring it closer or farther, "
                "Home shows all. Tab goes from one to the next, Enter opens it, f keeps it in the middle "
                "while it moves. Several in one spot show their number."),
    .plain = view_plain,
    .tick = view_tick,
    .close = view_close,
};

/* ---- the tool ---- */

static void take_list(struct map_view *view, const struct rows *rows)
{
    view->line = memory_strdup(rows->line);
    view->q = rows->q ? memory_strdup(rows->q) : NULL;
    if (rows->filter || rows->condition) {
        view->filter = rows->filter ? json_deep_copy(rows->filter) : json_object();
        filter_join(view->filter, rows->condition);
    }
}

static void open_map(const struct subject *subject)
{
    struct map_view *view = memory_zeroed(1, sizeof(*view));
    view->app = subject->app;
    view->entity = subject->entity;
    view->screen.ops = &view_ops;
    atlas_init(&view->map);
    view->map.chosen = subject->id;
    if (subject->rows) {
        take_list(view, subject->rows);
    } else {
        view->line = memory_strdup("");
        view->id = subject->id;
    }
    open_screen(view->app, &view->screen);
}

static bool may_open(const struct subject *subject)
{
    return pair_count(subject->entity) && app_may(subject->app, verb_of(subject->entity->name, "list"));
}

static const struct tool tools[] = {
    {
        .name = "map",
        .label = N_("Map"),
        .help = N_("Shows where the records of the list are, or the one that is open."),
        .search = "map place position ditu weizhi",
        .key = 'M',
        .priority = 41,
        .places = TOOL_LIST | TOOL_RECORD,
        .may = may_open,
        .run = open_map,
    },
};

void map_view_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&view_ops, view_language);
}
