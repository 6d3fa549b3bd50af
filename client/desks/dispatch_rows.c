/* The two lists of the dispatch desk: orders that wait for a vehicle, and those that have one. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/dispatch-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/value_text.h"

static const char *const names[] = {
    "number",      "state",        "created_at",    "due_at",      "appoint_at",  "customer_id", "plate",
    "car_model",   "contact_name", "service",       "road",        "place",       "vehicle_id",  "driver_id",
    "urges",       "to_confirm",   "dispatched_at", "accepted_at", "departed_at", "arrived_at",  "done_at",
    "money_state", "result",       "branch_id",     "lon",         "lat",         "cancel_at",   "withdrawal",
    NULL};

enum column {
    COL_LEFT,
    COL_NOTE,
    COL_SERVICE,
    COL_PLACE,
    COL_AGE,
    COL_PLATE,
    COL_CUSTOMER,
    COL_NUMBER,
    COL_STATE,
    COL_VEHICLE,
    COL_DRIVER
};

struct column_row {
    enum column column;
    const char *title;
    int width, width_max, priority;
};

static const struct column_row waiting_columns[] = {
    {COL_LEFT, N_("Due in"), 6, 7, 0},         {COL_SERVICE, N_("Service"), 8, 14, 2},
    {COL_PLACE, N_("Place"), 18, 48, 1},       {COL_NOTE, N_("Note"), 8, 11, 2},
    {COL_AGE, N_("Waits"), 6, 7, 3},           {COL_PLATE, N_("Plate"), 9, 10, 4},
    {COL_CUSTOMER, N_("Customer"), 10, 24, 5}, {COL_NUMBER, N_("Number"), 13, 13, 6},
};

static const struct column_row live_columns[] = {
    {COL_LEFT, N_("Due in"), 6, 7, 0},     {COL_STATE, N_("State"), 10, 10, 1},
    {COL_AGE, N_("Elapsed"), 7, 8, 1},     {COL_VEHICLE, N_("Vehicle"), 9, 10, 1},
    {COL_DRIVER, N_("Driver"), 8, 10, 2},  {COL_NOTE, N_("Note"), 8, 11, 3},
    {COL_PLACE, N_("Place"), 14, 48, 3},   {COL_SERVICE, N_("Service"), 8, 14, 4},
    {COL_PLATE, N_("Plate"), 9, 10, 5},    {COL_CUSTOMER, N_("Customer"), 10, 24, 6},
    {COL_NUMBER, N_("Number"), 13, 13, 7},
};

static bool waiting_belongs(const struct jobs *jobs, const json_t *row)
{
    (void)jobs;
    return order_is_waiting(row);
}

static bool live_belongs(const struct jobs *jobs, const json_t *row)
{
    (void)jobs;
    return order_is_live(row);
}

/* What is late first, by how long; then what will be; what has no limit last, the oldest of it first. */
static int compare_due(const struct jobs *jobs, const struct job *a, const struct job *b)
{
    (void)jobs;
    int64_t left = instant_is_nil(a->due) ? INT64_MAX : a->due.us,
            right = instant_is_nil(b->due) ? INT64_MAX : b->due.us;
    if (left != right)
        return left < right ? -1 : 1;
    if (a->created.us != b->created.us)
        return a->created.us < b->created.us ? -1 : 1;
    return a->id < b->id ? -1 : 1;
}

static unsigned job_flags(const struct jobs *jobs, const struct job *job)
{
    return age_is_over(job->due, jobs->now) ? ROW_ALARM : 0;
}

static const char *left_cell(struct jobs *jobs, const struct job *job, enum role *role)
{
    char *buf = arena_alloc(jobs->arena, AGE_TEXT_SIZE);
    if (age_is_over(job->due, jobs->now))
        *role = ROLE_ALARM;
    else if (age_is_near(order_since(job->row), job->due, jobs->now))
        *role = ROLE_WARNING;
    return age_left(buf, AGE_TEXT_SIZE, job->due, jobs->now);
}

static const char *age_cell(struct jobs *jobs, const struct job *job)
{
    char *buf = arena_alloc(jobs->arena, AGE_TEXT_SIZE);
    struct instant since = order_is_waiting(job->row) ? job->created : order_since(job->row);
    int64_t age = age_between(since, jobs->now);
    return age == NIL ? "" : age_print(buf, AGE_TEXT_SIZE, MAX(age, 0));
}

/* The time alone when it is today's. */
static const char *appointment(struct jobs *jobs, const struct job *job)
{
    char now[TIME_TEXT_SIZE];
    const struct field *field = catalogue_field(jobs->entity, "appoint_at");
    const char *text = jobs_text(jobs, job, "appoint_at"), *space = strchr(text, ' ');
    if (!field || !space)
        return text;
    const char *today =
        value_show(jobs->app, jobs->arena, field, time_print(now, sizeof(now), jobs->now), NULL);
    return strncmp(text, today, (size_t)(space - text)) == 0 ? space + 1 : text;
}

/* What the dispatcher has to know before anything else. */
static const char *note_cell(struct jobs *jobs, const struct job *job, enum role *role)
{
    int64_t urges = order_number(job->row, "urges");
    if (!instant_is_nil(
            order_time(job->row, "cancel_at"))) { /* by its third party: whether it is void, he says */
        *role = ROLE_ALARM;
        return _("cancel?");
    }
    if (order_truth(job->row, "to_confirm")) {
        *role = ROLE_WARNING;
        return _("call!");
    }
    if (urges > 0) {
        *role = ROLE_WARNING;
        return arena_printf(jobs->arena, _("urged %" PRId64), urges);
    }
    return appointment(jobs, job);
}

static const char *cell_of(struct jobs *jobs, const struct job *job, enum column column, enum role *role)
{
    static const char *const fields[] = {
        [COL_SERVICE] = "service",      [COL_PLACE] = "place",      [COL_PLATE] = "plate",
        [COL_CUSTOMER] = "customer_id", [COL_NUMBER] = "number",    [COL_STATE] = "state",
        [COL_VEHICLE] = "vehicle_id",   [COL_DRIVER] = "driver_id",
    };
    switch (column) {
    case COL_LEFT: return left_cell(jobs, job, role);
    case COL_AGE: return age_cell(jobs, job);
    case COL_NOTE: return note_cell(jobs, job, role);
    default: return jobs_text(jobs, job, fields[column]);
    }
}

static const char *waiting_cell(struct jobs *jobs, const struct job *job, size_t column, struct str *scratch,
                                enum role *role)
{
    (void)scratch;
    return cell_of(jobs, job, waiting_columns[column].column, role);
}

static const char *live_cell(struct jobs *jobs, const struct job *job, size_t column, struct str *scratch,
                             enum role *role)
{
    (void)scratch;
    return cell_of(jobs, job, live_columns[column].column, role);
}

void dispatch_row_changed(struct dispatch *desk)
{
    const struct job *job = jobs_current(&desk->waiting), *here = jobs_current(dispatch_jobs(desk));
    offers_want(&desk->offers, job ? job->id : NIL);
    record_want(&desk->record, here ? here->id : NIL, here ? here->version : 0);
    board_fleet_measure(desk, here
                                  ? (struct point){order_real(here->row, "lon"), order_real(here->row, "lat")}
                                  : (struct point){NAN, NAN});
    board_map_fill(desk);
}

/* An order that comes in by itself rings. */
static void rows_changed(struct jobs *jobs)
{
    struct dispatch *desk = dispatch_of(jobs->screen);
    if (jobs == &desk->waiting && jobs->arrived)
        desk->app->ui->bell = true;
    jobs->arrived = 0;
    dispatch_row_changed(desk);
    dispatch_check_question(desk);
}

/* What is asked in a panel is asked of an order that has gone on. */
static void overtaken(struct jobs *jobs, const json_t *row)
{
    const struct field *state = catalogue_field(jobs->entity, "state");
    ui_say(jobs->app->ui, ROLE_WARNING, _("Order %s is “%s” now"), order_text(row, "number"),
           state ? choice_label(jobs->app, state, order_text(row, "state")) : "");
}

static const struct jobs_ops waiting_ops = {
    .belongs = waiting_belongs,
    .compare = compare_due,
    .whole = true,
    .flags = job_flags,
    .cell = waiting_cell,
    .changed = rows_changed,
    .overtaken = overtaken,
};

static const struct jobs_ops live_ops = {
    .belongs = live_belongs,
    .compare = compare_due,
    .whole = true,
    .flags = job_flags,
    .cell = live_cell,
    .changed = rows_changed,
    .overtaken = overtaken,
};

static void name_columns(struct jobs *jobs, const struct column_row rows[], size_t count)
{
    table_clear_columns(&jobs->table);
    for (size_t i = 0; i < count; i++)
        table_add_column(&jobs->table, &(struct table_column){.title = _(rows[i].title),
                                                              .width = rows[i].width,
                                                              .width_max = rows[i].width_max,
                                                              .priority = rows[i].priority});
}

void dispatch_name_columns(struct dispatch *desk)
{
    name_columns(&desk->waiting, waiting_columns, array_len(waiting_columns));
    name_columns(&desk->live, live_columns, array_len(live_columns));
}

void dispatch_init_rows(struct dispatch *desk)
{
    jobs_init(&desk->waiting, desk->app, &desk->screen, &waiting_ops, names, "created_at");
    jobs_init(&desk->live, desk->app, &desk->screen, &live_ops, names, "created_at");
    jobs_set_filter(&desk->waiting, json_pack("{s:s}", "state", "new"));
    jobs_set_filter(&desk->live, json_pack("{s:{s:[s,s,s,s]}}", "state", "in", "dispatched", "accepted",
                                           "on_the_way", "arrived"));
    dispatch_name_columns(desk);
}
