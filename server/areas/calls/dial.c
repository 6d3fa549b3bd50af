/* Dialling by a key: the row of the log is written with what the gateway is to do, and says later what became of it. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "server/areas/calls/area.h"
#include "server/core/change.h"

enum { NUMBER_MAX = 24, NUMBER_MIN = 3 };

const struct field call_dial_args[CALL_DIAL_NARGS] = {
    ARG(number, FIELD_PHONE, .label = N_("Phone"), .help = N_("Digits, with a + before a country's code.")),
    ARG(party_id, FIELD_ID, .label = N_("Customer"), .min = 1, .help = N_("Whose number is dialled.")),
    ARG(rescue_id, FIELD_ID, .label = N_("Rescue order"), .min = 1,
        .help = N_("The person at its car is called; the call is linked to it.")),
    ARG(call_id, FIELD_ID, .label = N_("Call"), .min = 1, .help = N_("The other side of it is called back.")),
};

static const struct sql sql_line = {"call_line", "SELECT extension, there, up FROM call_line($1)"};
static const struct sql sql_number = {
    "call_number", "SELECT CASE WHEN $1::text IS NOT NULL THEN $1 WHEN $2::bigint IS NOT NULL THEN p.phone "
                   "WHEN $3::bigint IS NOT NULL THEN o.contact_phone ELSE c.number END, coalesce(p.id, "
                   "o.customer_id, c.party_id), "
                   "coalesce(p.id, o.id, c.id) FROM (SELECT) one LEFT JOIN party p ON p.id = $2 LEFT JOIN "
                   "rescue_order o ON o.id = $3 "
                   "LEFT JOIN call c ON c.id = $4"};
static const struct sql sql_add = {"call_dial_add",
                                   "SELECT id, branch_id FROM call_dial_add($1, $2, $3, $4)"};

/* Extensions behind a comma are left to the caller's own fingers. */
static const char *dialable(struct arena *arena, const char *number)
{
    const char *bare = number ? arena_strndup(arena, number, strcspn(number, ",")) : "";
    size_t digits = strspn(bare + (*bare == '+'), "0123456789");
    return digits >= NUMBER_MIN && digits <= NUMBER_MAX && !bare[digits + (*bare == '+')] ? bare : NULL;
}

static int check_args(struct request *request)
{
    int given = 0;
    for (size_t i = 0; i < CALL_DIAL_NARGS; i++)
        given += request_has(request, call_dial_args[i].name);
    return given == 1 ? 0
                      : request_fail(request, ERR_INVALID, "number",
                                     N_("Say whom to call: a number, a customer, an order or a call"), NULL);
}

static int check_line(struct request *request, struct rows *line)
{
    if (!rows_text(line, 0, 0))
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("You have no extension: it is entered with your employee record"), NULL);
    if (!rows_bool(line, 0, 1))
        return request_fail(request, ERR_CONFLICT, NULL, N_("Your branch has no call system"), NULL);
    if (!rows_bool(line, 0, 2))
        return request_fail(request, ERR_UNAVAILABLE, NULL,
                            N_("The call system of your branch cannot be reached"), NULL);
    return 0;
}

static int check_number(struct request *request, struct rows *found, const char **number_r)
{
    if (!request_has(request, "number") && rows_null(found, 0, 2))
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    *number_r = dialable(request->arena, rows_text(found, 0, 0));
    return *number_r
               ? 0
               : request_fail(request, ERR_INVALID, "number",
                              N_("There is no number that can be dialled: digits, with a + before them"),
                              NULL);
}

static int add(struct request *request, const char *number, int64_t party)
{
    struct rows *made = tx_read(request->tx, &sql_add, p_int(request->session->employee_id), p_text(number),
                                p_int(party), p_int(request_int(request, "rescue_id")));
    int64_t id = rows_int(made, 0, 0);
    if (id == NIL)
        return request_tx_failed(request);
    change_add(request, &(struct change){.entity = "call",
                                         .id = id,
                                         .version = 1,
                                         .branch_id = rows_int(made, 0, 1),
                                         .old_branch_id = NIL,
                                         .own_id = request->session->employee_id,
                                         .now = "{\"state\":\"dialling\"}"});
    str_addf(&request->out, "{\"id\":%" PRId64 ",\"state\":\"dialling\"}", id);
    return 0;
}

int call_dial_run(struct request *request)
{
    const char *number = NULL;
    int result = check_args(request);
    if (result)
        return result;
    struct rows *line = tx_read(request->tx, &sql_line, p_int(request->session->employee_id));
    struct rows *found =
        tx_read(request->tx, &sql_number, p_text(request_text(request, "number")),
                p_int(request_int(request, "party_id")), p_int(request_int(request, "rescue_id")),
                p_int(request_int(request, "call_id")));
    result = request_need(request);
    if (result == 0)
        result = check_number(request, found, &number);
    if (result == 0)
        result = check_line(request, line);
    return result ? result : add(request, number, rows_int(found, 0, 1));
}
