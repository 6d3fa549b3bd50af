/* The customer pays by a code on the driver's screen; what he paid is noted with the job. */
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/desks/paycode.h"
#include "client/ui/words.h"

static const json_t *row_of(struct driver *desk, const struct job *job)
{
    const json_t *full = record_row(&desk->record);
    return full && order_number(full, "id") == job->id ? full : job->row;
}

static int64_t known(const json_t *row, const char *name)
{
    return MAX(order_number(row, name), 0);
}

/* The price as far as it is known, less what was paid; NIL: no price is known, or nothing is due. */
static int64_t due(const json_t *row)
{
    int64_t price = order_price_fen(row);
    int64_t rest = price == NIL ? 0 : price - MAX(known(row, "received_fen"), known(row, "taken_fen"));
    return rest > 0 ? rest : NIL;
}

static void on_paid(struct screen *below, int64_t id, int64_t fen)
{
    struct driver *desk = driver_of(below);
    const struct catalogue_action *action = catalogue_action(desk->now.entity, "collect");
    const struct job *job = driver_job(desk, id);
    if (!action || !job || !driver_may(desk, job, action)) {
        ui_say(desk->app->ui, ROLE_WARNING, "%s", _("Note it with the end of the job: taken by QR code"));
        return;
    }
    json_t *values =
        json_pack("{s:I, s:s}", "taken_fen", (json_int_t)(known(row_of(desk, job), "taken_fen") + fen),
                  "taken_method", "qr");
    driver_ask(desk, id, action, values);
    json_decref(values);
}

unsigned driver_pay(struct driver *desk)
{
    const struct job *job = jobs_current(driver_jobs(desk));
    if (!job)
        return SCREEN_BELL;
    const json_t *needs = driver_needs(desk, job->id);
    const char *link = needs ? order_text(needs, "pay_link") : "";
    paycode_open(desk->app, &desk->screen,
                 &(struct paycode){.order_id = job->id,
                                   .number = order_text(job->row, "number"),
                                   .fen = due(row_of(desk, job)),
                                   .link = *link ? link : NULL, /* none was known: it is asked for again */
                                   .paid = on_paid});
    return SCREEN_REDRAW;
}
