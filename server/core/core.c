#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "server/core/caller.h"
#include "server/core/clock.h"
#include "server/core/core-private.h"
#include "server/core/login.h"
#include "server/core/notice.h"
#include "server/core/preference.h"
#include "server/core/schedule.h"
#include "server/core/session_verbs.h"
#include "server/core/tail.h"
#include "server/core/totp.h"
#include "server/core/worker.h"
#include "wire/json.h"
#include "wire/limits.h"

enum {
    WORKERS_PER_CORE = 8, /* measured: waiting for the disk, not the cores, is what they do */
    WORKERS_MIN = 4,
    WORKERS_MAX = 32,
    /* Of one connection: a quarter of a lane's workers, so that who asks for much and reads slowly has not all of them; but two, as one must be
     * able to cancel the other. */
    AT_ONCE_PART = 4,
    AT_ONCE_MIN = 2,
    CLOSING_MS = 3000,
    DRAIN_LOOK_MS = 50
};

struct core core;

const char *core_server_name(void)
{
    static char name[96];
    if (!*name) {
        char host[64] = "";
        gethostname(host, sizeof(host) - 1);
        snprintf(name, sizeof(name), "%s/%ld", host, (long)getpid());
    }
    return name;
}

void core_register_verbs(void)
{
    login_register();
    password_verbs_register();
    own_sessions_register();
    session_verbs_register();
    watch_register();
    preference_register();
    notice_register();
}

int core_workers(int asked)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return asked > 0 ? asked : (int)MAX(WORKERS_MIN, MIN(WORKERS_MAX, cores * WORKERS_PER_CORE));
}

/* Shared by the threads (a line is one fwrite) and never closed: it lives as long as they do. It holds data of people, so it is nobody
 * else's to read. */
static FILE *open_statement_log(const char *path)
{
    if (!path || !*path)
        return NULL;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    FILE *log = fd < 0 ? NULL : fdopen(fd, "a");
    if (!log)
        log_error("%s: %s", path, strerror(errno));
    return log;
}

static void start_lanes(const struct core_options *options)
{
    int counts[LANES] = {[LANE_SHORT] = core_workers(options->workers),
                         [LANE_LONG] = options->long_workers,
                         [LANE_HASH] = options->hash_workers};
    for (int lane = 0; lane < LANES; lane++) {
        core.lanes[lane] = queue_create((size_t)options->queue_length,
                                        (size_t)MAX(AT_ONCE_MIN, counts[lane] / AT_ONCE_PART));
        workers_start(core.lanes[lane], (enum verb_lane)lane, counts[lane], options->database,
                      core.statement_log);
    }
    workers_run();
}

static struct net_limits limits_of(const struct core_options *options)
{
    return (struct net_limits){.handshake_ms = WIRE_HANDSHAKE_MS,
                               .login_ms = WIRE_LOGIN_MS,
                               .login_all_ms = WIRE_LOGIN_ALL_MS,
                               .line_ms = WIRE_LINE_MS,
                               .closing_ms = CLOSING_MS,
                               .stalled_ms = WIRE_STALLED_READER_MS,
                               .connections = options->connections,
                               .connections_per_address = options->connections_per_address,
                               .line_before_login = WIRE_LINE_BEFORE_LOGIN,
                               .line_after_login = WIRE_LINE_FROM_CLIENT,
                               .output_max = WIRE_OUTPUT_MAX,
                               .output_pause = WIRE_EXPORT_PAUSE};
}

void core_open(struct ev_loop *loop, const struct core_options *options)
{
    core.loop = loop;
    core.options = *options;
    core.options.database = memory_strdup(options->database);
    core.options.database_tail = memory_strdup(options->database_tail);
    core.idle_seconds = options->idle_seconds;
    core_server_name();
    clock_init();
    totp_init();
    json_init();
    struct net_limits limits = limits_of(options);
    core.net = net_create(loop, &caller_ops, &limits);
    post_init(loop, caller_deliver);
    core.statement_log = open_statement_log(options->statement_log);
}

void core_start(void)
{
    start_lanes(&core.options);
    tail_start(core.options.database_tail);
    schedule_start(core.options.database_tail);
}

void core_set_tls(SSL_CTX *tls)
{
    net_set_tls(core.net, tls);
}

int core_listen(const char *host, const char *port, int *port_r)
{
    return net_listen(core.net, host, port, port_r);
}

void core_change(const struct core_options *options)
{
    core.idle_seconds = options->idle_seconds;
    core.options.request_seconds = options->request_seconds;
    core.options.long_seconds = options->long_seconds;
}

/* ------------------------------------------------------------------------------------------------- the end */

static struct {
    ev_timer timer;
    int64_t until_ms; /* monotonic */
    void (*done)(void);
} drain;

static void on_drain(struct ev_loop *loop, ev_timer *timer, int events)
{
    size_t left = net_count(core.net);
    if (left > 0 && time_monotonic_ms() < drain.until_ms)
        return;
    if (left > 0)
        log_warn("%zu connections are cut", left);
    ev_timer_stop(loop, timer);
    drain.done();
}

void core_drain(void (*done)(void))
{
    if (core.draining)
        return;
    core.draining = true;
    net_stop_listening(core.net);
    caller_drain_all(core.net);
    drain.done = done;
    drain.until_ms = time_monotonic_ms() + 1000 * (int64_t)core.options.drain_seconds;
    ev_timer_init(&drain.timer, on_drain, DRAIN_LOOK_MS / 1e3, DRAIN_LOOK_MS / 1e3);
    ev_timer_start(core.loop, &drain.timer);
}

void core_stop(void)
{
    tail_stop();
    schedule_stop();
    /* Nobody is left to hear an answer: a worker that waits for a slow reader finds him gone, and what stood aside for one has its turn. */
    net_destroy(core.net);
    for (int lane = 0; lane < LANES; lane++)
        if (core.lanes[lane])
            queue_close(core.lanes[lane]);
    workers_stop();
    post_finish();
    for (int lane = 0; lane < LANES; lane++)
        queue_destroy(core.lanes[lane]);
    free((char *)core.options.database);
    free((char *)core.options.database_tail);
}
