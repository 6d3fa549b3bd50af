/* The driver's own jobs: those to be done, and the last ones. */
#include <stdio.h>

#include "client/desks/age.h"
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"

static const char *const names[] = {"number",      "state",   "created_at",    "due_at",      "appoint_at",
                                    "customer_id", "plate",   "car_model",     "service",     "place",
                                    "vehicle_id",  "urges",   "dispatched_at", "accepted_at", "departed_at",
                                    "arrived_at",  "done_at", "money_state",   "result",      NULL};

enum column { COL_STATE, COL_LEFT, COL_SERVICE, COL_PLACE, COL_NUMBER, COLUMNS };

static const struct {
    const char *title;
    int width, width_max, priority;
} columns[COLUMNS] = {
    [COL_STATE] = {N_("State"), 10, 12, 0},     [COL_LEFT] = {N_("Due in"), 6, 8, 1},
    [COL_SERVICE] = {N_("Service"), 11, 12, 2}, [COL_PLACE] = {N_("Place"), 7, 40, 2},
    [COL_NUMBER] = {N_("Number"), 13, 13, 4},
};

const struct job *driver_job(struct driver *desk, int64_t id)
{
    const struct job *job = jobs_find(&desk->now, id);
    return job ? job : jobs_find(&desk->past, id);
}

void driver_job_begin(struct driver *desk, int64_t id)
{
    jobs_begin(&desk->now, id);
    jobs_begin(&desk->past, id);
}

void driver_job_end(struct driver *desk, int64_t id, bool refused)
{
    jobs_end(&desk->now, id, refused);
    jobs_end(&desk->past, id, refused);
}

static bool now_belongs(const struct jobs *jobs, const json_t *row)
{
    (void)jobs;
    return order_is_live(row);
}

static bool past_belongs(const struct jobs *jobs, const json_t *row)
{
    (void)jobs;
    return order_is(row, "done") || order_is(row, "empty");
}

static int compare_due(const struct jobs *jobs, const struct job *a, const struct job *b)
{
    (void)jobs;
    int64_t left = instant_is_nil(a->due) ? INT64_MAX : a->due.us,
            right = instant_is_nil(b->due) ? INT64_MAX : b->due.us;
    return left != right ? (left < right ? -1 : 1) : a->id < b->id ? -1 : 1;
}

static int compare_new(const struct jobs *jobs, const struct job *a, const struct job *b)
{
    (void)jobs;
    return a->created.us != b->created.us ? (a->created.us > b->created.us ? -1 : 1) : a->id > b->id ? -1 : 1;
}

static unsigned flags(const struct jobs *jobs, const struct job *job)
{
    return age_is_over(job->due, jobs->now) ? ROW_ALARM : 0;
}

static const char *cell(struct jobs *jobs, const struct job *job, size_t column, struct str *scratch,
                        enum role *role)
{
    static const char *const fields[] = {
        [COL_STATE] = "state", [COL_SERVICE] = "service", [COL_PLACE] = "place", [COL_NUMBER] = "number"};
    char *buf = arena_alloc(jobs->arena, AGE_TEXT_SIZE);
    (void)scratch;
    if (column != COL_LEFT)
        return jobs_text(jobs, job, fields[column]);
    if (age_is_over(job->due, jobs->now))
        *role = ROLE_ALARM;
    return age_left(buf, AGE_TEXT_SIZE, job->due, jobs->now);
}

static void keep_vehicle(struct driver *desk, const struct job *job)
{
    int64_t id = job ? order_number(job->row, "vehicle_id") : NIL;
    if (id == NIL)
        return;
    desk->vehicle_id = id;
    snprintf(desk->vehicle, sizeof(desk->vehicle), "%s", order_text(job->row, "vehicle_label"));
}

void driver_row_changed(struct driver *desk)
{
    const struct job *job = jobs_current(driver_jobs(desk));
    if (job && desk->record.id != job->id)
        desk->scroll = 0;
    if (!desk->show_past)
        keep_vehicle(desk, job);
    record_want(&desk->record, job ? job->id : NIL, job ? job->version : 0);
}

static void changed(struct jobs *jobs)
{
    struct driver *desk = driver_of(jobs->screen);
    if (jobs == &desk->now && jobs->arrived) {
        desk->app->ui->bell = true;
        ui_say(desk->app->ui, ROLE_WARNING, "%s", _("A new job"));
    }
    jobs->arrived = 0;
    driver_row_changed(desk);
}

static const struct jobs_ops now_ops = {.belongs = now_belongs,
                                        .compare = compare_due,
                                        .whole = true,
                                        .flags = flags,
                                        .cell = cell,
                                        .changed = changed};
static const struct jobs_ops past_ops = {
    .belongs = past_belongs, .compare = compare_new, .flags = flags, .cell = cell, .changed = changed};

void driver_name_columns(struct driver *desk)
{
    struct table *const tables[] = {&desk->now.table, &desk->past.table};
    for (size_t t = 0; t < array_len(tables); t++) {
        table_clear_columns(tables[t]);
        for (size_t i = 0; i < COLUMNS; i++)
            table_add_column(tables[t], &(struct table_column){.title = _(columns[i].title),
                                                               .width = columns[i].width,
                                                               .width_max = columns[i].width_max,
                                                               .priority = columns[i].priority});
    }
}

static const char *none_now(void *context)
{
    (void)context;
    return _("No job is yours now. A new one comes by itself, and rings.");
}

void driver_init_rows(struct driver *desk)
{
    jobs_init(&desk->now, desk->app, &desk->screen, &now_ops, names, "created_at");
    jobs_init(&desk->past, desk->app, &desk->screen, &past_ops, names, "-created_at");
    jobs_set_filter(&desk->now, json_pack("{s:{s:[s,s,s,s]}}", "state", "in", "dispatched", "accepted",
                                          "on_the_way", "arrived"));
    jobs_set_filter(&desk->past, json_pack("{s:{s:[s,s]}}", "state", "in", "done", "empty"));
    desk->now.table.none = none_now;
    driver_name_columns(desk);
}
