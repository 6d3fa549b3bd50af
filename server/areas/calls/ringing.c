/* One's own phone: what rings there, and that one has looked at it. */
#include "server/areas/calls/area.h"
#include "server/core/popup.h"

static const struct sql sql_ringing = {"call_ringing",
                                       "SELECT r, (r::jsonb ->> 'call_id')::bigint FROM call_ringing($1) r"};
static const struct sql sql_opened = {"call_opened", "SELECT call_opened($1, $2)"};

int call_ringing_run(struct request *request)
{
    struct rows *rows = tx_read(request->tx, &sql_ringing, p_int(request->session->employee_id));
    int result = request_need(request);
    if (result)
        return result;
    str_add(&request->out, "{\"rows\":[");
    for (size_t i = 0; i < rows_count(rows); i++) {
        str_addf(&request->out, "%s%s", i ? "," : "", rows_text(rows, i, 0));
        popup_was_told(rows_int(rows, i, 1), request->session->employee_id);
    }
    str_add(&request->out, "]}");
    return 0;
}

int call_open_run(struct request *request)
{
    struct rows *done = tx_read(request->tx, &sql_opened, p_int(request_int(request, "id")),
                                p_int(request->session->employee_id));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_int(done, 0, 0) != 1)
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("This call is not at your phone"), NULL);
    str_add(&request->out, "{}");
    return 0;
}
