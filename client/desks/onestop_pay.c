/* The customer at the counter pays by a code; that he has is then said in the step it belongs to. */
#include "client/desks/onestop-private.h"
#include "client/desks/order.h"
#include "client/desks/paycode.h"

static void on_paid(struct screen *below, int64_t id, int64_t fen)
{
    struct onestop *desk = onestop_of(below);
    const struct job *job = jobs_current(&desk->jobs);
    (void)fen;
    if (job && job->id == id && onestop_next(desk))
        onestop_take(desk, onestop_next(desk));
}

unsigned onestop_pay(struct onestop *desk)
{
    const struct job *job = jobs_current(&desk->jobs);
    if (!job)
        return SCREEN_BELL;
    const json_t *full = record_row(&desk->record);
    const json_t *row = full && order_number(full, "id") == job->id ? full : job->row;
    int64_t rest = order_rest_fen(row);
    paycode_open(desk->app, &desk->screen,
                 &(struct paycode){.order_id = job->id,
                                   .number = order_text(job->row, "number"),
                                   .fen = rest == NIL ? order_price_fen(row) : rest,
                                   .paid = on_paid});
    return SCREEN_REDRAW;
}
