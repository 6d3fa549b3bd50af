/* The floor of sockets with real ones: its timers while the wall's clock is set, and a process that is out of descriptors. */
#include "../test.h"

#include "../wire/tls_dir.h"
#include "base/time.h"
#include "server/net/address.h"
#include "server/net/net-private.h"
#include "wire/tls.h"
#include "wire/tls_make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

enum {
    DAY_SECONDS = 24 * 60 * 60,
    SETTLE_MS = 1200 /* so long libev may take to see that a clock was set */
};

static _Atomic long clock_set_by; /* seconds */

/* libev asks here as well: the wall's clock may be set, the monotonic one may not. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += clock_set_by;
    return result;
}

static struct {
    struct ev_loop *loop;
    struct net *net;
    int port;
    int64_t idle_ms; /* whoever opens is logged in, when it is not 0 */
} house;

/* ------------------------------------------------------------------------------------------------- what the core would do */

static void on_opened(struct peer *peer)
{
    peer_set_data(peer, &house);
    if (house.idle_ms > 0)
        peer_logged_in(peer, house.idle_ms);
}

/* Work that is done at once: busy, and busy no more. */
static void on_line(struct peer *peer, char *line, size_t len)
{
    peer_set_busy(peer, true);
    peer_touch(peer);
    peer_send(peer, "ok\n", 3);
    peer_set_busy(peer, false);
}

static void on_line_too_long(struct peer *peer)
{
}

static void on_sent(struct peer *peer, size_t bytes)
{
}

static void on_expired(struct peer *peer, enum peer_state state)
{
}

static void on_closed(struct peer *peer)
{
}

static const struct net_ops ops = {on_opened, on_line, on_line_too_long, on_sent, on_expired, on_closed};

static SSL_CTX *make_tls(void)
{
    char cert[TLS_PATH_SIZE], key[TLS_PATH_SIZE];
    assert_int_equal(tls_make_files(tls_dir, NULL, 0), 0);
    struct tls_server_options options = {.cert = tls_path(cert, "server.crt"),
                                         .key = tls_path(key, "server.key")};
    SSL_CTX *tls = tls_server_context(&options);
    assert_non_null(tls);
    return tls;
}

static int open_house(void **state)
{
    static const struct net_limits limits = {.handshake_ms = 1500,
                                             .login_ms = 600,
                                             .login_all_ms = 2000,
                                             .line_ms = 1000,
                                             .closing_ms = 500,
                                             .stalled_ms = 1000,
                                             .connections = 100,
                                             .connections_per_address = 100,
                                             .line_before_login = 1024,
                                             .line_after_login = 1024,
                                             .output_max = 4096,
                                             .output_pause = 2048};
    if (tls_dir_make(state) < 0)
        return -1;
    house.idle_ms = 0;
    clock_set_by = 0;
    house.loop = ev_loop_new(EVFLAG_AUTO);
    house.net = net_create(house.loop, &ops, &limits);
    SSL_CTX *tls = make_tls();
    net_set_tls(house.net, tls);
    SSL_CTX_free(tls);
    return net_listen(house.net, "127.0.0.1", "0", &house.port);
}

static int close_house(void **state)
{
    net_destroy(house.net);
    ev_loop_destroy(house.loop);
    return tls_dir_remove(state);
}

static void stop(struct ev_loop *loop, ev_timer *timer, int events)
{
    ev_break(loop, EVBREAK_ALL);
}

static void run_for(int ms)
{
    ev_timer timer;
    ev_timer_init(&timer, stop, ms / 1e3, 0);
    ev_now_update(house.loop);
    ev_timer_start(house.loop, &timer);
    ev_run(house.loop, 0);
    ev_timer_stop(house.loop, &timer);
}

static int call(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)house.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static bool is_closed(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN);
}

/* ------------------------------------------------------------------------------------------------- a talkative terminal */

enum { ASK_EVERY_MS = 100 };

struct terminal {
    pthread_t thread;
    int fd, answers;
    atomic_bool enough;
    int64_t closed_ms; /* when the house hung up, from the handshake; 0: it did not */
};

static void *talk(void *argument)
{
    struct terminal *terminal = argument;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(context);
    char text[256];
    SSL_set_fd(ssl, terminal->fd);
    int up = SSL_connect(ssl);
    int64_t since = time_monotonic_ms();
    while (up == 1 && !terminal->enough) {
        if (SSL_write(ssl, "a\n", 2) <= 0 || SSL_read(ssl, text, sizeof(text)) <= 0) {
            terminal->closed_ms = time_monotonic_ms() - since;
            break;
        }
        terminal->answers++;
        nanosleep(&(struct timespec){0, ASK_EVERY_MS * 1000000L}, NULL);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    return NULL;
}

static void begin(struct terminal *terminal)
{
    terminal->fd = call();
    assert_int_equal(pthread_create(&terminal->thread, NULL, talk, terminal), 0);
}

static void finish(struct terminal *terminal)
{
    terminal->enough = true;
    run_for(3 * ASK_EVERY_MS);
    pthread_join(terminal->thread, NULL);
    close(terminal->fd);
}

/* ------------------------------------------------------------------------------------------------- timers */

static void a_clock_set_back_gives_nobody_more_time(void **state)
{
    int fd = call();
    run_for(200);
    clock_set_by = -2 * DAY_SECONDS;
    run_for(1500 + SETTLE_MS);
    assert_true(is_closed(fd));
    close(fd);
}

static void a_clock_set_forward_ends_nobody(void **state)
{
    struct terminal terminal = {0};
    house.idle_ms = 60 * 1000;
    begin(&terminal);
    run_for(300);
    clock_set_by = 400L * DAY_SECONDS;
    run_for(2 * SETTLE_MS);
    finish(&terminal);
    assert_int_equal(terminal.closed_ms, 0);
    assert_true(terminal.answers > 5);
}

static void who_only_asks_is_sent_away(void **state)
{
    struct terminal terminal = {0};
    begin(&terminal);
    run_for(4000);
    finish(&terminal);
    assert_in_range(terminal.closed_ms, 1500, 3000);
    assert_true(terminal.answers > 6); /* longer than the time without an answer */
}

/* ------------------------------------------------------------------------------------------------- descriptors */

/* So that the process has all it may have; returns what it had. */
static struct rlimit take_all_descriptors(void)
{
    struct rlimit before, none;
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)next;
    close(next);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    return before;
}

static void whom_there_is_no_room_for_is_refused(void **state)
{
    int fd = call();
    struct rlimit before = take_all_descriptors();
    run_for(200);
    assert_true(is_closed(fd));
    setrlimit(RLIMIT_NOFILE, &before);
    close(fd);
    fd = call();
    run_for(200);
    assert_false(is_closed(fd));
    close(fd);
}

static void the_loop_rests_where_nobody_can_even_be_refused(void **state)
{
    close(house.net->spare);
    house.net->spare = -1;
    int fd = call();
    close(open("/dev/null", O_RDONLY | O_CLOEXEC));
    struct rlimit before = take_all_descriptors();
    unsigned turns = ev_iteration(house.loop);
    run_for(500);
    assert_in_range(ev_iteration(house.loop) - turns, 2, 40);
    setrlimit(RLIMIT_NOFILE, &before);
    run_for(500);
    assert_false(is_closed(fd));
    assert_int_equal(net_count(house.net), 1);
    assert_true(house.net->spare >= 0);
    close(fd);
}

/* ------------------------------------------------------------------------------------------------- addresses */

/* Of IPv6, on every address of this host; -1: it has none. */
static int take_port(int *port_r)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&at, len) < 0 || listen(fd, 1) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) < 0) {
        close(fd);
        return -1;
    }
    *port_r = ntohs(at.sin6_port);
    return fd;
}

static void half_a_port_is_none(void **state)
{
    int port = 0, got = 0, fd = take_port(&port);
    char text[16];
    size_t before = house.net->listeners.count;
    if (fd < 0)
        skip();
    snprintf(text, sizeof(text), "%d", port);
    assert_int_equal(net_listen(house.net, "", text, &got), -EADDRINUSE);
    assert_int_equal(house.net->listeners.count, before);
    close(fd);
    assert_int_equal(net_listen(house.net, "", text, &got), 0);
    assert_int_equal(got, port);
    assert_true(house.net->listeners.count > before);
}

static void strangers_are_counted_by_network(void **state)
{
    static const struct {
        const char *address, *group;
    } rows[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2::", "2001:db8:1:2::/64"},
        {"::1", "::/64"},
        {"fe80::1%eth0", "fe80::1%eth0"},
        {"?", "?"},
    };
    char group[ADDRESS_GROUP_SIZE], address[64];
    for (size_t i = 0; i < array_len(rows); i++)
        assert_string_equal(address_group(rows[i].address, group), rows[i].group);
    for (int i = 0; i < house.net->limits.connections_per_address; i++) {
        snprintf(address, sizeof(address), "2001:db8:1:2::%x", i + 1);
        assert_true(address_enter(house.net, address));
    }
    assert_false(address_enter(house.net, "2001:db8:1:2:ffff::"));
    assert_true(address_enter(house.net, "2001:db8:1:3::1"));
    address_leave(house.net, "2001:db8:1:2::1");
    assert_true(address_enter(house.net, "2001:db8:1:2:ffff::"));
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_clock_set_back_gives_nobody_more_time, open_house, close_house),
        cmocka_unit_test_setup_teardown(a_clock_set_forward_ends_nobody, open_house, close_house),
        cmocka_unit_test_setup_teardown(who_only_asks_is_sent_away, open_house, close_house),
        cmocka_unit_test_setup_teardown(whom_there_is_no_room_for_is_refused, open_house, close_house),
        cmocka_unit_test_setup_teardown(the_loop_rests_where_nobody_can_even_be_refused, open_house,
                                        close_house),
        cmocka_unit_test_setup_teardown(half_a_port_is_none, open_house, close_house),
        cmocka_unit_test_setup_teardown(strangers_are_counted_by_network, open_house, close_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
