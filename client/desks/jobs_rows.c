/* The rows themselves: in by pages and one by one, in the desk's order, and as a table sees them. */
#include <stdlib.h>
#include <string.h>

#include "client/desks/jobs-private.h"
#include "client/desks/order.h"

enum { CHANGED_MS = 5000, TICK_SECONDS = 5 };

void jobs_forget_rows(struct jobs *jobs)
{
    vec_each(struct job, job, &jobs->items)
    {
        json_decref(job->row);
    }
    vec_clear(&jobs->items);
}

struct job *jobs_find(struct jobs *jobs, int64_t id)
{
    vec_each(struct job, job, &jobs->items)
    {
        if (job->id == id)
            return job;
    }
    return NULL;
}

struct job *jobs_current(struct jobs *jobs)
{
    return table_has_row(&jobs->table) ? &jobs->items.items[jobs->table.cursor] : NULL;
}

static bool wanted(const struct jobs *jobs, const json_t *row)
{
    return jobs->ops->belongs(jobs, row) && (!jobs->match || order_holds(row, jobs->match));
}

/* Where a row stands by the desk's order; rows it does not tell apart stay as they came. */
static size_t place_of(const struct jobs *jobs, const struct job *job)
{
    size_t at = jobs->items.count;
    while (jobs->ops->compare && at > 0 && jobs->ops->compare(jobs, job, &jobs->items.items[at - 1]) < 0)
        at--;
    return at;
}

static void insert(struct jobs *jobs, struct job job)
{
    size_t at = place_of(jobs, &job);
    vec_push(&jobs->items, job);
    struct job *items = jobs->items.items;
    memmove(&items[at + 1], &items[at], (jobs->items.count - 1 - at) * sizeof(*items));
    items[at] = job;
}

static struct job take_out(struct jobs *jobs, struct job *job)
{
    struct job taken = *job;
    size_t at = (size_t)(job - jobs->items.items);
    memmove(job, job + 1, (jobs->items.count - at - 1) * sizeof(*job));
    jobs->items.count--;
    return taken;
}

static void put_row(struct job *job, const json_t *row)
{
    json_decref(job->row);
    job->row = json_deep_copy(row);
    job->id = order_number(row, "id");
    job->version = order_number(row, "version");
    job->created = order_time(row, "created_at");
    job->due = order_time(row, "due_at");
}

/* A row read again by itself: new, changed, or not one of these any more. */
void jobs_merge(struct jobs *jobs, const json_t *row)
{
    struct job *old = jobs_find(jobs, order_number(row, "id")), job = {0};
    if (old && order_number(row, "version") < old->version)
        return;
    bool changed = !old || order_number(row, "version") > old->version;
    if (old)
        job = take_out(jobs, old);
    if (changed && job.pending && jobs->ops->overtaken)
        jobs->ops->overtaken(jobs, row);
    /* Whether a strange row fits the words searched by, only the server can say. */
    if (!wanted(jobs, row) || (jobs->q && !old)) {
        json_decref(job.row);
        return;
    }
    jobs->arrived += !old;
    put_row(&job, row);
    if (changed && !job.pending && !job.mine)
        job.changed_ms = time_monotonic_ms();
    job.mine = false;
    insert(jobs, job);
}

void jobs_remove(struct jobs *jobs, int64_t id)
{
    struct job *job = jobs_find(jobs, id);
    if (!job)
        return;
    struct job taken = take_out(jobs, job);
    json_decref(taken.row);
}

/* A page replaces what is there or goes behind it; rows awaiting an answer keep their marks. */
void jobs_take_page(struct jobs *jobs, const json_t *rows)
{
    size_t i;
    const json_t *row;
    if (jobs->replacing) {
        for (size_t old = jobs->items.count; old-- > 0;)
            if (!jobs->items.items[old].pending)
                jobs_remove(jobs, jobs->items.items[old].id);
    }
    jobs->replacing = false;
    json_array_foreach(rows, i, row)
    {
        struct job job = {0}, *old = jobs_find(jobs, order_number(row, "id"));
        if (old)
            job = take_out(jobs, old);
        if (!wanted(jobs, row)) {
            json_decref(job.row);
            continue;
        }
        put_row(&job, row);
        insert(jobs, job);
    }
}

/* ---- the table's view of it */

static size_t model_count(void *context)
{
    return ((struct jobs *)context)->items.count;
}

static enum table_state model_state(void *context)
{
    const struct jobs *jobs = context;
    return jobs->reading ? TABLE_LOADING : jobs->next ? TABLE_MORE : TABLE_COMPLETE;
}

static void model_more(void *context)
{
    struct jobs *jobs = context;
    jobs->more_wanted = jobs->reading;
    jobs_read_more(jobs);
}

static int64_t model_id(void *context, size_t row)
{
    return ((struct jobs *)context)->items.items[row].id;
}

static unsigned model_flags(void *context, size_t row)
{
    const struct jobs *jobs = context;
    const struct job *job = &jobs->items.items[row];
    return (job->pending ? ROW_PENDING : 0) | (job->failed ? ROW_FAILED : 0) |
           (job->changed_ms ? ROW_CHANGED : 0) | (jobs->ops->flags ? jobs->ops->flags(jobs, job) : 0);
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct jobs *jobs = context;
    arena_reset(jobs->arena);
    return jobs->ops->cell(jobs, &jobs->items.items[row], column, scratch, role);
}

const struct table_model jobs_model = {
    .count = model_count,
    .state = model_state,
    .more = model_more,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

unsigned jobs_tick(struct jobs *jobs, int64_t now_ms)
{
    struct instant now = time_now();
    unsigned flags = now.us / US_PER_SECOND / TICK_SECONDS != jobs->now.us / US_PER_SECOND / TICK_SECONDS
                         ? SCREEN_REDRAW
                         : 0;
    vec_each(struct job, job, &jobs->items)
    {
        if (job->changed_ms && now_ms - job->changed_ms > CHANGED_MS) {
            job->changed_ms = 0;
            flags = SCREEN_REDRAW;
        }
    }
    if (flags)
        jobs->now = now;
    return flags;
}
