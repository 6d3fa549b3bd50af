/*
 * The hooks: a small HTTP server (libmicrohttpd, its own thread) at an address of the house, for gateways that tell us what became of
 * something, and for devices that tell where they are. Whoever calls must know the token; nothing else is told.
 */
#include "server/gateway/gateway-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/util.h"
#include "server/db/connection.h"

/* Devices keep their lines open between two reports. */
enum { CALLERS_MAX = 1500, CALLER_SECONDS = 30, CALLER_BYTES = 32 * 1024, BODY_MAX = 16 * 1024 };

static const struct hook *const hooks[] = {&hook_sms_report, &hook_sms_reply, &hook_track};

static struct {
    struct MHD_Daemon *daemon;
    struct connection *connection;
    struct arena *arena;
    char *token;
} door;

const char *hook_value(const struct hook_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->http, MHD_GET_ARGUMENT_KIND, name);
}

/* One request, from its head to its answer. */
struct visit {
    const struct hook *hook; /* NULL: nobody's path */
    struct str body;
    bool too_long;
    bool asked; /* the hook has it, or had it */
    int result; /* of a hook that answers later */
};

static enum MHD_Result answer(struct MHD_Connection *http, unsigned status, const char *words)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(words), (void *)words, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = response ? MHD_queue_response(http, status, response) : MHD_NO;
    if (response)
        MHD_destroy_response(response);
    return result;
}

static bool knows_token(const struct hook_call *call)
{
    const char *token = hook_value(call, "token");
    size_t len = strlen(door.token);
    return token && strlen(token) == len && CRYPTO_memcmp(token, door.token, len) == 0;
}

/* fault: what is said of a bad request; NULL: no more than that it is one. */
static enum MHD_Result answer_result(struct MHD_Connection *http, int result, const char *fault)
{
    switch (result) {
    case 0: return answer(http, MHD_HTTP_OK, "");
    case -EINVAL: return answer(http, MHD_HTTP_BAD_REQUEST, fault ? fault : "what is needed is not there\n");
    case -EACCES: return answer(http, MHD_HTTP_FORBIDDEN, "the token is not right\n");
    case -EUSERS: return answer(http, MHD_HTTP_TOO_MANY_REQUESTS, "too often\n");
    default: return answer(http, MHD_HTTP_SERVICE_UNAVAILABLE, "try again\n");
    }
}

void hook_later_begin(struct hook_call *call)
{
    MHD_suspend_connection(call->http);
}

void hook_answer(struct hook_later *later, int result)
{
    struct visit *visit = later->visit;
    visit->result = result;
    MHD_resume_connection(later->http);
}

static enum MHD_Result run(struct MHD_Connection *http, struct visit *visit)
{
    struct hook_call call = {.http = http,
                             .arena = door.arena,
                             .connection = door.connection,
                             .body = visit->body.data,
                             .body_len = visit->body.len,
                             .later = {http, visit}};
    if (visit->asked) /* it was put off, and is taken up again */
        return answer_result(http, visit->result, NULL);
    visit->asked = true;
    arena_reset(door.arena);
    if (!visit->hook->own_token && !knows_token(&call))
        return answer_result(http, -EACCES, NULL);
    int result = visit->hook->run(&call);
    return result == HOOK_LATER ? MHD_YES : answer_result(http, result, call.fault);
}

static struct visit *visit_create(const char *url)
{
    struct visit *visit = memory_zeroed(1, sizeof(*visit));
    str_init(&visit->body, NULL);
    for (size_t i = 0; i < array_len(hooks); i++)
        if (strcmp(url, hooks[i]->path) == 0)
            visit->hook = hooks[i];
    return visit;
}

static void on_end(void *context, struct MHD_Connection *http, void **state,
                   enum MHD_RequestTerminationCode code)
{
    struct visit *visit = *state;
    if (visit)
        str_finish(&visit->body);
    free(visit);
    *state = NULL;
}

/* Of hooks without a body it is passed over. */
static void take_body(struct visit *visit, const char *bytes, size_t len)
{
    visit->too_long = visit->too_long || visit->body.len + len > BODY_MAX;
    if (visit->hook && visit->hook->takes_body && !visit->too_long)
        str_add_n(&visit->body, bytes, len);
}

static enum MHD_Result on_call(void *context, struct MHD_Connection *http, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state)
{
    struct visit *visit = *state;
    if (!visit) { /* the head was read; a body may follow */
        *state = visit_create(url);
        return MHD_YES;
    }
    if (*upload_size) {
        take_body(visit, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (!visit->hook)
        return answer(http, MHD_HTTP_NOT_FOUND, "there is nothing here\n");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return answer(http, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST\n");
    if (visit->too_long && visit->hook->takes_body)
        return answer(http, MHD_HTTP_CONTENT_TOO_LARGE, "too long\n");
    return run(http, visit);
}

/* "HOST:PORT", "[::1]:PORT" */
static int resolve(const char *listen, struct addrinfo **found_r)
{
    const char *colon = strrchr(listen, ':');
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    char host[256];
    size_t len = colon ? (size_t)(colon - listen) : 0;
    if (!colon || len >= sizeof(host))
        return -EINVAL;
    memcpy(host, listen, len);
    host[len] = '\0';
    char *name = host;
    if (*host == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        name++;
    }
    return getaddrinfo(*name ? name : NULL, colon + 1, &hints, found_r) == 0 ? 0 : -EINVAL;
}

int hook_start(const struct gateway_options *options)
{
    struct addrinfo *found = NULL;
    if (!options->hook_token || strlen(options->hook_token) < 16) {
        log_error("hook_token: hooks want a token of 16 characters at least");
        return -EINVAL;
    }
    if (resolve(options->hook_listen, &found) < 0) {
        log_error("hook_listen: %s is no address to listen at", options->hook_listen);
        return -EINVAL;
    }
    door.token = memory_strdup(options->hook_token);
    door.connection = connection_create(options->conninfo, "yizhand hooks");
    door.arena = arena_create(0);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     (found->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    hook_track_start(options->conninfo);
    door.daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_call, NULL, MHD_OPTION_SOCK_ADDR, found->ai_addr,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CALLERS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned)CALLER_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CALLER_BYTES,
                         MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
    freeaddrinfo(found);
    if (door.daemon)
        return 0;
    log_error("hook_listen: cannot listen at %s: %s", options->hook_listen, strerror(errno));
    hook_stop();
    return -EADDRINUSE;
}

void hook_stop(void)
{
    hook_track_stop(); /* who waits there is answered first */
    if (door.daemon)
        MHD_stop_daemon(door.daemon);
    hook_track_finish();
    connection_destroy(door.connection);
    arena_destroy(door.arena);
    free(door.token);
    door.daemon = NULL;
    door.connection = NULL;
    door.arena = NULL;
    door.token = NULL;
}
