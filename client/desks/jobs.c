#include "client/desks/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "client/desks/order.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "wire/json.h"

enum { PAGE_ROWS = 100, SORTED_ROWS_MAX = 600, STALE_MAX = 150, CHANGED_MS = 5000, TICK_SECONDS = 5 };

static const struct table_model model;

void jobs_init(struct jobs *jobs, struct app_context *app, struct screen *screen, const struct jobs_ops *ops,
               const char *const *names, const char *sort)
{
    *jobs = (struct jobs){.app = app, .screen = screen, .ops = ops, .names = names, .sort = sort};
    jobs->entity = catalogue_entity(app->catalogue, "rescue");
    jobs->now = time_now();
    jobs->arena = arena_create(0);
    table_init(&jobs->table, &model, jobs);
}

static void forget_rows(struct jobs *jobs)
{
    vec_each(struct job, job, &jobs->items) json_decref(job->row);
    vec_clear(&jobs->items);
}

void jobs_finish(struct jobs *jobs)
{
    forget_rows(jobs);
    vec_finish(&jobs->items);
    vec_finish(&jobs->stale);
    table_finish(&jobs->table);
    json_decref(jobs->filter);
    free(jobs->match);
    free(jobs->next);
    arena_destroy(jobs->arena);
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

static void tell_changed(struct jobs *jobs)
{
    table_changed(&jobs->table);
    if (jobs->ops->changed)
        jobs->ops->changed(jobs);
    ui_redraw(jobs->app->ui);
}

/* ---- rows in and out */

static bool matches(const struct jobs *jobs, const json_t *row)
{
    const char *name;
    const json_t *value;
    if (!jobs->match)
        return true;
    json_object_foreach((json_t *)row, name, value)
    {
        if (json_is_string(value) && strcasestr(json_string_value(value), jobs->match))
            return true;
    }
    return false;
}

static bool wanted(const struct jobs *jobs, const json_t *row)
{
    return jobs->ops->belongs(jobs, row) && matches(jobs, row);
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
static void merge(struct jobs *jobs, const json_t *row)
{
    struct job *old = jobs_find(jobs, order_number(row, "id")), job = {0};
    if (old && order_number(row, "version") < old->version)
        return;
    bool changed = !old || order_number(row, "version") > old->version;
    if (old)
        job = take_out(jobs, old);
    if (!wanted(jobs, row)) {
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

static void remove_id(struct jobs *jobs, int64_t id)
{
    struct job *job = jobs_find(jobs, id);
    if (!job)
        return;
    struct job taken = take_out(jobs, job);
    json_decref(taken.row);
}

/* ---- asking */

static json_t *columns_of(const struct jobs *jobs)
{
    json_t *columns = json_array();
    for (size_t i = 0; jobs->names[i]; i++)
        if (catalogue_field(jobs->entity, jobs->names[i]))
            json_array_append_new(columns, json_string(jobs->names[i]));
    return columns;
}

static json_t *list_args(const struct jobs *jobs, json_t *filter)
{
    return json_pack("{s:o, s:o, s:i}", "filter", filter, "columns", columns_of(jobs), "limit", PAGE_ROWS);
}

/* A page replaces what is there or goes behind it; rows awaiting an answer keep their marks. */
static void take_page(struct jobs *jobs, const json_t *rows)
{
    size_t i;
    const json_t *row;
    if (jobs->replacing) {
        for (size_t old = jobs->items.count; old-- > 0;)
            if (!jobs->items.items[old].pending)
                remove_id(jobs, jobs->items.items[old].id);
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

static void read_page(struct jobs *jobs);

static void on_page(struct screen *screen, const struct answer *answer, void *context)
{
    struct jobs *jobs = context;
    (void)screen;
    jobs->asked = 0;
    jobs->reading = false;
    jobs->failed = answer->code != ERR_NONE;
    if (jobs->failed) {
        answer_say(jobs->app, jobs->entity, answer);
        ui_redraw(jobs->app->ui);
        return;
    }
    const char *next = json_string_value(json_object_get(answer->object, "next"));
    free(jobs->next);
    jobs->next = next ? memory_strdup(next) : NULL;
    take_page(jobs, json_object_get(answer->object, "rows"));
    bool all = jobs->ops->compare && jobs->items.count < SORTED_ROWS_MAX;
    tell_changed(jobs);
    if (jobs->next && (all || jobs->more_wanted))
        read_page(jobs);
}

/* Long pages come as rows before the answer. */
static void on_page_row(struct screen *screen, const json_t *row, void *context)
{
    struct jobs *jobs = context;
    json_t *rows = json_array();
    (void)screen;
    json_array_append(rows, (json_t *)row);
    take_page(jobs, rows);
    json_decref(rows);
}

static void read_page(struct jobs *jobs)
{
    if (!jobs->entity || jobs->reading)
        return;
    json_t *args = list_args(jobs, jobs->filter ? json_deep_copy(jobs->filter) : json_object());
    json_object_set_new(args, "sort", json_pack("[s]", jobs->sort));
    if (jobs->next && !jobs->replacing)
        json_object_set_new(args, "after", json_string(jobs->next));
    jobs->reading = true;
    jobs->more_wanted = false;
    jobs->asked = ask(jobs->app, jobs->screen, "rescue.list", args, CALL_READ, on_page_row, on_page, jobs);
}

void jobs_read(struct jobs *jobs)
{
    if (jobs->asked)
        ask_cancel(jobs->app, jobs->asked);
    jobs->asked = 0;
    jobs->reading = false;
    jobs->replacing = true;
    vec_clear(&jobs->stale);
    read_page(jobs);
}

void jobs_set_filter(struct jobs *jobs, json_t *filter)
{
    json_decref(jobs->filter);
    jobs->filter = filter;
}

void jobs_set_match(struct jobs *jobs, const char *words)
{
    free(jobs->match);
    jobs->match = words && *words ? memory_strdup(words) : NULL;
    jobs_read(jobs);
}

/* ---- one row at a time */

static bool among(const json_t *rows, int64_t id)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (order_number(row, "id") == id)
            return true;
    }
    return false;
}

static void read_stale(struct jobs *jobs);

static void on_stale(struct screen *screen, const struct answer *answer, void *context)
{
    struct jobs *jobs = context;
    const json_t *rows = json_object_get(answer->object, "rows"), *row;
    size_t i, asked = jobs->stale.count;
    (void)screen;
    jobs->asked_stale = 0;
    if (answer->code != ERR_NONE)
        return;
    json_array_foreach(rows, i, row) merge(jobs, row);
    for (i = 0; i < asked; i++)
        if (!among(rows, jobs->stale.items[i]))
            remove_id(jobs, jobs->stale.items[i]);
    vec_clear(&jobs->stale);
    tell_changed(jobs);
}

static void read_stale(struct jobs *jobs)
{
    if (!jobs->entity || !jobs->stale.count)
        return;
    if (jobs->asked_stale)
        ask_cancel(jobs->app, jobs->asked_stale);
    json_t *ids = json_array();
    vec_each(const int64_t, id, &jobs->stale) json_array_append_new(ids, json_integer(*id));
    json_t *args = list_args(jobs, json_pack("{s:{s:o}}", "id", "in", ids));
    json_object_set_new(args, "limit", json_integer(STALE_MAX));
    jobs->asked_stale = ask(jobs->app, jobs->screen, "rescue.list", args, CALL_READ, NULL, on_stale, jobs);
}

static void add_stale(struct jobs *jobs, int64_t id)
{
    vec_each(const int64_t, stale, &jobs->stale)
    {
        if (*stale == id)
            return;
    }
    vec_push(&jobs->stale, id);
}

void jobs_refetch(struct jobs *jobs, int64_t id)
{
    add_stale(jobs, id);
    read_stale(jobs);
}

void jobs_heard(struct jobs *jobs, const struct live_event events[], size_t count)
{
    size_t before = jobs->stale.count;
    for (size_t i = 0; i < count; i++) {
        const struct job *job = jobs_find(jobs, events[i].id);
        if (!job || events[i].version == NIL || events[i].version > job->version)
            add_stale(jobs, events[i].id);
    }
    if (count == 0 || jobs->stale.count > STALE_MAX)
        jobs_read(jobs);
    else if (jobs->stale.count > before)
        read_stale(jobs);
}

void jobs_begin(struct jobs *jobs, int64_t id)
{
    struct job *job = jobs_find(jobs, id);
    if (!job)
        return;
    job->pending++;
    job->failed = false;
}

void jobs_end(struct jobs *jobs, int64_t id, bool refused)
{
    struct job *job = jobs_find(jobs, id);
    if (job && job->pending)
        job->pending--;
    if (job) {
        job->failed = refused;
        job->mine = !refused;
    }
    jobs_refetch(jobs, id);
}

unsigned jobs_tick(struct jobs *jobs, int64_t now_ms)
{
    struct instant now = time_now();
    unsigned flags = now.us / US_PER_SECOND / TICK_SECONDS != jobs->now.us / US_PER_SECOND / TICK_SECONDS ? SCREEN_REDRAW : 0;
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
    read_page(jobs);
}

static int64_t model_id(void *context, size_t row)
{
    return ((struct jobs *)context)->items.items[row].id;
}

static unsigned model_flags(void *context, size_t row)
{
    const struct jobs *jobs = context;
    const struct job *job = &jobs->items.items[row];
    return (job->pending ? ROW_PENDING : 0) | (job->failed ? ROW_FAILED : 0) | (job->changed_ms ? ROW_CHANGED : 0) |
           (jobs->ops->flags ? jobs->ops->flags(jobs, job) : 0);
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct jobs *jobs = context;
    arena_reset(jobs->arena);
    return jobs->ops->cell(jobs, &jobs->items.items[row], column, scratch, role);
}

static const struct table_model model = {
    .count = model_count,
    .state = model_state,
    .more = model_more,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

const char *jobs_text(struct jobs *jobs, const struct job *job, const char *name)
{
    const struct field *field = jobs->entity ? catalogue_field(jobs->entity, name) : NULL;
    return field ? value_show_row(jobs->app, jobs->arena, field, job->row) : "";
}

void jobs_count_text(const struct jobs *jobs, struct str *out)
{
    str_addf(out, "%zu%s", jobs->items.count, jobs->next || jobs->reading ? "+" : "");
}
