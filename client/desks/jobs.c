#include "client/desks/jobs-private.h"

#include <stdlib.h>
#include <string.h>

#include "client/desks/order.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "wire/json.h"

enum { PAGE_ROWS = 100, WHOLE_ROWS_MAX = 600, STALE_MAX = 150 };

void jobs_init(struct jobs *jobs, struct app_context *app, struct screen *screen, const struct jobs_ops *ops,
               const char *const *names, const char *sort)
{
    *jobs = (struct jobs){.app = app, .screen = screen, .ops = ops, .names = names, .sort = sort};
    jobs->entity = catalogue_entity(app->catalogue, "rescue");
    jobs->now = time_now();
    jobs->arena = arena_create(0);
    table_init(&jobs->table, &jobs_model, jobs);
}

void jobs_finish(struct jobs *jobs)
{
    jobs_forget_rows(jobs);
    vec_finish(&jobs->items);
    vec_finish(&jobs->stale);
    table_finish(&jobs->table);
    json_decref(jobs->filter);
    free(jobs->match);
    free(jobs->q);
    free(jobs->next);
    arena_destroy(jobs->arena);
}

static void tell_changed(struct jobs *jobs)
{
    table_changed(&jobs->table);
    if (jobs->ops->changed)
        jobs->ops->changed(jobs);
    ui_redraw(jobs->app->ui);
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
    json_t *args =
        json_pack("{s:o, s:o, s:i}", "filter", filter, "columns", columns_of(jobs), "limit", PAGE_ROWS);
    action_ask_cannot(jobs->entity, args);
    return args;
}

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
    jobs_take_page(jobs, json_object_get(answer->object, "rows"));
    bool all = jobs->ops->whole && jobs->items.count < WHOLE_ROWS_MAX;
    tell_changed(jobs);
    if (jobs->next && (all || jobs->more_wanted))
        jobs_read_more(jobs);
}

/* Long pages come as rows before the answer. */
static void on_page_row(struct screen *screen, const json_t *row, void *context)
{
    struct jobs *jobs = context;
    json_t *rows = json_array();
    (void)screen;
    json_array_append(rows, (json_t *)row);
    jobs_take_page(jobs, rows);
    json_decref(rows);
}

void jobs_read_more(struct jobs *jobs)
{
    if (!jobs->entity || jobs->reading)
        return;
    json_t *args = list_args(jobs, jobs->filter ? json_deep_copy(jobs->filter) : json_object());
    json_object_set_new(args, "sort", json_pack("[s]", jobs->sort));
    if (jobs->q)
        json_object_set_new(args, "q", json_string(jobs->q));
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
    jobs_read_more(jobs);
}

void jobs_set_filter(struct jobs *jobs, json_t *filter)
{
    json_decref(jobs->filter);
    jobs->filter = filter;
}

void jobs_clear(struct jobs *jobs)
{
    jobs_forget_rows(jobs);
    table_reset(&jobs->table);
}

static void set_words(char **to, const char *words)
{
    free(*to);
    *to = words && *words ? memory_strdup(words) : NULL;
}

void jobs_set_match(struct jobs *jobs, const char *words)
{
    set_words(&jobs->match, words);
    jobs_read(jobs);
}

void jobs_set_search(struct jobs *jobs, const char *words)
{
    set_words(&jobs->q, words);
    jobs_read(jobs);
}

/* ---- one row at a time */

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
    json_array_foreach(rows, i, row) jobs_merge(jobs, row);
    for (i = 0; i < asked; i++)
        if (!order_is_among(rows, jobs->stale.items[i]))
            jobs_remove(jobs, jobs->stale.items[i]);
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
    vec_each(const int64_t, id, &jobs->stale)
    {
        json_array_append_new(ids, json_integer(*id));
    }
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

const char *jobs_text(struct jobs *jobs, const struct job *job, const char *name)
{
    const struct field *field = jobs->entity ? catalogue_field(jobs->entity, name) : NULL;
    return field ? value_show_row(jobs->app, jobs->arena, field, job->row) : "";
}

void jobs_count_text(const struct jobs *jobs, struct str *out)
{
    str_addf(out, "%zu%s", jobs->items.count, jobs->next || jobs->reading ? "+" : "");
}
