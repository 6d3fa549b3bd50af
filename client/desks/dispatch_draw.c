/* Waiting orders at the left, vehicles for the one under the cursor at the right, what matters of it in between, the road below. */
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

enum { BESIDE_FROM = 72, OFFER_ROWS = 10, DETAIL_ROWS = 2, DETAIL_ROWS_TALL = 5, TALL = 36 };

/* The parts of the body; rows 0: not shown. */
struct parts {
    struct area waiting, offers, detail, rule, live;
};

/* Rows for the upper list. A narrow screen has the vehicles below it and gives it what it needs only. */
static int upper_rows(const struct dispatch *desk, struct area body, int detail)
{
    const struct jobs *jobs = desk->focus == FOCUS_LIVE ? &desk->live : &desk->waiting;
    int most = body.cols < BESIDE_FROM ? MIN((int)jobs->items.count + 1, body.rows * 2 / 5)
                                       : MAX((int)OFFER_ROWS, body.rows * 2 / 5);
    return MIN(MAX(most, 4), MAX(body.rows - detail - 1 - 3, 3));
}

static struct parts divide(const struct dispatch *desk, struct area body)
{
    struct parts parts = {0};
    int detail = body.rows >= TALL ? DETAIL_ROWS_TALL : DETAIL_ROWS;
    int top = upper_rows(desk, body, detail), left = body.cols * 48 / 100;
    parts.waiting = (struct area){body.row, body.col, top, body.cols};
    parts.detail = (struct area){body.row + top, body.col, detail, body.cols};
    parts.rule = (struct area){body.row + top + detail, body.col, 1, body.cols};
    parts.live = (struct area){parts.rule.row + 1, body.col, body.rows - top - detail - 1, body.cols};
    if (body.cols >= BESIDE_FROM) {
        parts.waiting.cols = left - 1;
        parts.offers = (struct area){body.row, body.col + left + 1, top, body.cols - left - 1};
        return parts;
    }
    parts.offers = parts.live; /* only the list that has the cursor is shown */
    if (desk->focus == FOCUS_LIVE) {
        parts.live = parts.waiting;
        parts.waiting.rows = 0;
    } else {
        parts.live.rows = 0;
    }
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
    str_addf(&linear->text, "\n%s\n", desk->focus == FOCUS_LIVE ? _("On the road") : _("Waiting"));
    linear_table(linear, &dispatch_jobs(desk)->table);
    linear->looks = true;
    write_detail(desk, &linear->text);
    if (desk->focus == FOCUS_WAITING)
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

/* The facts of an order on the road stand where the vehicles of a waiting one do. */
static void draw_road(struct dispatch *desk, struct canvas *canvas, struct area area)
{
    static const char *const times[] = {"dispatched_at", "accepted_at", "departed_at", "arrived_at",
                                        "due_at"};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct job *job = jobs_current(&desk->live);
    const char *labels[ORDER_STEPS_MAX];
    int now, count = job ? order_steps(desk->live.entity, job->row, labels, &now) : 0;
    struct panel panel;
    if (!job)
        return;
    flow_draw(canvas, area.row, area.col, area.cols, labels, count, now);
    panel_begin(&panel, canvas, (struct area){area.row + 1, area.col, area.rows - 1, area.cols}, 12, 0);
    panel_value(&panel, _("Vehicle"), ROLE_NORMAL, value_of_row(desk, arena, job->row, "vehicle_id"));
    panel_value(&panel, _("Driver"), ROLE_NORMAL, value_of_row(desk, arena, job->row, "driver_id"));
    for (size_t i = 0; i < array_len(times); i++) {
        const struct field *field = catalogue_field(desk->live.entity, times[i]);
        bool over = i + 1 == array_len(times) && age_is_over(job->due, desk->live.now);
        if (field)
            panel_value(&panel, _(field->label), over ? ROLE_ALARM : ROLE_NORMAL,
                        value_show_row(desk->app, arena, field, job->row));
    }
}

static void draw_rule(struct dispatch *desk, struct canvas *canvas, struct area area)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    str_addf(&text, " %s ", desk->focus == FOCUS_LIVE ? _("On the road") : _("On the road (Tab)"));
    jobs_count_text(&desk->live, &text);
    str_add_char(&text, ' ');
    canvas_fill(canvas, area, ROLE_BORDER, L'─');
    canvas_put(canvas, area.row, area.col + 2, area.cols - 4,
               desk->focus == FOCUS_LIVE ? ROLE_HEAD : ROLE_DIM, text.data);
}

void dispatch_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct dispatch *desk = dispatch_of(screen);
    struct parts parts = divide(desk, body);
    bool live = desk->focus == FOCUS_LIVE;
    if (parts.waiting.rows)
        table_draw(&desk->waiting.table, canvas, parts.waiting, !live);
    if (parts.waiting.rows && body.cols >= BESIDE_FROM)
        canvas_fill(canvas,
                    (struct area){body.row, parts.waiting.col + parts.waiting.cols, parts.waiting.rows, 1},
                    ROLE_BORDER, L'│');
    draw_detail(desk, canvas, parts.detail);
    if (body.cols >= BESIDE_FROM)
        draw_rule(desk, canvas, parts.rule);
    if (parts.live.rows)
        table_draw(&desk->live.table, canvas, parts.live, live);
    if (live)
        draw_road(desk, canvas, parts.offers);
    else
        offers_draw(&desk->offers, canvas, parts.offers);
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
}
