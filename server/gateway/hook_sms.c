/* What Kannel tells: /sms/report for the delivery of one of ours, /sms/reply for what somebody wrote. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include "server/db/transaction.h"
#include "server/gateway/gateway-private.h"

enum { PATIENCE_MS = 5 * 1000, TEXT_MAX = 2000, DELIVERED = 1, UNDELIVERED = 2, REFUSED = 16 };

static const struct sql sql_report = {"message_report", "SELECT message_report($1, $2, $3)"};
static const struct sql sql_receive = {"message_receive", "SELECT message_receive('sms', $1, $2, $3)"};

static struct tx *begin(const struct hook_call *call)
{
    return tx_begin(call->connection, call->arena, time_monotonic_ms() + PATIENCE_MS);
}

/* As people's text must be; what is not, is shown as such. */
static const char *cleaned(const struct hook_call *call, const char *text)
{
    size_t len = strnlen(text, TEXT_MAX);
    const char *copy = arena_strndup(call->arena, text, len);
    return utf8_nfc(call->arena, utf8_clean(call->arena, copy));
}

static int report(struct hook_call *call)
{
    const char *id = hook_value(call, "message"), *status = hook_value(call, "status"),
               *words = hook_value(call, "words");
    long code = status ? strtol(status, NULL, 10) : 0;
    int64_t message = id ? strtoll(id, NULL, 10) : 0;
    if (message <= 0 || !(code == DELIVERED || code == UNDELIVERED || code == REFUSED))
        return -EINVAL;
    struct tx *tx = begin(call);
    tx_read(tx, &sql_report, p_int(message), p_bool(code == DELIVERED),
            p_text(words && *words ? cleaned(call, words) : NULL));
    return tx_commit(tx) == TX_OK ? 0 : -EAGAIN;
}

/* The same text of the same number, in the same second, without a reference: that is one. */
static int reply(struct hook_call *call)
{
    const char *from = hook_value(call, "from"), *text = hook_value(call, "text"),
               *reference = hook_value(call, "reference");
    if (!from || !*from || !text)
        return -EINVAL;
    if (!reference || !*reference)
        reference = hook_value(call, "at");
    if (!reference || !*reference)
        return -EINVAL;
    struct tx *tx = begin(call);
    tx_read(tx, &sql_receive, p_text(cleaned(call, arena_printf(call->arena, "%s %s", from, reference))),
            p_text(cleaned(call, from)), p_text(cleaned(call, text)));
    return tx_commit(tx) == TX_OK ? 0 : -EAGAIN;
}

const struct hook hook_sms_report = {"/sms/report", report};
const struct hook hook_sms_reply = {"/sms/reply", reply};
