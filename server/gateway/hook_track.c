/*
 * Where vehicles are, told by devices over HTTP as Traccar's client and OsmAnd do: /track?token=…&id=…&lat=…&lon=…. What comes within a moment
 * is written in one transaction; a device hears 200 once that is committed, so what it was told is kept is kept.
 */
#include <errno.h>
#include <math.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/map.h"
#include "server/core/thread.h"
#include "server/db/array.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"
#include "server/gateway/gateway-private.h"
#include "server/gateway/hook_track.h"

/* A device that was without a line for long sends what it kept one by one, as fast as it is answered. */
enum {
    GATHER_MS = 200,
    BATCH_MAX = 500,
    WAITING_MAX = 1400, /* below the callers there may be: others get in, too */
    PATIENCE_MS = 5 * 1000,
    BURST = 300,        /* reports of one device at once, */
    EACH_SECOND = 5,    /* and one more so often */
    DEVICES_MAX = 20000 /* remembered at a time */
};

static const struct sql sql_take = {
    "tracker_take",
    "SELECT known FROM tracker_take($1::text[], $2::bytea[], $3::timestamptz[], $4::double precision[], "
    "$5::double precision[], $6::real[], $7::real[], $8::real[], $9::real[])"};

struct waiting {
    struct track_report report;
    char hash[2 + SHA256_DIGEST_LENGTH * 2 + 1]; /* of the token, as a bytea is written */
    struct hook_later later;
};

static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t come;
    bool started, stopping, away;
    VEC(struct waiting) waiting;
    struct connection *connection;
    struct arena *arena;
    struct map devices; /* code and token → struct device; the hooks' thread alone */
} desk = {.lock = PTHREAD_MUTEX_INITIALIZER, .come = PTHREAD_COND_INITIALIZER};

/* ---- how often */

struct device {
    double left;
    int64_t at_ms;
};

static void forget_devices(void)
{
    size_t at = 0;
    void *value;
    while (map_next(&desk.devices, &at, NULL, &value))
        free(value);
    map_clear(&desk.devices);
}

/* By device and token, so that nobody uses up what is another's. */
static bool too_often(const struct waiting *waiting)
{
    char name[TRACK_CODE_MAX + sizeof(waiting->hash) + 2];
    int64_t now = time_monotonic_ms();
    snprintf(name, sizeof(name), "%s %s", waiting->report.code, waiting->hash);
    struct device *device = map_get(&desk.devices, name);
    if (!device) {
        if (map_count(&desk.devices) >= DEVICES_MAX)
            forget_devices();
        device = memory_zeroed(1, sizeof(*device));
        *device = (struct device){BURST, now};
        map_put(&desk.devices, name, device);
    }
    device->left = fmin(device->left + (double)(now - device->at_ms) / 1000 * EACH_SECOND, BURST);
    device->at_ms = now;
    if (device->left < 1)
        return true;
    device->left--;
    return false;
}

/* ---- writing */

enum { COLUMNS = 9 };

static void add_row(struct array_text columns[COLUMNS], const struct waiting *waiting)
{
    const struct track_report *report = &waiting->report;
    const struct param values[] = {
        p_time(report->at),      p_real(report->place.lon), p_real(report->place.lat), p_real(report->speed),
        p_real(report->bearing), p_real(report->accuracy),  p_real(report->battery)};
    array_add_text(&columns[0], report->code);
    array_add_text(&columns[1], waiting->hash);
    for (size_t i = 0; i < array_len(values); i++)
        array_add_param(&columns[i + 2], &values[i]);
}

/* NULL: the database is away. */
static struct rows *write_batch(const struct waiting batch[], size_t count)
{
    struct array_text columns[COLUMNS];
    struct param params[COLUMNS];
    arena_reset(desk.arena);
    for (size_t i = 0; i < COLUMNS; i++)
        array_begin(&columns[i], desk.arena);
    for (size_t i = 0; i < count; i++)
        add_row(columns, &batch[i]);
    for (size_t i = 0; i < COLUMNS; i++)
        params[i] = array_end(&columns[i]);
    struct tx *tx = tx_begin(desk.connection, desk.arena, time_monotonic_ms() + PATIENCE_MS);
    struct rows *rows = tx_read_params(tx, &sql_take, params, COLUMNS);
    bool done = tx_commit(tx) == TX_OK && rows_count(rows) == count;
    if (!done && !desk.away)
        log_warn("positions: the database does not take them: %s", tx_sqlstate(tx));
    desk.away = !done;
    return done ? rows : NULL;
}

static void answer_batch(struct waiting batch[], size_t count, struct rows *rows)
{
    for (size_t i = 0; i < count; i++)
        hook_answer(&batch[i].later, !rows ? -EAGAIN : rows_bool(rows, i, 0) ? 0 : -EACCES);
}

/* The first ones that wait, once there are enough of them or the first has waited a moment. 0: it is the end. */
static size_t take_batch(struct waiting batch[BATCH_MAX])
{
    static const struct timespec moment = {0, GATHER_MS * 1000000L};
    pthread_mutex_lock(&desk.lock);
    while (!desk.waiting.count && !desk.stopping)
        pthread_cond_wait(&desk.come, &desk.lock);
    bool gather = desk.waiting.count < BATCH_MAX && !desk.stopping;
    pthread_mutex_unlock(&desk.lock);
    if (gather)
        nanosleep(&moment, NULL);
    pthread_mutex_lock(&desk.lock);
    size_t count = MIN(desk.waiting.count, (size_t)BATCH_MAX);
    if (count)
        memcpy(batch, desk.waiting.items, count * sizeof(batch[0]));
    desk.waiting.count -= count;
    memmove(desk.waiting.items, desk.waiting.items + count, desk.waiting.count * sizeof(batch[0]));
    pthread_mutex_unlock(&desk.lock);
    return count;
}

static void *work(void *argument)
{
    struct waiting *batch = memory_zeroed(BATCH_MAX, sizeof(*batch));
    for (size_t count; (count = take_batch(batch));)
        answer_batch(batch, count, write_batch(batch, count));
    free(batch);
    return NULL;
}

/* ---- the hook */

static const char *query_value(void *context, const char *name)
{
    return hook_value(context, name);
}

/* A form may hold the token, too, where the address does not. */
static int read_body(struct hook_call *call, struct instant now, struct track_report *report,
                     const char **token)
{
    struct track_form form;
    if (call->body[0] == '{')
        return track_read_json(call->body, call->body_len, now, report);
    if (strlen(call->body) != call->body_len || track_form_parse(call->body, &form) < 0) {
        report->fault = "the body is neither a form nor JSON\n";
        return -EINVAL;
    }
    if (!*token)
        *token = track_form_value(&form, "token");
    return track_read_values(track_form_value, &form, now, report);
}

static int read_call(struct hook_call *call, struct waiting *waiting)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    const char *token = hook_value(call, "token");
    bool body = call->body_len && !hook_value(call, "id") && !hook_value(call, "deviceid");
    int result = body ? read_body(call, time_now(), &waiting->report, &token)
                      : track_read_values(query_value, call, time_now(), &waiting->report);
    call->fault = waiting->report.fault;
    if (result < 0)
        return result;
    if (!token || !*token || strlen(token) > TRACK_TOKEN_MAX)
        return -EACCES;
    SHA256((const unsigned char *)token, strlen(token), hash);
    memcpy(waiting->hash, "\\x", 3);
    hex_encode(waiting->hash + 2, hash, sizeof(hash));
    return 0;
}

static int run(struct hook_call *call)
{
    struct waiting waiting = {.later = call->later};
    int result = read_call(call, &waiting);
    if (result < 0)
        return result;
    if (too_often(&waiting))
        return -EUSERS;
    pthread_mutex_lock(&desk.lock);
    bool full = desk.stopping || desk.waiting.count >= WAITING_MAX;
    if (!full) {
        hook_later_begin(call); /* before the other thread can answer it */
        vec_push(&desk.waiting, waiting);
        pthread_cond_signal(&desk.come);
    }
    pthread_mutex_unlock(&desk.lock);
    return full ? -EAGAIN : HOOK_LATER;
}

void hook_track_start(const char *conninfo)
{
    desk.stopping = false;
    desk.connection = connection_create(conninfo, "yizhand positions");
    desk.arena = arena_create(0);
    map_init(&desk.devices);
    thread_start(&desk.thread, "positions", work, NULL);
    desk.started = true;
}

void hook_track_stop(void)
{
    if (!desk.started)
        return;
    pthread_mutex_lock(&desk.lock);
    desk.stopping = true;
    pthread_cond_signal(&desk.come);
    pthread_mutex_unlock(&desk.lock);
    pthread_join(desk.thread, NULL);
    desk.started = false;
}

void hook_track_finish(void)
{
    if (!desk.connection)
        return;
    connection_destroy(desk.connection);
    arena_destroy(desk.arena);
    forget_devices();
    map_finish(&desk.devices);
    vec_finish(&desk.waiting);
    desk.connection = NULL;
}

const struct hook hook_track = {"/track", run, .own_token = true, .takes_body = true};
