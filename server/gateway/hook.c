/*
 * The hooks: a small HTTP server (libmicrohttpd, its own thread) at an address of the house, for gateways that tell us what became of
 * something. Whoever calls must know the token; nothing else is told, and nothing but parameters of the query is read.
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
#include "base/util.h"
#include "server/db/connection.h"

enum { CALLERS_MAX = 64, CALLER_SECONDS = 10, CALLER_BYTES = 32 * 1024 };

static const struct hook *const hooks[] = {&hook_sms_report, &hook_sms_reply};

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

static enum MHD_Result run(const struct hook *hook, struct hook_call *call)
{
    arena_reset(door.arena);
    int result = hook->run(call);
    if (result == 0)
        return answer(call->http, MHD_HTTP_OK, "");
    return result == -EINVAL ? answer(call->http, MHD_HTTP_BAD_REQUEST, "what is needed is not there\n")
                             : answer(call->http, MHD_HTTP_SERVICE_UNAVAILABLE, "try again\n");
}

static enum MHD_Result on_call(void *context, struct MHD_Connection *http, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state)
{
    static int seen;
    struct hook_call call = {.http = http, .arena = door.arena, .connection = door.connection};
    if (!*state) { /* the head was read; a body may follow, and is passed over */
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    for (size_t i = 0; i < array_len(hooks); i++) {
        if (strcmp(url, hooks[i]->path) != 0)
            continue;
        if (!knows_token(&call))
            return answer(http, MHD_HTTP_FORBIDDEN, "the token is not right\n");
        return run(hooks[i], &call);
    }
    return answer(http, MHD_HTTP_NOT_FOUND, "there is nothing here\n");
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
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | (found->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    door.daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_call, NULL, MHD_OPTION_SOCK_ADDR, found->ai_addr,
                                   MHD_OPTION_CONNECTION_LIMIT, (unsigned)CALLERS_MAX,
                                   MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CALLER_SECONDS,
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CALLER_BYTES, MHD_OPTION_END);
    freeaddrinfo(found);
    if (door.daemon)
        return 0;
    log_error("hook_listen: cannot listen at %s: %s", options->hook_listen, strerror(errno));
    hook_stop();
    return -EADDRINUSE;
}

void hook_stop(void)
{
    if (door.daemon)
        MHD_stop_daemon(door.daemon);
    connection_destroy(door.connection);
    arena_destroy(door.arena);
    free(door.token);
    door.daemon = NULL;
    door.connection = NULL;
    door.arena = NULL;
    door.token = NULL;
}
