/* rescue.counts: how many orders stand in each state of the monitor, and how many appointments wait, in one look at those that live. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "server/areas/rescue/rescue.h"
#include "server/areas/rescue/verbs.h"
#include "server/entity/filtered.h"

/* Only live orders and those of a day are looked at; each part has an index of its own. What is due next says when to count again. */
#define SEEN "(t.branch_id = ANY ($1::int[]) OR ($2 AND t.driver_id = $3))"
#define WAITS "(t.state = 'new' AND t.appoint_at IS NOT NULL)"

static const char live_sql[] =
    "SELECT t.state, count(*), count(*) FILTER (WHERE t.due_at <= $4), min(t.due_at) FILTER (WHERE t.due_at "
    "> $4) "
    "FROM rescue_order t WHERE " SEEN
    " AND t.state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived') AND NOT " WAITS;

static const char day_sql[] =
    "SELECT t.state, count(*) FROM rescue_order t WHERE " SEEN
    " AND t.state IN ('done', 'empty', 'void') AND t.created_at >= $4::timestamptz - interval '1 day'";

static const char by_state[] = " GROUP BY t.state";

/* Appointments by their day in the branch's zone: $5 is the beginning of tomorrow, $6 of the day after. */
static const char appointments_sql[] =
    "SELECT count(*), count(*) FILTER (WHERE least(t.due_at, t.appoint_at) <= $4), "
    "count(*) FILTER (WHERE t.appoint_at > $4 AND t.appoint_at <= $4 + interval '2 hours'), "
    "count(*) FILTER (WHERE t.appoint_at < $5 AND t.appoint_at >= $5 - interval '1 day'), "
    "count(*) FILTER (WHERE t.appoint_at >= $5 AND t.appoint_at < $6), "
    "count(*) FILTER (WHERE t.appoint_at >= $6), "
    "min(least(t.due_at, t.appoint_at)) FILTER (WHERE least(t.due_at, t.appoint_at) > $4) "
    "FROM rescue_order t WHERE " SEEN " AND " WAITS;

static struct instant zone_day(const struct request *request, int days)
{
    const char *zone = request->session->time_zone ? request->session->time_zone : "UTC";
    struct day day;
    if (time_zone_day(zone, request->now, &day) < 0)
        day = day_of(request->now, 0);
    struct instant start;
    if (time_zone_day_start(zone, day_add(day, days), &start) < 0)
        start = (struct instant){(int64_t)day_add(day, days).n * 24 * 3600 * US_PER_SECOND};
    return start;
}

static struct instant earlier(struct instant a, struct instant b)
{
    return instant_is_nil(a) || (!instant_is_nil(b) && b.us < a.us) ? b : a;
}

static void add_counts(struct str *out, struct rows *rows)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        str_add(out, out->data[out->len - 1] == '{' ? "" : ",");
        str_add_json(out, rows_text(rows, i, 0));
        str_addf(out, ":%" PRId64, rows_int(rows, i, 1));
    }
}

static void add_states(struct str *out, struct rows *live, struct rows *day, struct instant *next)
{
    int64_t late = 0;
    for (size_t i = 0; i < rows_count(live); i++) {
        late += rows_int(live, i, 2);
        *next = earlier(*next, rows_time(live, i, 3));
    }
    str_add(out, "{\"states\":{");
    add_counts(out, live);
    add_counts(out, day);
    str_addf(out, "},\"overdue\":%" PRId64, late);
}

static void add_appointments(struct request *request, struct rows *rows, struct instant *next)
{
    static const char *const names[] = {"all", "overdue", "soon", "today", "tomorrow", "later"};
    for (size_t i = 0; i < array_len(names); i++)
        str_addf(&request->out, "%s\"%s\":%" PRId64, i ? "," : ",\"appointments\":{", names[i],
                 rows_int(rows, 0, (int)i));
    str_add_char(&request->out, '}');
    *next = earlier(*next, rows_time(rows, 0, (int)array_len(names)));
}

int rescue_counts(struct request *request)
{
    const struct grant *grant = request->grant;
    const struct param params[] = {
        p_text(grant->scope), p_bool(grant->own),           p_int(request->session->employee_id),
        p_time(request->now), p_time(zone_day(request, 1)), p_time(zone_day(request, 2))};
    enum { OF_STATES = 4 }; /* the days are the appointments' */
    struct filtered filtered = {.request = request, .entity = &rescue_entity};
    struct instant next = INSTANT_NIL;
    char text[TIME_TEXT_SIZE];
    int result = filtered_arguments(request, &rescue_entity, NULL, &filtered.filter);
    if (result)
        return result;
    struct rows *live = filtered_read(&filtered, live_sql, by_state, params, OF_STATES);
    struct rows *day = filtered_read(&filtered, day_sql, by_state, params, OF_STATES);
    struct rows *appointments = filtered_read(&filtered, appointments_sql, "", params, array_len(params));
    result = request_need(request);
    if (result)
        return result;
    add_states(&request->out, live, day, &next);
    add_appointments(request, appointments, &next);
    str_add(&request->out, ",\"now\":");
    str_add_json(&request->out, time_print(text, sizeof(text), request->now));
    str_add(&request->out, ",\"next\":");
    str_add_json(&request->out, instant_is_nil(next) ? NULL : time_print(text, sizeof(text), next));
    str_add_char(&request->out, '}');
    return 0;
}
