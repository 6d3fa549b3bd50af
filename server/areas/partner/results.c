/*
 * order_notice.results: what became of a third party's orders, in the order it became visible. Asked with the cursor of the answer before, it goes on
 * behind it; an answer that was lost is asked for again with the old one. So each word comes at least once, and none is passed over.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "server/areas/partner/partner.h"
#include "server/core/change.h"

enum { RESULTS_USUAL = 100 };

/* Of transactions that are not over yet some may commit before others that were begun sooner: nothing of them is told before all are. */
static const struct sql sql_results = {
    "notice_results",
    "SELECT c.era || '.' || c.tx::text || '.' || c.id, jsonb_build_object('at', to_char(c.at AT TIME ZONE "
    "'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'order_id', c.row_id, 'version', c.version, 'what', "
    "split_part(c.verb, '.', 2))::text, "
    "c.now::text FROM change c "
    "WHERE c.entity = 'partner_order' AND c.own_id = $1 AND (c.era, c.tx, c.id) > ($2::int, $3::xid8, $4) "
    "AND (c.era < (SELECT max(n) FROM era) OR c.tx < pg_snapshot_xmin(pg_current_snapshot())) "
    "ORDER BY c.era, c.tx, c.id LIMIT $5"};

struct place {
    int era;
    uint64_t tx;
    int64_t id;
};

static int read_place(struct request *request, struct place *place)
{
    const char *text = request_text(request, "after");
    int end = 0;
    *place = (struct place){0};
    if (!text || !*text)
        return 0;
    if (sscanf(text, "%d.%" SCNu64 ".%" SCNd64 "%n", &place->era, &place->tx, &place->id, &end) != 3 ||
        text[end])
        return request_fail(request, ERR_INVALID, "after", N_("This is no cursor of an answer before"), NULL);
    return 0;
}

/* Both are objects; the second stands in the first. */
static void add_row(struct str *out, const char *head, const char *told)
{
    str_add_n(out, head, strlen(head) - 1);
    if (told && told[0] == '{' && told[1] != '}') {
        str_add_char(out, ',');
        str_add(out, told + 1);
    } else {
        str_add_char(out, '}');
    }
}

int notice_results(struct request *request)
{
    const struct session *session = request->session;
    int64_t limit = request_int(request, "limit");
    struct place after;
    if (session->party_id <= 0)
        return request_fail(request, ERR_FORBIDDEN, NULL,
                            N_("Only who works for a third party has results to fetch"), NULL);
    int result = read_place(request, &after);
    if (result)
        return result;
    limit = limit == NIL ? RESULTS_USUAL : limit;
    struct rows *rows = tx_read(request->tx, &sql_results, p_int(change_party(session->party_id)),
                                p_int(after.era), p_text(arena_printf(request->arena, "%" PRIu64, after.tx)),
                                p_int(after.id), p_int(limit + 1));
    result = request_need(request);
    if (result)
        return result;
    struct str *out = &request->out;
    size_t count = rows_count(rows), shown = MIN(count, (size_t)limit);
    str_add(out, "{\"rows\":[");
    for (size_t i = 0; i < shown; i++) {
        str_add(out, i ? "," : "");
        add_row(out, rows_text(rows, i, 1), rows_text(rows, i, 2));
    }
    str_add(out, "],\"next\":");
    const char *given = request_text(request, "after");
    str_add_json(out, shown ? rows_text(rows, shown - 1, 0) : given);
    str_addf(out, ",\"more\":%s}", count > shown ? "true" : "false");
    return 0;
}
