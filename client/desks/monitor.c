#include "client/desks/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/monitor-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/settings.h"
#include "model/catalogue.h"

enum { COUNT_MS = 400, COUNT_MOST_MS = 3600 * 1000, TICK_SECONDS = 5 };

/* What lateness is judged by, whatever columns are shown. */
static const char *const judged[] = {"due_at",      "created_at", "dispatched_at", "accepted_at",
                                     "departed_at", "arrived_at", "to_confirm",    "appoint_at",
                                     "cancel_at",   NULL};

static struct monitor *of_rows(struct rows *rows)
{
    return list_face_context(rows);
}

/* When the step awaited is late; an appointment is by its own time at the latest. */
static struct instant due_of(const json_t *row)
{
    struct instant due = order_time(row, "due_at"), at = order_time(row, "appoint_at");
    bool sooner = order_is_waiting(row) && !instant_is_nil(at) && (instant_is_nil(due) || at.us < due.us);
    return sooner ? at : due;
}

static unsigned row_flags(struct rows *rows, const json_t *row)
{
    bool cancelled = !instant_is_nil(order_time(row, "cancel_at"));
    return cancelled || age_is_over(due_of(row), of_rows(rows)->now) ? ROW_ALARM : 0;
}

/* The timer says what is left, and how long over it is; it runs here, not at the server. */
static bool cell(struct rows *rows, const json_t *row, const struct field *field, struct str *out,
                 enum role *role)
{
    char text[AGE_TEXT_SIZE];
    const struct monitor *monitor = of_rows(rows);
    struct instant due = due_of(row);
    if (strcmp(field->name, "late_s") != 0)
        return false;
    if (age_is_over(due, monitor->now))
        *role = ROLE_ALARM;
    else if (age_is_near(order_since(row), due, monitor->now))
        *role = ROLE_WARNING;
    if (order_truth(row, "to_confirm")) /* a call comes before the vehicle */
        str_add(out, "☎ ");
    if (!instant_is_nil(order_time(row, "cancel_at"))) /* by its third party; a dispatcher voids it, or not */
        str_add(out, "✕ ");
    str_add(out, age_left(text, sizeof(text), due, monitor->now));
    return true;
}

/* ---- counts: of what the list would show */

bool monitor_counts_hold(const struct monitor *monitor)
{
    return monitor->counted && strcmp(monitor->counted, monitor->rows->line) == 0;
}

static int64_t overdue_of(const struct monitor *monitor)
{
    for (size_t i = 0; monitor->counts && i < monitor->ntabs; i++)
        if (monitor->tabs[i].alarm)
            return monitor->tabs[i].count(monitor->counts);
    return 0;
}

/* A count changes by itself when the next order is late: until then nobody asks. */
static void wait_for_next(struct monitor *monitor)
{
    struct instant now = order_time(monitor->counts, "now"), next = order_time(monitor->counts, "next");
    if (instant_is_nil(next) || instant_is_nil(now))
        return;
    int64_t ms = (next.us - now.us) / (US_PER_SECOND / 1000) + 1000;
    later_set(&monitor->later, (int)MAX(MIN(ms, (int64_t)COUNT_MOST_MS), (int64_t)COUNT_MS));
}

static void on_counts(struct screen *screen, const struct answer *answer, void *context)
{
    struct monitor *monitor = context;
    (void)screen;
    monitor->asked = 0;
    if (answer->code != ERR_NONE)
        return;
    int64_t before = overdue_of(monitor);
    bool same = monitor->counted && strcmp(monitor->counted, monitor->asked_line) == 0;
    json_decref(monitor->counts);
    monitor->counts = json_deep_copy(answer->object);
    free(monitor->counted);
    monitor->counted = monitor->asked_line;
    monitor->asked_line = NULL;
    if (same && monitor->tabs[monitor->tab].alarm && overdue_of(monitor) != before)
        rows_read(monitor->rows);
    wait_for_next(monitor);
    ui_redraw(monitor->app->ui);
}

static void ask_counts(void *context)
{
    struct monitor *monitor = context;
    if (monitor->asked)
        ask_cancel(monitor->app, monitor->asked);
    const struct rows *rows = monitor->rows;
    json_t *args = json_object();
    if (rows->filter)
        json_object_set(args, "filter", rows->filter);
    if (rows->q)
        json_object_set_new(args, "q", json_string(rows->q));
    free(monitor->asked_line);
    monitor->asked_line = memory_strdup(rows->line);
    monitor->asked =
        ask(monitor->app, monitor->screen, "rescue.counts", args, CALL_READ, NULL, on_counts, monitor);
}

/* Another filter is typed: the numbers follow the rows. */
static void arrived(struct rows *rows)
{
    struct monitor *monitor = of_rows(rows);
    if (!monitor_counts_hold(monitor) && !(monitor->asked && strcmp(monitor->asked_line, rows->line) == 0))
        ask_counts(monitor);
}

static const struct rows_ops rows_ops = {
    .flags = row_flags, .arrived = arrived, .cell = cell, .names = judged};

static void heard(void *context, const struct live_event events[], size_t count)
{
    struct monitor *monitor = context;
    (void)events, (void)count;
    later_by(&monitor->later, COUNT_MS);
}

/* ---- states */

static void use_tab(struct monitor *monitor, size_t tab)
{
    monitor->tab = tab;
    rows_set_condition(monitor->rows, monitor->tabs[tab].condition(monitor->app));
    rows_use_sort(monitor->rows, monitor->tabs[tab].sort);
}

static unsigned choose(struct monitor *monitor, size_t tab)
{
    use_tab(monitor, tab);
    return rows_set_filter(monitor->rows, monitor->rows->line) == 0 ? SCREEN_REDRAW : SCREEN_BELL;
}

static unsigned on_key(void *context, const struct key *key)
{
    struct monitor *monitor = context;
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    for (size_t i = 0; i < monitor->ntabs; i++)
        if (key->kind == KEY_TEXT && key->code == monitor->tabs[i].key)
            return choose(monitor, i);
    switch (key->code) {
    case K_TAB: return choose(monitor, (monitor->tab + 1) % monitor->ntabs);
    case K_BACKTAB: return choose(monitor, (monitor->tab + monitor->ntabs - 1) % monitor->ntabs);
    case K_REFRESH: ask_counts(monitor); return SCREEN_UNUSED; /* the rows, too */
    default: return SCREEN_UNUSED;
    }
}

static void keys(void *context, struct key_bar *bar)
{
    const struct monitor *monitor = context;
    for (size_t i = 0; i < monitor->ntabs; i++)
        key_bar_add(bar, monitor->tabs[i].key, _(monitor->tabs[i].label), 60);
    key_bar_add(bar, K_TAB, _("Next state"), 3);
}

/* ---- time */

/* Each step is late once, so each rings once: whoever dispatches hears it from the server already. */
static void ring(struct monitor *monitor, struct instant before, struct instant now)
{
    if (app_may(monitor->app, "rescue.dispatch") || settings_get(monitor->app).no_late_bell)
        return;
    vec_each(const struct rows_record, record, &monitor->rows->records)
    {
        struct instant due = due_of(record->row);
        if (!instant_is_nil(due) && due.us > before.us && due.us <= now.us)
            monitor->app->ui->bell = true;
    }
}

static unsigned tick(void *context, int64_t now_ms)
{
    struct monitor *monitor = context;
    struct instant now = time_now(), before = monitor->now;
    (void)now_ms;
    if (now.us / US_PER_SECOND / TICK_SECONDS == before.us / US_PER_SECOND / TICK_SECONDS)
        return 0;
    monitor->now = now;
    ring(monitor, before, now);
    return SCREEN_REDRAW;
}

/* ---- the desks */

static void begin(void *context, struct screen *screen, struct rows *rows)
{
    struct monitor *monitor = context;
    monitor->screen = screen;
    monitor->rows = rows;
    later_init(&monitor->later, monitor->app, ask_counts, monitor);
    later_set(&monitor->later, 0);
    use_tab(monitor, 0);
}

static void closed(void *context)
{
    struct monitor *monitor = context;
    later_finish(&monitor->later);
    json_decref(monitor->counts);
    free(monitor->counted);
    free(monitor->asked_line);
    free(monitor);
}

/* As many as the narrowest screen has room for come first. */
static const char *const order_columns[] = {
    "late_s", "state", "number",     "plate",     "place",      "service",    "customer_id", "contact_name",
    "road",   "urges", "vehicle_id", "driver_id", "created_at", "appoint_at", "branch_id",   NULL};
static const char *const appointment_columns[] = {
    "late_s",       "appoint_at", "number", "plate",   "place",     "service", "customer_id",
    "contact_name", "road",       "urges",  "remarks", "branch_id", NULL};

#define FACE                                                                                                 \
    .rows = &rows_ops, .begin = begin, .head_rows = monitor_head_rows, .draw_head = monitor_head_draw,       \
    .plain_head = monitor_head_plain, .key = on_key, .keys = keys, .heard = heard, .tick = tick,             \
    .close = closed

static const struct list_face order_face = {
    .desk = "monitor",
    .title = N_("Order monitor"),
    .help =
        N_("All orders but appointments nobody was sent to, the latest step first. A digit or Tab chooses a "
           "state; the numbers are live, and of the orders a filter lets through. The timer runs to when the "
           "awaited step is late, and red is late already. Space marks rows for an action on several."),
    .columns = order_columns,
    FACE,
};

static const struct list_face appointment_face = {
    .desk = "appointments",
    .title = N_("Appointments"),
    .help = N_(
        "Orders for a time, past or future, to which nobody was sent yet, the latest first. The timer runs "
        "to when a vehicle must be sent to be there in time."),
    .columns = appointment_columns,
    FACE,
};

static void open_monitor(struct app_context *app, const struct list_face *face,
                         const struct monitor_tab *tabs, size_t ntabs)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, "rescue");
    if (!entity || !app_may(app, "rescue.list"))
        return;
    struct monitor *monitor = memory_zeroed(1, sizeof(*monitor));
    *monitor = (struct monitor){.app = app, .tabs = tabs, .ntabs = ntabs, .now = time_now()};
    list_open_face(app, entity, face, monitor);
}

static void open_orders(struct app_context *app, const struct catalogue_entity *entity)
{
    (void)entity;
    open_monitor(app, &order_face, monitor_tabs, monitor_ntabs);
}

static void open_appointments(struct app_context *app, const struct catalogue_entity *entity)
{
    (void)entity;
    open_monitor(app, &appointment_face, appointment_tabs, appointment_ntabs);
}

const struct desk monitor_desk = {
    .name = "monitor",
    .label = N_("Order monitor"),
    .help = N_(
        "Every order by its state, with live counts and timers; every step of the flow, for one or several."),
    .code = "mo",
    .verb = "rescue.counts",
    .open = open_orders,
};

const struct desk appointments_desk = {
    .name = "appointments",
    .label = N_("Appointments"),
    .help = N_("Orders for a time to which nobody was sent yet, the most urgent first."),
    .code = "ap",
    .verb = "rescue.counts",
    .open = open_appointments,
};
