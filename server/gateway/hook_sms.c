/* What Kannel tells: /sms/report for the delivery of one of ours, /sms/reply for what somebody wrote. */
#include <errno.h>

#include "base/time.h"
#include "server/db/transaction.h"
#include "server/gateway/gateway-private.h"
#include "server/gateway/hook_sms_read.h"

enum { PATIENCE_MS = 5 * 1000 };

static const struct sql sql_report = {"message_report", "SELECT message_report($1, $2, $3)"};
static const struct sql sql_receive = {"message_receive", "SELECT message_receive('sms', $1, $2, $3)"};

static struct tx *begin(const struct hook_call *call)
{
    return tx_begin(call->connection, call->arena, time_monotonic_ms() + PATIENCE_MS);
}

static const char *value(void *context, const char *name)
{
    return hook_value(context, name);
}

static int report(struct hook_call *call)
{
    struct sms_report report;
    int result = sms_read_report(value, call, call->arena, &report);
    if (result)
        return result;
    struct tx *tx = begin(call);
    tx_read(tx, &sql_report, p_int(report.message), p_bool(report.delivered), p_text(report.words));
    return tx_commit(tx) == TX_OK ? 0 : -EAGAIN;
}

static int reply(struct hook_call *call)
{
    struct sms_reply reply;
    int result = sms_read_reply(value, call, call->arena, &reply);
    if (result)
        return result;
    struct tx *tx = begin(call);
    tx_read(tx, &sql_receive, p_text(reply.reference), p_text(reply.from), p_text(reply.text));
    return tx_commit(tx) == TX_OK ? 0 : -EAGAIN;
}

const struct hook hook_sms_report = {"/sms/report", report};
const struct hook hook_sms_reply = {"/sms/reply", reply};
