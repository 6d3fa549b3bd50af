/* The orders of one stage of the money, the oldest first, and how many wait in each. */
#include <string.h>

#include "base/money.h"
#include "client/desks/onestop-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"

enum { COUNT_MS = 1500, FIRST_COUNT_MS = 50 };

const struct onestop_stage onestop_stages[ONESTOP_STAGES] = {
    {'1', "unaudited", "audit"}, {'2', "audited", "price"}, {'3', "priced", "receive"},
    {'4', "received", "clear"},  {'5', "cleared", NULL},
};

static const char *const names[] = {"number",       "state",
                                    "money_state",  "created_at",
                                    "done_at",      "due_at",
                                    "customer_id",  "plate",
                                    "service",      "place",
                                    "method",       "price_fen",
                                    "proposal_fen", "estimate_fen",
                                    "received_fen", "result",
                                    "clear_reason", "branch_id",
                                    "supplier_id",  "driver_id",
                                    "asked_reason", "created_by",
                                    "audited_by",   "priced_by",
                                    "received_by",  NULL};

enum column {
    COL_NUMBER,
    COL_CUSTOMER,
    COL_AMOUNT,
    COL_REST,
    COL_DONE,
    COL_METHOD,
    COL_SERVICE,
    COL_PLATE,
    COL_RESULT,
    COLUMNS
};

static const struct {
    const char *title, *field;
    int width, width_max, priority;
    enum align align;
} columns[COLUMNS] = {
    [COL_NUMBER] = {N_("Number"), "number", 12, 13, 0, ALIGN_LEFT},
    [COL_CUSTOMER] = {N_("Customer"), "customer_id", 8, 24, 2, ALIGN_LEFT},
    [COL_AMOUNT] = {N_("Price"), NULL, 9, 12, 1, ALIGN_RIGHT},
    [COL_REST] = {N_("Rest"), NULL, 9, 12, 4, ALIGN_RIGHT},
    [COL_DONE] = {N_("Ended"), "done_at", 11, 11, 3, ALIGN_LEFT},
    [COL_METHOD] = {N_("Method"), "method", 8, 10, 5, ALIGN_LEFT},
    [COL_SERVICE] = {N_("Service"), "service", 8, 12, 6, ALIGN_LEFT},
    [COL_PLATE] = {N_("Plate"), "plate", 9, 10, 7, ALIGN_LEFT},
    [COL_RESULT] = {N_("Result"), "result", 8, 12, 8, ALIGN_LEFT},
};

static bool belongs(const struct jobs *jobs, const json_t *row)
{
    const struct onestop *desk = onestop_of(jobs->screen);
    return strcmp(order_text(row, "money_state"), onestop_stages[desk->stage].state) == 0;
}

/* The oldest first, as the server sorts them; of what is cleared the latest. */
static int compare(const struct jobs *jobs, const struct job *a, const struct job *b)
{
    int oldest_first = onestop_stages[onestop_of(jobs->screen)->stage].action ? 1 : -1;
    if (a->created.us != b->created.us)
        return a->created.us < b->created.us ? -oldest_first : oldest_first;
    return a->id < b->id ? -oldest_first : oldest_first;
}

/* Nothing can be done before the customer has confirmed the result. */
static unsigned flags(const struct jobs *jobs, const struct job *job)
{
    const char *result = order_text(job->row, "result");
    (void)jobs;
    if (*order_text(job->row, "asked_reason"))
        return ROW_ALARM; /* a second person is waited for */
    return strcmp(result, "pending") == 0 || strcmp(result, "disputed") == 0 ? ROW_DIM : 0;
}

static const char *money_cell(struct jobs *jobs, int64_t fen)
{
    char *buf = arena_alloc(jobs->arena, MONEY_TEXT_SIZE);
    return money_print(buf, MONEY_TEXT_SIZE, fen);
}

static const char *cell(struct jobs *jobs, const struct job *job, size_t column, struct str *scratch,
                        enum role *role)
{
    (void)scratch, (void)role;
    switch (column) {
    case COL_AMOUNT: return money_cell(jobs, order_price_fen(job->row));
    case COL_REST: return money_cell(jobs, order_rest_fen(job->row));
    default: return jobs_text(jobs, job, columns[column].field);
    }
}

void onestop_row_changed(struct onestop *desk)
{
    const struct job *job = jobs_current(&desk->jobs);
    if (!job || job->id != desk->record.id)
        desk->scroll = 0;
    record_want(&desk->record, job ? job->id : NIL, job ? job->version : 0);
}

static void changed(struct jobs *jobs)
{
    struct onestop *desk = onestop_of(jobs->screen);
    jobs->arrived = 0;
    onestop_row_changed(desk);
}

static const struct jobs_ops ops = {
    .belongs = belongs, .compare = compare, .flags = flags, .cell = cell, .changed = changed};

void onestop_name_columns(struct onestop *desk)
{
    table_clear_columns(&desk->jobs.table);
    for (size_t i = 0; i < COLUMNS; i++)
        table_add_column(&desk->jobs.table, &(struct table_column){.title = _(columns[i].title),
                                                                   .width = columns[i].width,
                                                                   .width_max = columns[i].width_max,
                                                                   .priority = columns[i].priority,
                                                                   .align = columns[i].align});
}

void onestop_set_stage(struct onestop *desk, size_t stage)
{
    desk->stage = stage;
    desk->in_panel = false;
    desk->jobs.sort = onestop_stages[stage].action ? "created_at" : "-created_at";
    jobs_set_filter(&desk->jobs, json_pack("{s:s}", "money_state", onestop_stages[stage].state));
    jobs_clear(&desk->jobs);
    jobs_read(&desk->jobs);
    onestop_row_changed(desk);
}

/* ---- how many wait */

static void count_next(struct onestop *desk);

static void on_count(struct screen *screen, const struct answer *answer, void *context)
{
    struct onestop *desk = context;
    (void)screen;
    if (answer->code == ERR_NONE)
        desk->counts[desk->counting] = order_number(answer->object, "total");
    desk->counting++;
    count_next(desk);
}

static void count_next(struct onestop *desk)
{
    if (desk->counting >= ONESTOP_COUNTED || !desk->jobs.entity)
        return;
    json_t *args = json_pack("{s:{s:s}, s:[s], s:i, s:b}", "filter", "money_state",
                             onestop_stages[desk->counting].state, "columns", "id", "limit", 1, "total", 1);
    ask(desk->app, &desk->screen, "rescue.list", args, CALL_READ, NULL, on_count, desk);
}

static void start_counting(void *context)
{
    struct onestop *desk = context;
    bool under_way = desk->counting < ONESTOP_COUNTED;
    if (under_way) {
        later_set(&desk->count_later, COUNT_MS);
        return;
    }
    desk->counting = 0;
    count_next(desk);
}

void onestop_count(struct onestop *desk)
{
    later_by(&desk->count_later, COUNT_MS);
}

void onestop_init_rows(struct onestop *desk)
{
    jobs_init(&desk->jobs, desk->app, &desk->screen, &ops, names, "created_at");
    onestop_name_columns(desk);
    for (size_t i = 0; i < ONESTOP_COUNTED; i++)
        desk->counts[i] = NIL;
    desk->counting = ONESTOP_COUNTED;
    later_init(&desk->count_later, desk->app, start_counting, desk);
    later_set(&desk->count_later, FIRST_COUNT_MS);
}
