/* What the two monitors show under which digit. */
#include "client/desks/monitor-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"

enum { DAY_SECONDS = 24 * 3600 };

static const char urgent[] = "-late_s", newest[] = "-created_at";

static int64_t state_count(const json_t *counts, const char *state)
{
    int64_t count = order_number(json_object_get(counts, "states"), state);
    return count == NIL ? 0 : count;
}

static int64_t appointment_count(const json_t *counts, const char *name)
{
    int64_t count = order_number(json_object_get(counts, "appointments"), name);
    return count == NIL ? 0 : count;
}

static json_t *instant_json(struct instant at)
{
    char text[TIME_TEXT_SIZE];
    return json_string(time_print(text, sizeof(text), at));
}

/* ---- orders: all but appointments nobody was sent to */

static json_t *with_state(json_t *state)
{
    json_t *condition = json_pack("{s:b}", "waits", 0);
    if (state)
        json_object_set_new(condition, "state", state);
    return condition;
}

static json_t *any_live(void)
{
    return json_pack("{s:[s,s,s,s,s]}", "in", "new", "dispatched", "accepted", "on_the_way", "arrived");
}

static json_t *of_a_day(json_t *condition)
{
    struct instant since = {time_now().us - DAY_SECONDS * US_PER_SECOND};
    json_object_set_new(condition, "created_at", json_pack("{s:o}", "gte", instant_json(since)));
    return condition;
}

static json_t *all_orders(const struct app_context *app)
{
    (void)app;
    return with_state(NULL);
}

static json_t *live_orders(const struct app_context *app)
{
    (void)app;
    return with_state(any_live());
}

static json_t *late_orders(const struct app_context *app)
{
    json_t *condition = live_orders(app);
    json_object_set_new(condition, "late_s", json_pack("{s:i}", "gte", 0));
    return condition;
}

static json_t *done_orders(const struct app_context *app)
{
    (void)app;
    return of_a_day(with_state(json_string("done")));
}

static json_t *dropped_orders(const struct app_context *app)
{
    (void)app;
    return of_a_day(with_state(json_pack("{s:[s,s]}", "in", "empty", "void")));
}

static int64_t live_count(const json_t *counts)
{
    return state_count(counts, "new") + state_count(counts, "dispatched") + state_count(counts, "accepted") +
           state_count(counts, "on_the_way") + state_count(counts, "arrived");
}

static int64_t late_count(const json_t *counts)
{
    return order_number(counts, "overdue");
}

static int64_t dropped_count(const json_t *counts)
{
    return state_count(counts, "empty") + state_count(counts, "void");
}

static int64_t done_count(const json_t *counts)
{
    return state_count(counts, "done");
}

static int64_t uncounted(const json_t *counts)
{
    (void)counts;
    return NIL;
}

#define OF_STATE(name)                                                                                       \
    static json_t *name##_orders(const struct app_context *app)                                              \
    {                                                                                                        \
        (void)app;                                                                                           \
        return with_state(json_string(#name));                                                               \
    }                                                                                                        \
    static int64_t name##_count(const json_t *counts)                                                        \
    {                                                                                                        \
        return state_count(counts, #name);                                                                   \
    }

OF_STATE(new)
OF_STATE(dispatched)
OF_STATE(accepted)
OF_STATE(on_the_way)
OF_STATE(arrived)

const struct monitor_tab monitor_tabs[] = {
    {'1', N_("Unfinished"), urgent, live_orders, live_count, false},
    {'2', N_("New"), urgent, new_orders, new_count, false},
    {'3', N_("Dispatched"), urgent, dispatched_orders, dispatched_count, false},
    {'4', N_("Accepted"), urgent, accepted_orders, accepted_count, false},
    {'5', N_("On the way"), urgent, on_the_way_orders, on_the_way_count, false},
    {'6', N_("Arrived"), urgent, arrived_orders, arrived_count, false},
    {'7', N_("Overdue"), urgent, late_orders, late_count, true},
    {'8', N_("Done (24 h)"), newest, done_orders, done_count, false},
    {'9', N_("Fell away (24 h)"), newest, dropped_orders, dropped_count, false},
    {'0', N_("All"), newest, all_orders, uncounted, false},
};
const size_t monitor_ntabs = array_len(monitor_tabs);

/* ---- appointments: new orders for a time, past or future */

static json_t *appointed(json_t *at)
{
    if (!at)
        at = json_pack("{s:b}", "null", 0);
    return json_pack("{s:s, s:o}", "state", "new", "appoint_at", at);
}

/* The beginning of a day in the branch's zone, so many after today. */
static json_t *zone_day(const struct app_context *app, int days)
{
    struct day today;
    struct instant at = time_now();
    if (time_zone_day(app->who.zone, at, &today) == 0 &&
        time_zone_day_start(app->who.zone, day_add(today, days), &at) == 0)
        return instant_json(at);
    return instant_json((struct instant){time_now().us + (int64_t)days * DAY_SECONDS * US_PER_SECOND});
}

static json_t *every_appointment(const struct app_context *app)
{
    (void)app;
    return appointed(NULL);
}

static json_t *late_appointments(const struct app_context *app)
{
    json_t *condition = every_appointment(app);
    json_object_set_new(condition, "late_s", json_pack("{s:i}", "gte", 0));
    return condition;
}

static json_t *soon_appointments(const struct app_context *app)
{
    struct instant now = time_now();
    (void)app;
    return appointed(json_pack("{s:o, s:o}", "gte", instant_json(now), "lte",
                               instant_json((struct instant){now.us + INT64_C(2) * 3600 * US_PER_SECOND})));
}

static json_t *days_appointments(const struct app_context *app, int from, int to)
{
    return appointed(json_pack("{s:o, s:o}", "gte", zone_day(app, from), "lt", zone_day(app, to)));
}

static json_t *today_appointments(const struct app_context *app)
{
    return days_appointments(app, 0, 1);
}

static json_t *tomorrow_appointments(const struct app_context *app)
{
    return days_appointments(app, 1, 2);
}

static json_t *later_appointments(const struct app_context *app)
{
    return appointed(json_pack("{s:o}", "gte", zone_day(app, 2)));
}

#define APPOINTMENT_COUNT(name)                                                                              \
    static int64_t name##_appointment_count(const json_t *counts)                                            \
    {                                                                                                        \
        return appointment_count(counts, #name);                                                             \
    }

APPOINTMENT_COUNT(all)
APPOINTMENT_COUNT(overdue)
APPOINTMENT_COUNT(soon)
APPOINTMENT_COUNT(today)
APPOINTMENT_COUNT(tomorrow)
APPOINTMENT_COUNT(later)

const struct monitor_tab appointment_tabs[] = {
    {'1', N_("Waiting"), urgent, every_appointment, all_appointment_count, false},
    {'2', N_("Overdue"), urgent, late_appointments, overdue_appointment_count, true},
    {'3', N_("In 2 hours"), urgent, soon_appointments, soon_appointment_count, false},
    {'4', N_("Today"), urgent, today_appointments, today_appointment_count, false},
    {'5', N_("Tomorrow"), urgent, tomorrow_appointments, tomorrow_appointment_count, false},
    {'6', N_("Later"), urgent, later_appointments, later_appointment_count, false},
};
const size_t appointment_ntabs = array_len(appointment_tabs);
