/* Sending the vehicle under a digit. */
#include <string.h>

#include "client/desks/dispatch-private.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"

/* Whatever the answer: who is free is another question now. */
static void on_sent(struct screen *screen, const struct answer *answer, void *context)
{
    struct dispatch *desk = dispatch_of(screen);
    int64_t *id = context;
    desk->offers.sending = NIL;
    if (answer->code != ERR_NONE)
        answer_say(desk->app, desk->waiting.entity, answer);
    jobs_end(&desk->waiting, *id, answer->code != ERR_NONE);
    jobs_refetch(&desk->live, *id);
    offers_now(&desk->offers);
}

static void send_offer(struct dispatch *desk, const struct job *job, const struct offer *offer)
{
    json_t *args =
        json_pack("{s:I, s:I, s:I, s:I}", "id", (json_int_t)job->id, "version", (json_int_t)job->version,
                  "vehicle_id", (json_int_t)offer->vehicle_id, "driver_id", (json_int_t)offer->driver_id);
    if (!offer->on_shift) /* asked about before */
        json_object_set_new(args, "off_shift", json_true());
    desk->offers.sending = offer->vehicle_id;
    desk->sending_order = job->id;
    jobs_begin(&desk->waiting, job->id);
    ask(desk->app, &desk->screen, "rescue.dispatch", args, CALL_CHANGES, NULL, on_sent, &desk->sending_order);
}

static const struct offer *offer_of(const struct dispatch *desk, int64_t vehicle_id)
{
    vec_each(const struct offer, offer, &desk->offers.rows)
    {
        if (offer->vehicle_id == vehicle_id)
            return offer;
    }
    return NULL;
}

/* The vehicle asked about, for the order under the cursor still; NULL: one of them is another. */
static const struct offer *asked_offer(const struct dispatch *desk, const struct job *job)
{
    bool same = job && job->id == desk->unfit_order && !job->pending && desk->offers.shown_for == job->id;
    return same ? offer_of(desk, desk->unfit_vehicle) : NULL;
}

static void say_changed(struct dispatch *desk)
{
    ui_say(desk->app->ui, ROLE_WARNING, "%s", _("The list has changed meanwhile: nothing was sent"));
}

static void on_unfit(void *context, const struct dialog_answer *answer)
{
    struct dispatch *desk = context;
    const struct job *job = jobs_current(&desk->waiting);
    const struct offer *offer = asked_offer(desk, job);
    desk->question = 0;
    if (answer->key != 'y')
        return;
    if (offer)
        send_offer(desk, job, offer);
    else
        say_changed(desk);
}

void dispatch_check_question(struct dispatch *desk)
{
    if (!desk->question || asked_offer(desk, jobs_current(&desk->waiting)))
        return;
    dialog_withdraw(desk->app->ui, desk->question);
    desk->question = 0;
    say_changed(desk);
}

static void ask_unfit(struct dispatch *desk, const struct job *job, const struct offer *offer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    desk->unfit_vehicle = offer->vehicle_id;
    desk->unfit_order = job->id;
    desk->question = dialog_yes_no(desk->app->ui, offer->fit ? _("Off shift") : _("Does not fit"),
                                   arena_printf(arena, _("%s %s: %s. Send it all the same?"), offer->plate,
                                                offer->driver, offer->reasons),
                                   true, on_unfit, desk);
}

unsigned dispatch_say(struct dispatch *desk, const char *why)
{
    ui_say(desk->app->ui, ROLE_WARNING, "%s", why);
    return SCREEN_REDRAW | SCREEN_BELL;
}

const char *dispatch_why_not(const struct job *job)
{
    const char *why =
        job ? json_string_value(json_object_get(json_object_get(job->row, "cannot"), "dispatch")) : NULL;
    return why ? _(why) : NULL;
}

/* Why a digit sends nobody; NULL: it does. */
static const char *hindrance(const struct dispatch *desk, const struct job *job, int digit)
{
    if (desk->road)
        return _("The digits send vehicles to orders that wait: Tab goes to them");
    if (!job)
        return _("No order waits: there is nothing to send to");
    if (job->pending || desk->offers.sending != NIL)
        return _("The answer to the last step is not here yet");
    if (dispatch_why_not(job))
        return dispatch_why_not(job);
    if (desk->offers.shown_for != job->id)
        return _("The vehicles for this order are being looked for");
    if (!offers_at(&desk->offers, digit))
        return _("No vehicle stands under this digit");
    return offers_settled(&desk->offers, digit) ? NULL : _("The list has just changed: look again");
}

unsigned dispatch_send(struct dispatch *desk, int digit)
{
    const struct job *job = jobs_current(&desk->waiting);
    const struct offer *offer = offers_at(&desk->offers, digit);
    const char *why = hindrance(desk, job, digit);
    if (why)
        return dispatch_say(desk, why);
    if (offer->driver_id == NIL) {
        ui_say(desk->app->ui, ROLE_ERROR, _("Vehicle %s has no driver at work"), offer->plate);
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    if (offer->fit && offer->on_shift)
        send_offer(desk, job, offer);
    else
        ask_unfit(desk, job, offer);
    return SCREEN_REDRAW;
}
