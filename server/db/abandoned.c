#include "server/db/connection-private.h"

#include "base/log.h"
#include "base/time.h"

#include <poll.h>
#include <stdlib.h>

/* Between two cancels of the same backend: one that came between two statements was lost. */
enum { CANCEL_AGAIN_MS = 5000 };

struct abandoned {
    PGconn *pg;
    PGcancel *cancel; /* NULL: it must not be cancelled, or was already */
    bool synced;      /* its last Sync is queued */
};

static atomic_int abandoned_count;

int connections_abandoned(void)
{
    return abandoned_count;
}

static void ignore_notice(void *ctx, const PGresult *notice)
{
    (void)ctx;
    (void)notice;
}

/* True once the last Sync is answered or the socket is dead: the backend is done. */
static bool is_over(PGconn *pg)
{
    while (!PQisBusy(pg)) {
        PGresult *result = PQgetResult(pg);
        bool over = PQstatus(pg) == CONNECTION_BAD || PQresultStatus(result) == PGRES_PIPELINE_SYNC ||
                    (!result && PQtransactionStatus(pg) != PQTRANS_ACTIVE);
        PQclear(result);
        if (over)
            return true;
    }
    return PQstatus(pg) == CONNECTION_BAD;
}

/* Waits a while for the socket; false when it is dead. */
static bool listen_on(PGconn *pg)
{
    int unsent = PQflush(pg);
    if (unsent < 0)
        return false;
    struct pollfd p = {.fd = PQsocket(pg), .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
    if (poll(&p, 1, CANCEL_AGAIN_MS) > 0 && (p.revents & ~POLLOUT))
        return PQconsumeInput(pg) == 1;
    return true;
}

static void *wait_for_end(void *arg)
{
    struct abandoned *left = arg;
    bool going = left->synced || PQpipelineSync(left->pg) == 1;
    int64_t again = 0;
    char why[256];
    while (going && !is_over(left->pg)) {
        if (left->cancel && time_monotonic_ms() >= again) {
            if (!PQcancel(left->cancel, why, sizeof(why)))
                log_warn("database: cancel: %s", why);
            again = time_monotonic_ms() + CANCEL_AGAIN_MS;
        }
        going = listen_on(left->pg);
    }
    PQfreeCancel(left->cancel);
    PQfinish(left->pg);
    free(left);
    abandoned_count--;
    return NULL;
}

void abandoned_add(PGconn *pg, PGcancel *cancel, bool synced)
{
    struct abandoned *left = memory_zeroed(1, sizeof(*left));
    *left = (struct abandoned){.pg = pg, .cancel = cancel, .synced = synced};
    PQsetNoticeReceiver(pg, ignore_notice, NULL);
    abandoned_count++;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    if (pthread_create(&thread, &attr, wait_for_end, left) != 0) {
        log_error("database: no thread to wait for an unfinished statement");
        abandoned_count--;
        PQfreeCancel(cancel);
        PQfinish(pg);
        free(left);
    }
    pthread_attr_destroy(&attr);
}
