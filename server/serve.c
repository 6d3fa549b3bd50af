#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/vec.h"
#include "server/areas/partner/area.h"
#include "server/core/core.h"
#include "server/embedded.h"
#include "server/gateway/gateway.h"
#include "server/gateway/telephone.h"
#include "server/place.h"
#include "server/privilege.h"
#include "server/serve.h"
#include "server/settings.h"
#include "wire/tls.h"
#include "wire/tls_make.h"

/* Descriptors beside those of peers and workers: gateways, TLS files, timers, the log. */
enum { DESCRIPTORS_BESIDE = 128, CONNECTIONS_MIN = 16 };

static struct {
    struct ev_loop *loop;
    struct settings *settings;
    const char *config;
    char *host; /* as it was asked for, without brackets */
    char *port;
    int config_dir, tls_dir; /* held by descriptors: whom the server becomes may not walk there. -1: none */
    ev_signal term, interrupt, hangup;
    ev_io embedded;
    bool ending;
} server = {.config_dir = -1, .tls_dir = -1};

static void notify(const char *state)
{
#ifdef HAVE_SYSTEMD
    sd_notify(0, state);
#endif
}

/* "HOST:PORT", "[::1]:PORT", ":PORT", "PORT". */
static int split_listen(const char *listen)
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    const char *host = listen;
    server.port = memory_strdup(colon ? colon + 1 : listen);
    if (len >= 2 && *host == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    } else if (memchr(host, ':', len)) {
        log_error("listen: an IPv6 address stands in brackets");
        return -EINVAL;
    }
    server.host = strndup(host, len);
    if (!server.host)
        memory_exhausted();
    if (strcmp(server.host, "*") == 0)
        *server.host = '\0';
    char *end;
    long port = strtol(server.port, &end, 10);
    if (!*server.port || *end || port < 0 || port > 65535) {
        log_error("listen: %s is no port", server.port);
        return -EINVAL;
    }
    return 0;
}

/* By this way a descriptor is walked through; no other does it for OpenSSL and libconfuse. */
static void held_path(char *buf, size_t size, int dir, const char *name)
{
    snprintf(buf, size, "/proc/self/fd/%d%s%s", dir, *name ? "/" : "", name);
}

/* STATE/tls, made when it is missing. */
static int hold_tls_dir(const struct settings *settings)
{
    char path[PATH_MAX];
    if (server.tls_dir >= 0)
        return 0;
    snprintf(path, sizeof(path), "%s/tls", settings->state);
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        server.tls_dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (server.tls_dir >= 0)
        return 0;
    int result = -errno;
    log_error("%s: %s", path, strerror(errno));
    return result;
}

static void hold_config_dir(void)
{
    char *copy = server.config ? memory_strdup(server.config) : NULL;
    if (copy)
        server.config_dir = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(copy);
}

/* As it was named, so that messages name it so; by way of its directory where we cannot walk to it any more. */
static const char *config_path(char *buf, size_t size)
{
    if (!server.config || access(server.config, R_OK) == 0 || server.config_dir < 0)
        return server.config;
    const char *slash = strrchr(server.config, '/');
    held_path(buf, size, server.config_dir, slash ? slash + 1 : server.config);
    return buf;
}

/* Where no certificate is named, ours is made or renewed. */
static int make_tls_files(const struct settings *settings)
{
    char dir[64];
    VEC(const char *) names = {0};
    char *copy = memory_strdup(settings->tls_names ? settings->tls_names : ""), *rest = NULL;
    if (*server.host)
        vec_push(&names, server.host);
    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
        vec_push(&names, name);
    int result = hold_tls_dir(settings);
    held_path(dir, sizeof(dir), server.tls_dir, "");
    if (result == 0)
        result = tls_make_files(dir, names.items, names.count);
    if (result < 0)
        log_error("the TLS files in %s/tls cannot be made: %s", settings->state, strerror(-result));
    vec_finish(&names);
    free(copy);
    return result;
}

static SSL_CTX *open_tls(const struct settings *settings)
{
    char text[256], cert[PATH_MAX], key[PATH_MAX];
    if (settings->tls_cert) {
        snprintf(cert, sizeof(cert), "%s", settings->tls_cert);
        snprintf(key, sizeof(key), "%s", settings->tls_key);
    } else {
        if (!settings->state) {
            log_error("tls_cert, or a state directory to make one in, is needed");
            return NULL;
        }
        if (make_tls_files(settings) < 0)
            return NULL;
        held_path(cert, sizeof(cert), server.tls_dir, "server.crt");
        held_path(key, sizeof(key), server.tls_dir, "server.key");
    }
    struct tls_server_options options = {
        .cert = cert, .key = key, .client_ca = settings->tls_client_ca, .allow_tls12 = settings->tls_12};
    SSL_CTX *tls = tls_server_context(&options);
    if (!tls)
        log_error("TLS: %s", tls_error_text(NULL, text, sizeof(text)));
    return tls;
}

static struct core_options core_options(const struct settings *settings, const struct place *place)
{
    return (struct core_options){.database = place ? place->app : NULL,
                                 .database_tail = place ? place->tail : NULL,
                                 .statement_log = settings->statement_log,
                                 .workers = (int)settings->workers,
                                 .long_workers = (int)settings->long_workers,
                                 .hash_workers = (int)settings->hash_workers,
                                 .queue_length = (int)settings->queue,
                                 .connections = (int)settings->connections,
                                 .connections_per_address = (int)settings->connections_per_address,
                                 .idle_seconds = (int)settings->idle_seconds,
                                 .request_seconds = (int)settings->request_seconds,
                                 .long_seconds = (int)settings->long_seconds,
                                 .drain_seconds = (int)settings->drain_seconds};
}

static struct gateway_options gateway_options(const struct settings *settings, const struct place *place,
                                              const char *name)
{
    return (struct gateway_options){.conninfo = place->tail,
                                    .server = name,
                                    .sms_url = settings->sms_url,
                                    .sms_user = settings->sms_user,
                                    .sms_password = settings->sms_password,
                                    .sms_sender = settings->sms_sender,
                                    .gammu_database = settings->gammu_database,
                                    .mail_url = settings->mail_url,
                                    .mail_user = settings->mail_user,
                                    .mail_password = settings->mail_password,
                                    .mail_from = settings->mail_from,
                                    .hook_listen = settings->hook_listen,
                                    .hook_token = settings->hook_token};
}

static void set_log_level(const struct settings *settings)
{
    enum log_level level;
    if (log_level_parse(settings->log_level, &level) == 0)
        log_set_level(level);
}

static void on_drained(void)
{
    ev_break(server.loop, EVBREAK_ALL);
}

static void on_term(struct ev_loop *loop, ev_signal *watcher, int events)
{
    if (server.ending) {
        log_warn("asked twice: ending at once");
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    server.ending = true;
    notify("STOPPING=1");
    log_info("ending: no new connections, requests under way are finished");
    core_drain(on_drained);
}

/* What may change while running is taken over; the rest waits for the next start. */
static void on_hangup(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct settings fresh;
    char path[PATH_MAX];
    if (settings_load(config_path(path, sizeof(path)), &fresh) < 0) {
        log_error("the configuration stays as it was");
        return;
    }
    settings_override(&fresh.state, server.settings->state);
    SSL_CTX *tls = open_tls(&fresh);
    if (tls) {
        core_set_tls(tls);
        SSL_CTX_free(tls);
    }
    struct core_options options = core_options(&fresh, NULL);
    core_change(&options);
    set_log_level(&fresh);
    settings_finish(&fresh);
    log_info("configuration read again");
}

static void on_embedded(struct ev_loop *loop, ev_io *watcher, int events)
{
    ev_io_stop(loop, watcher);
    log_warn("nobody watches the private database cluster any more; it is not started again if it dies");
}

static void watch_signals(const struct place *place)
{
    ev_signal_init(&server.term, on_term, SIGTERM);
    ev_signal_init(&server.interrupt, on_term, SIGINT);
    ev_signal_init(&server.hangup, on_hangup, SIGHUP);
    ev_signal_start(server.loop, &server.term);
    ev_signal_start(server.loop, &server.interrupt);
    ev_signal_start(server.loop, &server.hangup);
    if (place->embedded && embedded_fd(place->embedded) >= 0) {
        ev_io_init(&server.embedded, on_embedded, embedded_fd(place->embedded), EV_READ);
        ev_io_start(server.loop, &server.embedded);
    }
}

/* A worker has a connection, and may have left one behind that still ends its statement. */
static long descriptors_beside(const struct settings *settings)
{
    return DESCRIPTORS_BESIDE +
           2 * (core_workers((int)settings->workers) + settings->long_workers + settings->hash_workers);
}

static void raise_descriptors(struct settings *settings)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    long beside = descriptors_beside(settings);
    if (limit.rlim_cur == RLIM_INFINITY || (rlim_t)(settings->connections + beside) <= limit.rlim_cur)
        return;
    settings->connections = MAX((long)limit.rlim_cur - beside, CONNECTIONS_MIN);
    log_info("room for %ld connections: this process may have %ld descriptors", settings->connections,
             (long)limit.rlim_cur);
}

/* The port, or negative. */
static int start_listening(void)
{
    int port = 0;
    int result = core_listen(server.host, server.port, &port);
    if (result < 0) {
        log_error("cannot listen at %s: %s", server.settings->listen, strerror(-result));
        return result;
    }
    return port;
}

static void say_ready(int port)
{
    const char *host = *server.host ? server.host : "0.0.0.0";
    printf(strchr(host, ':') ? "ready [%s]:%d\n" : "ready %s:%d\n", host, port);
    fflush(stdout);
    notify("READY=1");
    log_info("listening at %s, port %d", host, port);
}

/* A file that SIGHUP would read in vain is told of while somebody watches the start. */
static void look_again(const char *path, const struct account *account)
{
    if (path && access(path, R_OK) < 0)
        log_warn("%s: %s cannot read it, so SIGHUP will not: %s", path, account->name, strerror(errno));
}

/* What root was needed for is done. */
static int give_up_root(const struct settings *settings, const struct account *account)
{
    static const char *const files[] = {"ca.crt", "ca.key", "server.crt", "server.key"};
    int result = server.tls_dir < 0 ? 0 : account_give(account, server.tls_dir, files, array_len(files));
    if (result < 0)
        log_error("%s/tls cannot be given to %s: %s", settings->state, account->name, strerror(-result));
    if (result == 0)
        result = privilege_drop(account);
    if (result == 0 && account->change) {
        char path[PATH_MAX];
        look_again(config_path(path, sizeof(path)), account);
        look_again(settings->tls_cert, account);
        look_again(settings->tls_key, account);
        look_again(settings->tls_client_ca, account);
    }
    return result;
}

static int start_gateways(const struct place *place)
{
    const char *name = core_server_name();
    struct gateway_options options = gateway_options(server.settings, place, name);
    int result = gateway_start(&options);
    if (result == 0)
        telephone_start(&(struct telephone_options){.conninfo = place->tail, .server = name});
    return result;
}

static int start_drop(const struct place *place)
{
    const char *folder = server.settings->notice_drop;
    return folder && *folder ? notice_drop_start(folder, place->app) : 0;
}

static int serve_as(const struct place *place, const struct account *account)
{
    int port = start_listening();
    int result = port < 0 ? port : give_up_root(server.settings, account);
    if (result == 0)
        result = start_gateways(place);
    if (result == 0)
        result = start_drop(place);
    if (result < 0)
        return result;
    core_start();
    say_ready(port);
    ev_run(server.loop, 0);
    return 0;
}

/* libev's memory is ours: it cannot go on without, either. */
static void *resize_for_loop(void *memory, long size)
{
    if (size > 0)
        return memory_resize(memory, (size_t)size);
    free(memory);
    return NULL;
}

static int run(const struct place *place, const struct account *account)
{
    SSL_CTX *tls = open_tls(server.settings);
    if (!tls)
        return -EPROTO;
    ev_set_allocator(resize_for_loop);
    server.loop = ev_default_loop(EVFLAG_AUTO);
    if (!server.loop) {
        SSL_CTX_free(tls);
        return -ENOSYS;
    }
    raise_descriptors(server.settings);
    struct core_options options = core_options(server.settings, place);
    core_open(server.loop, &options);
    core_set_tls(tls);
    SSL_CTX_free(tls);
    watch_signals(place);
    int result = serve_as(place, account);
    telephone_stop();
    notice_drop_stop();
    gateway_stop();
    core_stop();
    ev_loop_destroy(server.loop);
    return result;
}

int serve(struct settings *settings, const char *config, const struct place *place,
          const struct account *account)
{
    server.settings = settings;
    server.config = config;
    hold_config_dir();
    int result = split_listen(settings->listen);
    if (result == 0)
        result = run(place, account);
    cleanup_close(&server.config_dir);
    cleanup_close(&server.tls_dir);
    free(server.host);
    free(server.port);
    return result;
}
