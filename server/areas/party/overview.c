/*
 * customer.overview: who the customer is, what he owes, and the newest of everything that names him, a part for each kind of record: a kind that
 * comes later is one row more in `parts`. Records of branches beyond one's own are a line each, without what is in them.
 */
#include "server/areas/party/overview.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "server/areas/party/party.h"

enum { ROWS_OF_PART = 20 };

struct part {
    const char *entity; /* whose list one must be allowed to see; passed over where there is none */
    const char *by;     /* its column that names the customer … */
    /* … or, where none does, SQL over his id as %s that gives the ids of the few rows about him. */
    const char *among;
    /* ($1 customer, $2 branches seen, $3 how many) → time, state, branch; NULL: nothing is told. */
    const struct sql *elsewhere;
    const char *columns[10]; /* ended by NULL; none: those of the list */
};

static const struct sql sql_rescue_elsewhere = {
    "rescue_elsewhere",
    "SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), state, branch "
    "FROM rescue_elsewhere($1, $2::int[], $3::int)"};

static const struct part parts[] = {
    {"rescue", .by = "customer_id", .elsewhere = &sql_rescue_elsewhere,
     .columns = {"number", "created_at", "state", "money_state", "service", "plate", "place", "price_fen",
                 "branch_id"}},
    {"order_notice", /* those that wait: what became orders stands among these */
     .among = "waiting_notices(NULL, %s)",
     .columns = {"foreign_number", "received_at", "state", "partner_id", "plate", "contact_name", "service",
                 "place", "branch_id"}},
    {"statement", .by = "party_id",
     .columns = {"created_at", "number", "state", "amount_fen", "received_fen", "rest_fen", "due_day",
                 "branch_id"}},
    {"call", .by = "party_id"},
    {"case", .by = "customer_id"},
    {"message", .by = "party_id",
     .columns = {"created_at", "state", "channel", "address", "body", "event", "error", "branch_id"}},
    {"rating", .by = "customer_id",
     .columns = {"created_at", "score", "words", "driver_id", "rescue_id", "source", "branch_id"}},
};

static const char *const facts[] = {
    "code",      "name",        "kind",       "branch_id",        "phone",
    "phone2",    "email",       "district",   "address",          "language",
    "opted_out", "settlement",  "terms_days", "credit_limit_fen", "result_required",
    "remarks",   "disabled_at", NULL};

/* Cars and people, for the caller's questions; what is owed to us (1122), and what was paid before it was due (2203). */
static const struct sql sql_beside = {
    "customer_overview_beside",
    "SELECT (SELECT json_agg(p.plate) FROM (SELECT plate FROM party_plate WHERE "
    "party_id = $1 ORDER BY position, id LIMIT 10) p)::text, "
    "(SELECT json_agg(row_to_json(c)) FROM (SELECT name, job_title, phone FROM party_contact "
    "WHERE party_id = $1 ORDER BY position, id LIMIT 10) c)::text, "
    "b.receivable, b.advance FROM customer_balance($1) b"};

struct read {
    const struct part *part;
    const struct entity *entity;
    struct rows *rows, *elsewhere;
};

struct overview {
    struct request *request;
    struct rows *customer, *beside;
    struct read reads[array_len(parts)];
    size_t count;
};

static const struct grant *grant_to(const struct request *request, const char *entity, const char *verb)
{
    return session_grant(request->session, arena_printf(request->arena, "%s.%s", entity, verb));
}

static bool is_there(const struct part *part, const struct entity *entity)
{
    return entity && (part->among || entity_field(entity, part->by));
}

static void queue_part(struct overview *overview, const struct part *part)
{
    struct request *request = overview->request;
    const struct entity *entity = entity_find(part->entity);
    const struct grant *grant = grant_to(request, part->entity, "list");
    int64_t id = request_int(request, "id");
    struct read *read = &overview->reads[overview->count];
    if (!is_there(part, entity) || !grant)
        return;
    *read = (struct read){.part = part, .entity = entity};
    read->rows = entity_related(&(struct related){.request = request,
                                                  .entity = entity,
                                                  .grant = grant,
                                                  .by = part->by,
                                                  .among = part->among,
                                                  .id = id,
                                                  .columns = *part->columns ? part->columns : entity->columns,
                                                  .limit = ROWS_OF_PART});
    if (part->elsewhere)
        read->elsewhere =
            tx_read(request->tx, part->elsewhere, p_int(id), p_text(grant->scope), p_int(ROWS_OF_PART + 1));
    overview->count++;
}

static void queue(struct overview *overview)
{
    struct request *request = overview->request;
    int64_t id = request_int(request, "id");
    overview->customer =
        entity_shown(&(struct related){.request = request,
                                       .entity = entity_find("customer"),
                                       .grant = request->grant,
                                       .id = id,
                                       .columns = facts,
                                       .unmasked = grant_to(request, "customer", "get") != NULL});
    overview->beside = tx_read(request->tx, &sql_beside, p_int(id));
    for (size_t i = 0; i < array_len(parts); i++)
        queue_part(overview, &parts[i]);
}

static void add_columns(struct str *out, const struct read *read)
{
    const char *const *columns = *read->part->columns ? read->part->columns : read->entity->columns;
    bool first = true;
    str_add(out, ",\"columns\":[");
    for (; *columns; columns++) {
        if (!entity_field(read->entity, *columns))
            continue;
        str_add(out, first ? "" : ",");
        str_add_json(out, *columns);
        first = false;
    }
    str_add_char(out, ']');
}

static void add_rows(struct str *out, struct read *read)
{
    size_t count = rows_count(read->rows), shown = MIN(count, (size_t)ROWS_OF_PART);
    str_add(out, ",\"rows\":[");
    for (size_t i = 0; i < shown; i++) {
        str_add(out, i ? "," : "");
        str_add(out, rows_text(read->rows, i, 0));
    }
    str_addf(out, "],\"more\":%s", count > shown ? "true" : "false");
}

static void add_elsewhere(struct str *out, struct read *read)
{
    size_t count = read->elsewhere ? rows_count(read->elsewhere) : 0,
           shown = MIN(count, (size_t)ROWS_OF_PART);
    str_add(out, ",\"elsewhere\":[");
    for (size_t i = 0; i < shown; i++) {
        str_add(out, i ? ",{\"at\":" : "{\"at\":");
        str_add_json(out, rows_text(read->elsewhere, i, 0));
        str_add(out, ",\"state\":");
        str_add_json(out, rows_text(read->elsewhere, i, 1));
        str_add(out, ",\"branch\":");
        str_add_json(out, rows_text(read->elsewhere, i, 2));
        str_add_char(out, '}');
    }
    str_addf(out, "],\"more_elsewhere\":%s", count > shown ? "true" : "false");
}

static void add_part(struct str *out, struct read *read)
{
    str_add(out, "{\"entity\":");
    str_add_json(out, read->part->entity);
    str_add(out, ",\"by\":");
    str_add_json(out, read->part->by ? read->part->by : "");
    add_columns(out, read);
    add_rows(out, read);
    add_elsewhere(out, read);
    str_add_char(out, '}');
}

static const char *array_of(struct rows *rows, int column)
{
    const char *text = rows_text(rows, 0, column);
    return text ? text : "[]";
}

static void reply(struct overview *overview)
{
    struct str *out = &overview->request->out;
    str_clear(out);
    str_addf(out, "{\"customer\":%s", rows_text(overview->customer, 0, 0));
    str_addf(out, ",\"plates\":%s,\"contacts\":%s", array_of(overview->beside, 0),
             array_of(overview->beside, 1));
    str_addf(out, ",\"balance\":{\"receivable_fen\":%" PRId64 ",\"advance_fen\":%" PRId64 "}",
             rows_int(overview->beside, 0, 2), rows_int(overview->beside, 0, 3));
    str_add(out, ",\"parts\":[");
    for (size_t i = 0; i < overview->count; i++) {
        str_add(out, i ? "," : "");
        add_part(out, &overview->reads[i]);
    }
    str_add(out, "]}");
}

int customer_overview(struct request *request)
{
    struct overview *overview = arena_new(request->arena, struct overview);
    overview->request = request;
    queue(overview);
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(overview->customer) == 0)
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    reply(overview);
    return 0;
}
