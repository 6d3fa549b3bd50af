/* Orders that wait at the left, vehicles at the right, the map between; below them the best three for the order under the cursor, what matters
 * of it, and the orders on the road. What there is no room for comes by its key. */
#include <string.h>

#include "base/utf8.h"
#include "client/desks/age.h"
#include "client/desks/dispatch-private.h"
#include "client/desks/order.h"
#include "client/desks/panel.h"
#include "client/ui/flow.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"

/* From these sizes on there is room for a map beside the orders, and for all vehicles beside that. */
enum { FULL_FROM = 72, MAP_FROM = 110, FLEET_FROM = 150, MAP_ROWS_FROM = 30 };
enum {
    BEST_ROWS = 1 + OFFERS_KEYS,
    DETAIL_ROWS = 2,
    DETAIL_ROWS_TALL = 4,
    TALL = 36,
    LIVE_ROWS_LEAST = 3,
    FLEET_ROWS_LEAST = 12
};

/* The parts of the body; rows 0: not shown. */
struct parts {
    struct area list, map, fleet, best, detail, rule, live;
};

static int widest(struct area area, int percent)
{
    return area.cols * percent / 100;
}

/* Below 72 columns: the list that has the cursor, or the map, and what can go below it. */
static struct parts divide_narrow(const struct dispatch *desk, struct area body)
{
    struct parts parts = {0};
    const struct jobs *jobs = desk->road ? &desk->live : &desk->waiting;
    int most = desk->show_map ? body.rows * 3 / 5 : MIN((int)jobs->items.count + 1, body.rows * 2 / 5);
    int top = MIN(MAX(most, 4), MAX(body.rows - DETAIL_ROWS - LIVE_ROWS_LEAST - 1, 3));
    struct area upper = {body.row, body.col, top, body.cols};
    parts.detail = (struct area){body.row + top, body.col, DETAIL_ROWS, body.cols};
    parts.best =
        (struct area){body.row + top + DETAIL_ROWS, body.col, body.rows - top - DETAIL_ROWS, body.cols};
    if (desk->focus == FOCUS_FLEET)
        parts.fleet = upper;
    else if (desk->show_map)
        parts.map = upper;
    else
        parts.list = upper;
    return parts;
}

/* The upper part: orders, beside them the map where there is room or where it was asked for, and the vehicles. */
static void divide_upper(const struct dispatch *desk, struct area upper, bool map, struct parts *parts)
{
    bool fleet = upper.cols >= FLEET_FROM && desk->fleet.entity;
    parts->list = upper;
    if (!map) {
        if (desk->focus == FOCUS_FLEET) {
            parts->fleet = upper;
            parts->list.rows = 0;
        }
        return;
    }
    int left = widest(upper, fleet ? 36 : 44), right = fleet ? widest(upper, 26) : 0;
    parts->list.cols = left - 1;
    parts->map =
        (struct area){upper.row, upper.col + left, upper.rows, upper.cols - left - right - (fleet ? 1 : 0)};
    if (fleet)
        parts->fleet = (struct area){upper.row, upper.col + upper.cols - right, upper.rows, right};
}

/* Below: the orders on the road; beside them the vehicles where the upper part has no room for them. */
static void divide_lower(const struct dispatch *desk, struct area lower, struct parts *parts)
{
    parts->rule = (struct area){lower.row, lower.col, 1, lower.cols};
    parts->live = (struct area){lower.row + 1, lower.col, lower.rows - 1, lower.cols};
    if (parts->fleet.rows || lower.cols < MAP_FROM || !desk->fleet.entity)
        return;
    parts->live.cols = widest(lower, 58) - 1;
    parts->fleet = (struct area){parts->live.row, lower.col + parts->live.cols + 1, parts->live.rows,
                                 lower.cols - parts->live.cols - 1};
}

/* Its share; and where that is too little for the orders, what those below have no use for. */
static int upper_rows(const struct dispatch *desk, int rest, int percent, int least_below)
{
    const struct jobs *here = desk->road ? &desk->live : &desk->waiting;
    const struct jobs *below = desk->road ? &desk->waiting : &desk->live;
    int wanted = (int)here->items.count + 1, left = rest - MAX((int)below->items.count + 2, least_below);
    return MAX(rest * percent / 100, MIN(wanted, left));
}

static struct parts divide(const struct dispatch *desk, struct area body)
{
    struct parts parts = {0};
    if (body.cols < FULL_FROM)
        return divide_narrow(desk, body);
    bool roomy = body.cols >= MAP_FROM && body.rows >= MAP_ROWS_FROM;
    bool map = roomy || (desk->show_map && desk->focus != FOCUS_FLEET); /* no room for both */
    int detail = body.rows >= TALL ? DETAIL_ROWS_TALL : DETAIL_ROWS;
    int below = roomy && body.cols < FLEET_FROM ? FLEET_ROWS_LEAST : LIVE_ROWS_LEAST + 2;
    int rest = body.rows - detail - BEST_ROWS;
    int upper = map && !roomy ? rest : upper_rows(desk, rest, roomy ? 58 : 52, below);
    divide_upper(desk, (struct area){body.row, body.col, upper, body.cols}, map, &parts);
    parts.best = (struct area){body.row + upper, body.col, BEST_ROWS, body.cols};
    parts.detail = (struct area){body.row + upper + BEST_ROWS, body.col, detail, body.cols};
    if (rest - upper >= LIVE_ROWS_LEAST)
        divide_lower(desk, (struct area){parts.detail.row + detail, body.col, rest - upper, body.cols},
                     &parts);
    return parts;
}

static const char *value_of_row(const struct dispatch *desk, struct arena *arena, const json_t *row,
                                const char *name)
{
    const struct field *field = catalogue_field(desk->waiting.entity, name);
    return field && row ? value_show_row(desk->app, arena, field, row) : "";
}

/* Name and values that are not empty, on one line or wrapped. */
static const char *join(const struct dispatch *desk, struct arena *arena, const json_t *row,
                        const char *const names[])
{
    struct str out;
    str_init(&out, arena);
    for (size_t i = 0; names[i]; i++) {
        const char *value = value_of_row(desk, arena, row, names[i]);
        if (*value)
            str_addf(&out, "%s%s", out.len ? " · " : "", value);
    }
    return out.data;
}

static void write_detail(struct dispatch *desk, struct str *out)
{
    static const char *const names[] = {
        "number",     "service",   "contact_name", "contact_phone", "plate",       "car_model", "colour",
        "place",      "road",      "destination",  "remarks",       "customer_id", "principal", "due_at",
        "vehicle_id", "driver_id", "branch_id",    "accepted_at",   "departed_at", "arrived_at"};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct job *job = jobs_current(dispatch_jobs(desk));
    const json_t *full = record_row(&desk->record), *row = full ? full : job ? job->row : NULL;
    struct panel panel;
    panel_begin_plain(&panel, out);
    for (size_t i = 0; job && i < array_len(names); i++) {
        const struct field *field = catalogue_field(desk->waiting.entity, names[i]);
        if (field)
            panel_value(&panel, _(field->label), ROLE_NORMAL, value_of_row(desk, arena, row, names[i]));
    }
}

void dispatch_linear(struct screen *screen, struct linear *linear)
{
    struct dispatch *desk = dispatch_of(screen);
    const struct job *job = jobs_current(dispatch_jobs(desk));
    dispatch_crumb(screen, &linear->text);
    str_addf(&linear->text, "\n%s\n", desk->road ? _("On the road") : _("Waiting"));
    linear_table(linear, &dispatch_jobs(desk)->table);
    linear->looks = true;
    write_detail(desk, &linear->text);
    if (!desk->road)
        offers_plain(&desk->offers, &linear->text);
    linear->waits = job && job->pending > 0 && link_state(desk->app->link) == LINK_READY;
}

static void draw_detail(struct dispatch *desk, struct canvas *canvas, struct area area)
{
    static const char *const who[] = {"number", "service",   "contact_name", "contact_phone",
                                      "plate",  "car_model", "colour",       NULL};
    static const char *const where[] = {"place", "road", "destination", "remarks", NULL};
    static const char *const more[] = {"customer_id", "principal",  "external_number",
                                       "branch_id",   "created_by", NULL};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct job *job = jobs_current(dispatch_jobs(desk));
    const json_t *row = record_row(&desk->record);
    if (!job)
        return;
    row = row ? row : job->row;
    const char *const lines[] = {join(desk, arena, row, who), join(desk, arena, row, where),
                                 join(desk, arena, row, more)};
    static const enum role roles[] = {ROLE_HEAD, ROLE_NORMAL, ROLE_DIM};
    struct panel panel;
    panel_begin(&panel, canvas, (struct area){area.row, area.col + 1, area.rows, area.cols - 1}, 0, 0);
    for (size_t i = 0; i < array_len(lines); i++) {
        if (area.rows > DETAIL_ROWS)
            panel_text(&panel, roles[i], lines[i]);
        else if ((int)i < area.rows)
            canvas_text(canvas, area.row + (int)i, area.col + 1, area.cols - 1, roles[i], ALIGN_LEFT,
                        lines[i]);
    }
}

/* "Vehicle 粤A12345 · Driver Wang", of those that are not empty. */
static void draw_facts(struct dispatch *desk, struct canvas *canvas, struct area line,
                       const char *const names[], const struct job *job)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct str out;
    str_init(&out, arena);
    for (size_t i = 0; names[i]; i++) {
        const struct field *field = catalogue_field(desk->live.entity, names[i]);
        const char *value = field ? value_show_row(desk->app, arena, field, job->row) : "";
        if (*value)
            str_addf(&out, "%s%s %s", out.len ? " · " : "", _(field->label), value);
    }
    bool over = strcmp(names[0], "due_at") == 0 && age_is_over(job->due, desk->live.now);
    canvas_text(canvas, line.row, line.col, line.cols, over ? ROLE_ALARM : ROLE_NORMAL, ALIGN_LEFT,
                out.data ? out.data : "");
}

/* The facts of an order on the road stand where the vehicles of a waiting one do. */
static void draw_road(struct dispatch *desk, struct canvas *canvas, struct area area)
{
    static const char *const who[] = {"vehicle_id", "driver_id", NULL};
    static const char *const times[] = {"dispatched_at", "accepted_at", "departed_at", "arrived_at", NULL};
    static const char *const due[] = {"due_at", "urges", NULL};
    static const char *const *const lines[] = {who, times, due};
    const struct job *job = jobs_current(&desk->live);
    const char *labels[ORDER_STEPS_MAX];
    int now, count = job ? order_steps(desk->live.entity, job->row, labels, &now) : 0;
    if (!job)
        return;
    flow_draw(canvas, area.row, area.col, area.cols, labels, count, now);
    for (int i = 0; i < (int)array_len(lines) && i + 1 < area.rows; i++)
        draw_facts(desk, canvas, (struct area){area.row + 1 + i, area.col + 1, 1, area.cols - 1}, lines[i],
                   job);
}

static void draw_rule(struct dispatch *desk, struct canvas *canvas, struct area area,
                      const struct area *fleet)
{
    struct str text cleanup(cleanup_str);
    const struct jobs *other = desk->road ? &desk->waiting : &desk->live;
    str_init(&text, NULL);
    str_addf(&text, " %s ", desk->road ? _("Waiting (Tab)") : _("On the road (Tab)"));
    jobs_count_text(other, &text);
    str_add_char(&text, ' ');
    canvas_fill(canvas, area, ROLE_BORDER, L'─');
    canvas_put(canvas, area.row, area.col + 2, area.cols - 4, ROLE_DIM, text.data);
    if (!fleet->rows || fleet->row < area.row)
        return;
    str_clear(&text);
    str_addf(&text, " %s (V) ", _("Vehicles"));
    board_fleet_count_text(desk, &text);
    str_add_char(&text, ' ');
    canvas_put(canvas, area.row, fleet->col + 1, fleet->cols - 2, ROLE_DIM, text.data);
}

static void draw_edge(struct canvas *canvas, struct area right)
{
    if (right.rows && right.col > 0)
        canvas_fill(canvas, (struct area){right.row, right.col - 1, right.rows, 1}, ROLE_BORDER, L'│');
}

/* Whoever waits for a call first is told so where the vehicles stand. */
static void draw_best(struct dispatch *desk, struct canvas *canvas, struct area area)
{
    const struct job *job = jobs_current(&desk->waiting);
    if (desk->road) {
        draw_road(desk, canvas, area);
        return;
    }
    offers_draw(&desk->offers, canvas, area);
    if (job && order_truth(job->row, "to_confirm"))
        canvas_text(canvas, area.row, area.col, area.cols, ROLE_ALARM, ALIGN_LEFT,
                    _("To be confirmed: call the person at the car first, and note it with t"));
}

/* The map before the tables: the cursor belongs to whatever has the keys. */
void dispatch_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct dispatch *desk = dispatch_of(screen);
    struct parts parts = divide(desk, body);
    struct jobs *lower = desk->road ? &desk->waiting : &desk->live;
    bool list = desk->focus == FOCUS_LIST;
    desk->map_area = parts.map;
    if (parts.map.rows && desk->focus != FOCUS_MAP)
        board_map_draw(desk, canvas, parts.map);
    draw_best(desk, canvas, parts.best);
    draw_detail(desk, canvas, parts.detail);
    if (parts.rule.rows)
        draw_rule(desk, canvas, parts.rule, &parts.fleet);
    if (parts.live.rows)
        table_draw(&lower->table, canvas, parts.live, false);
    if (parts.list.rows)
        table_draw(&dispatch_jobs(desk)->table, canvas, parts.list, list);
    if (parts.fleet.rows)
        table_draw(&desk->fleet.table, canvas, parts.fleet, desk->focus == FOCUS_FLEET);
    if (parts.map.rows && desk->focus == FOCUS_MAP)
        board_map_draw(desk, canvas, parts.map);
    draw_edge(canvas, parts.map);
    if (parts.fleet.col > body.col)
        draw_edge(canvas, parts.fleet);
}

size_t dispatch_overdue(const struct jobs *jobs)
{
    size_t count = 0;
    vec_each(const struct job, job, &jobs->items)
    {
        count += age_is_over(job->due, jobs->now);
    }
    return count;
}

static void add_count(struct str *out, const char *label, const struct jobs *jobs)
{
    size_t late = dispatch_overdue(jobs);
    str_addf(out, "%s%s ", out->len ? " · " : "", label);
    jobs_count_text(jobs, out);
    if (late)
        str_addf(out, _(" (%zu overdue)"), late);
}

void dispatch_crumb(struct screen *screen, struct str *out)
{
    struct dispatch *desk = dispatch_of(screen);
    add_count(out, _("waiting"), &desk->waiting);
    add_count(out, _("on the road"), &desk->live);
    if (desk->filter)
        str_addf(out, " · %s “%s”", _("filter"), desk->filter);
    if (desk->fleet.match)
        str_addf(out, " · %s “%s” %zu", _("Vehicles"), desk->fleet.match, desk->fleet.shown.count);
}
