/* Sets up the months of a year. */
#include "server/areas/finance/period.h"

#include "base/arena.h"
#include "server/core/change.h"
#include "server/core/request.h"

enum { FIRST_YEAR = 2000, LAST_YEAR = 2199 };

const struct field period_create_args[PERIOD_CREATE_NARGS] = {
    ARG(year, FIELD_INT, .label = N_("Year"), .required = true, .min = FIRST_YEAR, .max = LAST_YEAR,
        .help = N_("Its twelve months are set up, open.")),
};

static const struct sql sql_make = {"period_make_year", "SELECT period_make_year($1::int, $2)"};
static const struct sql sql_ids = {"period_ids",
                                   "SELECT m FROM generate_series($1::int * 100 + 1, $1::int * 100 + 12) m "
                                   "WHERE NOT EXISTS (SELECT FROM period WHERE id = m) ORDER BY m"};

int period_create_run(struct request *request)
{
    int64_t year = request_int(request, "year");
    struct rows *missing = tx_read(request->tx, &sql_ids, p_int(year));
    struct rows *made = tx_read(request->tx, &sql_make, p_int(year), p_int(request->session->employee_id));
    int result = request_need(request);
    if (result)
        return result;
    for (size_t i = 0; i < rows_count(missing); i++) {
        change_add(request, &(struct change){.entity = "period",
                                             .id = rows_int(missing, i, 0),
                                             .version = 1,
                                             .branch_id = NIL,
                                             .old_branch_id = NIL,
                                             .now = "{\"state\":\"open\"}"});
    }
    str_addf(&request->out, "{\"year\":%lld,\"made\":%lld}", (long long)year,
             (long long)rows_int(made, 0, 0));
    return 0;
}
