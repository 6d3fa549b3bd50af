/* From the server's groups to the points of a chart. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "client/ui/words.h"
#include "client/views/chart_view-private.h"
#include "client/views/choices_of.h"
#include "wire/json.h"

enum { POINTS_MAX = 500, HOUR_US = 3600 * 1000000LL };

/* ---- steps of time ---- */

/* A point in the order of steps: a day, or an hour. */
struct place {
    int64_t at; /* days, or µs */
};

static bool place_of(const struct chart_view *view, const json_t *value, struct place *place_r)
{
    const char *text = json_string_value(value);
    struct instant instant;
    struct day day;
    if (!text)
        return false;
    if (view->step == STEP_HOUR) {
        if (time_parse(text, &instant) != 0)
            return false;
        place_r->at = instant.us;
        return true;
    }
    if (day_parse(text, &day) != 0)
        return false;
    place_r->at = day.n;
    return true;
}

static int64_t next_place(const struct chart_view *view, int64_t at)
{
    int year, month, day;
    struct day next = {(int32_t)at};
    switch (view->step) {
    case STEP_HOUR: return at + HOUR_US;
    case STEP_DAY: return at + 1;
    case STEP_WEEK: return at + 7;
    default: break;
    }
    day_split(next, &year, &month, &day);
    month = view->step == STEP_YEAR ? 1 : month + 1;
    year += view->step == STEP_YEAR || month > 12;
    return day_make(year, month > 12 ? 1 : month, 1, &next) == 0 ? next.n : INT64_MAX;
}

/* As the protocol and the filter line write it. */
static void print_place(const struct chart_view *view, int64_t at, char *buf, size_t size)
{
    if (view->step == STEP_HOUR)
        time_print(buf, size, (struct instant){at});
    else
        day_print(buf, size, (struct day){(int32_t)at});
}

/* Short where the year goes without saying; of a calendar the whole day. */
static const char *place_label(const struct chart_view *view, int64_t at)
{
    char text[TIME_TEXT_SIZE];
    if (view->step == STEP_HOUR) {
        struct instant instant = {at};
        int offset = 0;
        if (time_zone_offset(view->app->who.zone, instant, &offset) != 0)
            offset = 0;
        time_print(text, sizeof(text), (struct instant){at + offset * 1000000LL});
        return arena_printf(view->arena, "%.5s %.2sh", text + 5, text + 11);
    }
    day_print(text, sizeof(text), (struct day){(int32_t)at});
    if (view->step == STEP_YEAR)
        return arena_printf(view->arena, "%.4s", text);
    if (view->step == STEP_MONTH)
        return arena_printf(view->arena, "%.7s", text);
    return arena_strdup(view->arena, text);
}

/* ---- labels and numbers ---- */

static const char *label_of(const struct chart_view *view, const struct field *field, const json_t *group)
{
    const json_t *value = json_object_get(group, "value");
    const char *words = NULL;
    struct place place;
    if (json_is_null(value))
        return _("(empty)");
    if (field == view->by && chart_field_is_time(field) && place_of(view, value, &place))
        return place_label(view, place.at);
    if (json_get_text(group, "label", &words) == JSON_GET_FOUND && *words)
        return arena_strdup(view->arena, words);
    if (json_is_boolean(value))
        return json_is_true(value) ? _("yes") : _("no");
    if (json_is_integer(value))
        return arena_printf(view->arena, "#%" PRId64, (int64_t)json_integer_value(value));
    const char *text = json_string_value(value);
    return field_type_of(field) == FIELD_CHOICE ? choice_label(view->app, field, text ? text : "")
                                                : arena_strdup(view->arena, text ? text : "");
}

static enum chart_unit unit_of(const struct chart_view *view)
{
    enum field_type type = view->value ? field_type_of(view->value) : FIELD_INT;
    if (view->average && type != FIELD_FEN && type != FIELD_DURATION)
        return CHART_HUNDREDTHS;
    return type == FIELD_FEN        ? CHART_FEN
           : type == FIELD_DURATION ? CHART_SECONDS
           : type == FIELD_RATIO    ? CHART_HUNDREDTHS
                                    : CHART_NUMBER;
}

/* Of a group, a part, or the rest: {"count":…,"sum":{…}}. */
static int64_t number_of(const struct chart_view *view, const json_t *counted)
{
    if (!json_is_object(counted))
        return NIL;
    if (!view->value)
        return json_integer_value(json_object_get(counted, "count"));
    const json_t *worth =
        json_object_get(json_object_get(counted, view->average ? "average" : "sum"), view->value->name);
    enum chart_unit unit = unit_of(view);
    if (!json_is_number(worth) || (unit != CHART_HUNDREDTHS && !view->average && !json_is_integer(worth)))
        return NIL;
    if (json_is_integer(worth) && unit != CHART_HUNDREDTHS)
        return json_integer_value(worth);
    double real = json_number_value(worth) * (unit == CHART_HUNDREDTHS ? 100 : 1);
    return fabs(real) < 9e15 ? llround(real) : NIL;
}

/* Those that are drawn one by one; what is left is one more. */
static size_t parts_drawn(size_t parts)
{
    return parts > CHART_SERIES_MAX ? CHART_SERIES_MAX - 1 : parts;
}

static void build_series(struct chart_view *view)
{
    const json_t *parts = json_object_get(view->answer, "and");
    size_t count = json_array_size(parts), drawn = parts_drawn(count);
    bool stacked = view->and &&count && view->kind != CHART_HEAT && view->kind != CHART_BARS;
    view->chart.nseries = stacked ? drawn + !view->average : 0;
    if (!stacked)
        return;
    const char **names = arena_alloc(view->arena, (drawn + 1) * sizeof(*names));
    for (size_t i = 0; i < drawn; i++)
        names[i] = label_of(view, view->and, json_array_get(parts, i));
    if (!view->average)
        names[drawn] = _("Others");
    view->chart.series = names;
}

/* The parts that are no series are the total without those that are; of averages they are left out. */
static const int64_t *values_of(const struct chart_view *view, const json_t *group, int64_t total)
{
    size_t count = view->chart.nseries;
    if (!count)
        return NULL;
    int64_t *values = arena_alloc(view->arena, count * sizeof(*values));
    const json_t *parts = json_object_get(group, "parts");
    int64_t left = total;
    for (size_t i = 0; i + !view->average < count; i++) {
        values[i] = number_of(view, json_array_get(parts, i));
        if (values[i] == NIL && chart_field_is_time(view->by) && !view->average)
            values[i] = 0;
        if (values[i] != NIL && left != NIL)
            left -= values[i];
    }
    if (!view->average)
        values[count - 1] = left && left != NIL ? left : NIL;
    return values;
}

/* ---- points ---- */

/* Of an average it is told how many it is of: one 5 is not fifty of them. */
static const char *label_with_count(const struct chart_view *view, const char *label, const json_t *group)
{
    int64_t count = json_integer_value(json_object_get(group, "count"));
    return view->average && count > 0 && !chart_field_is_time(view->by)
               ? arena_printf(view->arena, "%s (%" PRId64 ")", label, count)
               : label;
}

static void add_point(struct chart_view *view, const char *label, int64_t day, const json_t *group)
{
    int64_t total = group ? number_of(view, group) : view->average ? NIL : 0;
    bool has_day = chart_field_is_time(view->by) && view->step == STEP_DAY && day != NIL;
    vec_push(&view->points, ((struct chart_point){.label = label_with_count(view, label, group),
                                                  .day = {has_day ? (int32_t)day : INT32_MIN},
                                                  .total = total,
                                                  .values = values_of(view, group, total)}));
    vec_push(&view->groups, group);
}

/* Steps without a record are points, too: a line over days does not leap over Sunday. */
static void add_gap(struct chart_view *view, int64_t from, int64_t to)
{
    size_t steps = 0;
    for (int64_t at = from; at < to && steps <= POINTS_MAX; at = next_place(view, at))
        steps++;
    if (steps + view->points.count > POINTS_MAX)
        return;
    for (int64_t at = from; at < to; at = next_place(view, at))
        add_point(view, place_label(view, at), at, NULL);
}

static void add_groups(struct chart_view *view)
{
    const json_t *groups = json_object_get(view->answer, "groups");
    bool time = chart_field_is_time(view->by);
    int64_t next = NIL;
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        struct place place = {NIL};
        if (time && place_of(view, json_object_get(group, "value"), &place)) {
            if (next != NIL)
                add_gap(view, next, place.at);
            next = next_place(view, place.at);
        }
        add_point(view, label_of(view, view->by, group), place.at, group);
    }
}

/* Of times the rest is older than what is shown, and no bar beside the others. */
static void add_rest(struct chart_view *view)
{
    const json_t *rest = json_object_get(view->answer, "rest");
    int64_t groups = 0;
    if (json_get_int(rest, "groups", &groups) != JSON_GET_FOUND || groups < 1 ||
        chart_field_is_time(view->by))
        return;
    add_point(view, arena_printf(view->arena, "%s (%" PRId64 ")", _("Others"), groups), NIL, rest);
    view->groups.items[view->groups.count - 1] = NULL;
}

/* The last series holds what the others leave; nobody wants to see it where that is nothing. */
static void drop_empty_series(struct chart_view *view)
{
    size_t last = view->chart.nseries - 1;
    if (!view->chart.nseries || view->average)
        return;
    vec_each(const struct chart_point, point, &view->points)
    {
        if (point->values && point->values[last] != NIL)
            return;
    }
    view->chart.nseries--;
}

static const char *value_label(const struct chart_view *view)
{
    if (!view->value)
        return _("Number of records");
    const char *label = view->value->label ? _(view->value->label) : view->value->name;
    return view->average ? arena_printf(view->arena, _("average of %s"), label) : label;
}

void chart_view_build(struct chart_view *view)
{
    size_t cursor = view->chart.cursor;
    arena_reset(view->arena);
    vec_clear(&view->points);
    vec_clear(&view->groups);
    view->value_label = value_label(view);
    view->chart = (struct chart){
        .kind = view->kind, .unit = unit_of(view), .language = view->app->language, .focused = true};
    if (view->answer) {
        build_series(view);
        add_groups(view);
        add_rest(view);
        drop_empty_series(view);
    }
    view->chart.points = view->points.items;
    view->chart.count = view->points.count;
    view->chart.cursor = view->points.count ? MIN(cursor, view->points.count - 1) : 0;
}

/* ---- what stands behind a point ---- */

static void add_time_term(const struct chart_view *view, const json_t *value, struct str *out)
{
    char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
    struct place place;
    if (!place_of(view, value, &place))
        return;
    print_place(view, place.at, from, sizeof(from));
    print_place(view, next_place(view, place.at), to, sizeof(to));
    str_addf(out, "%s>=%s %s<%s", view->by->name, from, view->by->name, to);
}

bool chart_view_filter(const struct chart_view *view, size_t point, struct str *out)
{
    const json_t *group = point < view->groups.count ? view->groups.items[point] : NULL;
    const json_t *value = json_object_get(group, "value");
    if (!group)
        return false;
    if (*view->line)
        str_addf(out, "%s ", view->line);
    if (json_is_null(value))
        str_addf(out, "%s=", view->by->name);
    else if (chart_field_is_time(view->by))
        add_time_term(view, value, out);
    else if (json_is_boolean(value))
        str_addf(out, "%s=%s", view->by->name, json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        str_addf(out, "%s=%" PRId64, view->by->name, (int64_t)json_integer_value(value));
    else
        str_addf(out, "%s=%s", view->by->name, json_string_value(value));
    return true;
}

/* ---- CSV ---- */

/* What a spreadsheet would take for a formula gets an apostrophe; quotes are doubled. */
static void add_text(struct str *out, const char *text)
{
    str_add_char(out, '"');
    if (*text && strchr("=+-@\t\r", *text))
        str_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            str_add_char(out, '"');
        str_add_char(out, *text);
    }
    str_add_char(out, '"');
}

static void add_number(struct str *out, enum chart_unit unit, int64_t value)
{
    bool hundredths = unit == CHART_FEN || unit == CHART_HUNDREDTHS;
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value == NIL)
        return;
    if (hundredths)
        str_addf(out, "%s%" PRIu64 ".%02" PRIu64, value < 0 ? "-" : "", size / 100, size % 100);
    else
        str_addf(out, "%" PRId64, value);
}

void chart_view_csv(const struct chart_view *view, struct str *out)
{
    const struct chart *chart = &view->chart;
    str_add(out, "\xef\xbb\xbf");
    add_text(out, view->by->label ? _(view->by->label) : view->by->name);
    str_add_char(out, ',');
    add_text(out, view->value_label);
    for (size_t s = 0; s < chart->nseries; s++) {
        str_add_char(out, ',');
        add_text(out, chart->series[s]);
    }
    str_add(out, "\r\n");
    for (size_t i = 0; i < chart->count; i++) {
        add_text(out, chart->points[i].label);
        str_add_char(out, ',');
        add_number(out, chart->unit, chart->points[i].total);
        for (size_t s = 0; s < chart->nseries; s++) {
            str_add_char(out, ',');
            add_number(out, chart->unit, chart->points[i].values ? chart->points[i].values[s] : NIL);
        }
        str_add(out, "\r\n");
    }
}
