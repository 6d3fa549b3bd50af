/* rescue.counts: how many orders stand in each state of the monitor, and how many appointments wait, in one look at those that live. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "server/areas/rescue/verbs.h"

/* Only live orders and those of a day are looked at; each part has an index of its own. What is due next says when to count again. */
#define SEEN "(o.branch_id = ANY ($1::int[]) OR ($2 AND o.driver_id = $3))"
#define WAITS "(o.state = 'new' AND o.appoint_at IS NOT NULL)"

static const struct sql sql_counts = {
    "rescue_counts",
    "SELECT o.state, count(*), count(*) FILTER (WHERE o.due_at <= $4), min(o.due_at) FILTER (WHERE o.due_at "
    "> "
    "$4) FROM rescue_order o WHERE " SEEN
    " AND o.state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived') AND NOT " WAITS
    " GROUP BY o.state "
    "UNION ALL SELECT o.state, count(*), 0, NULL FROM rescue_order o WHERE " SEEN
    " AND o.state IN ('done', 'empty', 'void') AND o.created_at >= $4 - interval '1 day' GROUP BY o.state"};

/* Appointments by their day in the branch's zone: $5 is the beginning of tomorrow, $6 of the day after. */
static const struct sql sql_appointments = {
    "rescue_count_appointments",
    "SELECT count(*), count(*) FILTER (WHERE least(o.due_at, o.appoint_at) <= $4), "
    "count(*) FILTER (WHERE o.appoint_at > $4 AND o.appoint_at <= $4 + interval '2 hours'), "
    "count(*) FILTER (WHERE o.appoint_at < $5 AND o.appoint_at >= $5 - interval '1 day'), "
    "count(*) FILTER (WHERE o.appoint_at >= $5 AND o.appoint_at < $6), "
    "count(*) FILTER (WHERE o.appoint_at >= $6), "
    "min(least(o.due_at, o.appoint_at)) FILTER (WHERE least(o.due_at, o.appoint_at) > $4) "
    "FROM rescue_order o WHERE " SEEN " AND o.state = 'new' AND o.appoint_at IS NOT NULL"};

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

static void add_states(struct request *request, struct rows *rows, struct instant *next)
{
    struct str *out = &request->out;
    int64_t late = 0;
    str_add(out, "{\"states\":{");
    for (size_t i = 0; i < rows_count(rows); i++) {
        str_add(out, i ? "," : "");
        str_add_json(out, rows_text(rows, i, 0));
        str_addf(out, ":%" PRId64, rows_int(rows, i, 1));
        late += rows_int(rows, i, 2);
        *next = earlier(*next, rows_time(rows, i, 3));
    }
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
    struct instant next = INSTANT_NIL;
    char text[TIME_TEXT_SIZE];
    struct param scope = p_text(grant->scope), own = p_bool(grant->own),
                 self = p_int(request->session->employee_id), now = p_time(request->now);
    struct rows *states = tx_read(request->tx, &sql_counts, scope, own, self, now);
    struct rows *appointments = tx_read(request->tx, &sql_appointments, scope, own, self, now,
                                        p_time(zone_day(request, 1)), p_time(zone_day(request, 2)));
    int result = request_need(request);
    if (result)
        return result;
    add_states(request, states, &next);
    add_appointments(request, appointments, &next);
    str_add(&request->out, ",\"now\":");
    str_add_json(&request->out, time_print(text, sizeof(text), request->now));
    str_add(&request->out, ",\"next\":");
    str_add_json(&request->out, instant_is_nil(next) ? NULL : time_print(text, sizeof(text), next));
    str_add_char(&request->out, '}');
    return 0;
}
