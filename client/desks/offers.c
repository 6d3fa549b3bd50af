#include "client/desks/offers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"

enum { READ_MS = 400, SETTLE_MS = 120, STALE_MS = 1500, REFRESH_MS = 30 * 1000 };

static void ask_later(void *context)
{
    offers_now(context);
}

void offers_init(struct offers *offers, struct app_context *app, struct screen *screen)
{
    *offers =
        (struct offers){.app = app, .screen = screen, .order_id = NIL, .shown_for = NIL, .sending = NIL};
    later_init(&offers->later, app, ask_later, offers);
}

static void forget(struct offers *offers)
{
    vec_each(struct offer, offer, &offers->rows)
    {
        char *const texts[] = {offer->code,   offer->plate,  offer->type,    offer->state,
                               offer->branch, offer->driver, offer->reasons, offer->brief};
        for (size_t i = 0; i < array_len(texts); i++)
            free(texts[i]);
    }
    vec_clear(&offers->rows);
    free(offers->trouble);
    offers->trouble = NULL;
    offers->first = 0;
}

void offers_finish(struct offers *offers)
{
    later_finish(&offers->later);
    forget(offers);
    vec_finish(&offers->rows);
}

/* The server's reasons in a word each, for where there is little room. */
static const struct {
    const char *text, *brief;
} briefs[] = {
    {"Off duty", N_("off duty")},
    {"On another job", N_("busy")},
    {"No driver at work", N_("no driver")},
    {"Driver is on another job", N_("driver busy")},
    {"Not equipped for this service", N_("service")},
    {"Not for this kind of car", N_("car")},
    {"Not for this road", N_("road")},
    {"Outside the driver's hours", N_("off shift")},
    {"Driver refused this order", N_("refused")},
    {"Distance is not known", N_("distance?")},
    {"Position is old", N_("old position")},
    {"Of another branch", N_("other branch")},
    {"Contracted vehicle", N_("contracted")},
};

static const char *brief_of(const char *text)
{
    for (size_t i = 0; i < array_len(briefs); i++)
        if (strcmp(briefs[i].text, text) == 0)
            return _(briefs[i].brief);
    return _(text);
}

static char *join_reasons(const json_t *reasons, bool brief)
{
    struct str out;
    size_t i;
    const json_t *reason;
    str_init(&out, NULL);
    json_array_foreach(reasons, i, reason)
    {
        const char *text = json_string_value(reason);
        if (text && *text)
            str_addf(&out, "%s%s", out.len ? _(", ") : "", brief ? brief_of(text) : _(text));
    }
    return str_steal(&out);
}

static int64_t vehicle_at(const struct offers *offers, size_t key)
{
    size_t at = offers->first + key;
    return at < offers->rows.count ? offers->rows.items[at].vehicle_id : NIL;
}

void offers_take(struct offers *offers, const json_t *rows)
{
    int64_t before[OFFERS_KEYS];
    size_t i, first = offers->first;
    const json_t *row;
    for (i = 0; i < OFFERS_KEYS; i++)
        before[i] = vehicle_at(offers, i);
    forget(offers);
    json_array_foreach(rows, i, row)
    {
        vec_push(&offers->rows, ((struct offer){
                                    .vehicle_id = order_number(row, "vehicle_id"),
                                    .driver_id = order_number(row, "driver_id"),
                                    .distance_m = order_number(row, "distance_m"),
                                    .eta_s = order_number(row, "eta_s"),
                                    .load = order_number(row, "load"),
                                    .fit = order_truth(row, "fit"),
                                    .on_shift = order_truth(row, "on_shift"),
                                    .stale = order_truth(row, "stale"),
                                    .at = {order_real(row, "lon"), order_real(row, "lat")},
                                    .code = memory_strdup(order_text(row, "code")),
                                    .plate = memory_strdup(order_text(row, "plate")),
                                    .type = memory_strdup(order_text(row, "type")),
                                    .state = memory_strdup(order_text(row, "state")),
                                    .branch = memory_strdup(order_text(row, "branch")),
                                    .driver = memory_strdup(order_text(row, "driver")),
                                    .reasons = join_reasons(json_object_get(row, "reasons"), false),
                                    .brief = join_reasons(json_object_get(row, "reasons"), true),
                                }));
    }
    offers->first = first < offers->rows.count ? first : 0;
    for (i = 0; i < OFFERS_KEYS; i++)
        if (vehicle_at(offers, i) != before[i])
            offers->came_ms[i] = time_monotonic_ms();
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct offers *offers = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    offers->asked = 0;
    if (offers->shown_for != offers->order_id)
        forget(offers);
    offers->shown_for = offers->order_id;
    offers_take(offers, json_object_get(answer->object, "rows"));
    if (answer->code != ERR_NONE)
        offers->trouble = memory_strdup(answer_text(arena, NULL, answer));
    if (offers->changed)
        offers->changed(offers);
}

/* And again after a while: vehicles move, shifts end. */
void offers_now(struct offers *offers)
{
    if (offers->asked)
        ask_cancel(offers->app, offers->asked);
    offers->asked = 0;
    if (offers->order_id == NIL)
        return;
    offers->asked_ms = time_monotonic_ms();
    offers->asked =
        ask(offers->app, offers->screen, "rescue.suggest",
            json_pack("{s:I}", "id", (json_int_t)offers->order_id), CALL_READ, NULL, on_answer, offers);
    later_set(&offers->later, REFRESH_MS);
}

void offers_want(struct offers *offers, int64_t order_id)
{
    if (offers->order_id == order_id)
        return;
    if (offers->asked)
        ask_cancel(offers->app, offers->asked);
    offers->asked = 0;
    offers->order_id = order_id;
    if (order_id != NIL) {
        later_set(&offers->later, SETTLE_MS);
        return;
    }
    later_stop(&offers->later);
    forget(offers);
    offers->shown_for = NIL;
}

void offers_stale(struct offers *offers)
{
    int64_t since = time_monotonic_ms() - offers->asked_ms;
    if (offers->order_id != NIL)
        later_by(&offers->later, since > STALE_MS ? SETTLE_MS : (int)(STALE_MS - since));
}

const struct offer *offers_at(const struct offers *offers, int digit)
{
    size_t at = offers->first + (size_t)digit - 1;
    bool there = digit >= 1 && digit <= OFFERS_KEYS && offers->shown_for == offers->order_id;
    return there && at < offers->rows.count ? &offers->rows.items[at] : NULL;
}

bool offers_settled(const struct offers *offers, int digit)
{
    return time_monotonic_ms() - offers->came_ms[digit - 1] >= READ_MS;
}

bool offers_page(struct offers *offers, int by)
{
    size_t to = offers->first + OFFERS_KEYS;
    bool there = by > 0 ? to < offers->rows.count : offers->first > 0;
    if (!there)
        return false;
    offers->first = by > 0 ? to : offers->first - MIN(offers->first, (size_t)OFFERS_KEYS);
    if (offers->changed)
        offers->changed(offers);
    return true;
}

const char *offer_distance(char *buf, size_t size, int64_t metres)
{
    if (metres == NIL)
        snprintf(buf, size, "?");
    else if (metres < 1000)
        snprintf(buf, size, "%d m", (int)(metres / 10 * 10));
    else if (metres < 10 * 1000)
        snprintf(buf, size, "%d.%d km", (int)(metres / 1000), (int)(metres % 1000 / 100));
    else
        snprintf(buf, size, "%d km", (int)MIN((metres + 500) / 1000, 99999));
    return buf;
}
