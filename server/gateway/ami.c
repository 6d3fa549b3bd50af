/*
 * The driver for Asterisk's manager interface: one TCP connection to a call system, kept up by pings and made anew after a loss, with pauses
 * that grow. Nothing here waits; a name is resolved by a thread of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "server/gateway/ami_call.h"
#include "server/gateway/resolve.h"

enum {
    CONNECT_MS = 10 * 1000, /* name, connection and log-in, each */
    PING_MS = 15 * 1000,
    SILENT_MS = 40 * 1000, /* without a byte: the line is dead */
    RING_MS = 30 * 1000,   /* the own phone rings so long before it is given up */
    READ_SIZE = 16 * 1024,
    READS_PER_TURN = 8,
    OUT_MAX = 64 * 1024,
    WORDS_MAX = 200
};

enum state {
    OFF,       /* until retry_ms */
    RESOLVING, /* until deadline_ms, as the next two */
    CONNECTING,
    LOGGING_IN,
    UP /* until nothing was heard for SILENT_MS */
};

struct ami {
    struct exchange *exchange;
    struct ev_loop *loop;
    enum state state;
    int fd;
    ev_io reader, writer;
    struct resolve *resolve;
    int64_t deadline_ms, retry_ms, heard_ms, pinged_ms;
    size_t failures;
    char said[WORDS_MAX]; /* the trouble that was logged last; "": none */
    struct ami_parser parser;
    struct ami_calls calls;
    size_t dropped; /* of those said */
    struct str out;
    size_t sent;
};

static const int pauses_s[] = {1, 2, 5, 10, 30, 60};

/* ------------------------------------------------------------------------------------------------- going down */

static void close_down(struct ami *ami)
{
    ev_io_stop(ami->loop, &ami->reader);
    ev_io_stop(ami->loop, &ami->writer);
    if (ami->fd >= 0)
        close(ami->fd);
    ami->fd = -1;
    resolve_drop(ami->resolve);
    ami->resolve = NULL;
    ami_parser_finish(&ami->parser);
    ami_parser_init(&ami->parser);
    str_clear(&ami->out);
    ami->sent = 0;
    ami->state = OFF;
}

/* The same trouble again is said once. */
static void lose(struct ami *ami, const char *why)
{
    char words[WORDS_MAX];
    snprintf(words, sizeof(words), "%s", why); /* `why` may stand in what is freed now */
    int pause = pauses_s[MIN(ami->failures, array_len(pauses_s) - 1)];
    close_down(ami);
    ami->failures++;
    ami->retry_ms = time_monotonic_ms() + pause * 1000;
    if (strcmp(words, ami->said) != 0)
        log_warn("telephone: call system of %s at %s: %s; tried again after %d s, then after longer pauses",
                 ami->exchange->code, ami->exchange->address, words, pause);
    memcpy(ami->said, words, sizeof(words));
    exchange_turned(ami->exchange, false, words);
}

/* ------------------------------------------------------------------------------------------------- sending */

static bool flush(struct ami *ami)
{
    while (ami->sent < ami->out.len) {
        ssize_t n = send(ami->fd, ami->out.data + ami->sent, ami->out.len - ami->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            lose(ami, strerror(errno));
            return false;
        }
        if (n < 0)
            break;
        ami->sent += (size_t)n;
    }
    if (ami->sent == ami->out.len) {
        str_clear(&ami->out);
        ami->sent = 0;
        ev_io_stop(ami->loop, &ami->writer);
    } else {
        ev_io_start(ami->loop, &ami->writer);
    }
    return true;
}

/* A line's end in a value would be another header. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool send_text(struct ami *ami, const char *text)
{
    if (ami->out.len - ami->sent > OUT_MAX) {
        lose(ami, "it takes nothing");
        return false;
    }
    str_add(&ami->out, text);
    return flush(ami);
}

static void log_in(struct ami *ami)
{
    struct str text cleanup(cleanup_str);
    const struct exchange *exchange = ami->exchange;
    str_init(&text, NULL);
    if (!is_plain(exchange->user) || !is_plain(exchange->secret)) {
        lose(ami, "user or secret cannot be sent");
        return;
    }
    str_addf(&text, "Action: Login\r\nActionID: login\r\nUsername: %s\r\nSecret: %s\r\nEvents: on\r\n\r\n",
             exchange->user, exchange->secret);
    ami->state = LOGGING_IN;
    ami->deadline_ms = time_monotonic_ms() + CONNECT_MS;
    send_text(ami, text.data);
    memset(text.data, 0, text.len);
}

/* ------------------------------------------------------------------------------------------------- what comes */

static void on_logged_in(struct ami *ami, const struct ami_message *message)
{
    char words[WORDS_MAX];
    if (strcasecmp(ami_value(message, "Response"), "Success") != 0) {
        ami->failures = array_len(pauses_s); /* who asks often with a wrong secret is shut out */
        snprintf(words, sizeof(words), "log-in refused: %.150s", ami_value(message, "Message"));
        lose(ami, words);
        return;
    }
    ami->state = UP;
    ami->failures = 0;
    ami->said[0] = '\0';
    ami->heard_ms = ami->pinged_ms = time_monotonic_ms();
    log_info("telephone: logged in at the call system of %s at %s", ami->exchange->code,
             ami->exchange->address);
    exchange_turned(ami->exchange, true, NULL);
    ami_calls_list(&ami->calls);
    send_text(ami, "Action: CoreShowChannels\r\nActionID: list\r\n\r\n");
}

static void on_response(struct ami *ami, const struct ami_message *message)
{
    const char *id = ami_value(message, "ActionID");
    bool refused = strcasecmp(ami_value(message, "Response"), "Error") == 0;
    if (ami->state == LOGGING_IN) {
        on_logged_in(ami, message);
    } else if (refused && strcmp(id, "list") == 0) {
        ami->calls.listing = false;
        log_warn("telephone: call system of %s does not list its calls: %s", ami->exchange->code,
                 ami_value(message, "Message"));
    } else if (refused && strncmp(id, "yizhan-", 7) == 0) {
        exchange_tell(ami->exchange, &(struct telephone_event){.kind = TELEPHONE_REFUSED,
                                                               .call = id,
                                                               .error = ami_value(message, "Message")});
    }
}

static void on_message(struct ami *ami, const struct ami_message *message)
{
    if (*ami_value(message, "Response") && !*ami_value(message, "Event"))
        on_response(ami, message);
    else if (ami->state == UP)
        ami_calls_take(&ami->calls, message);
}

static void say_dropped(struct ami *ami)
{
    if (ami->parser.dropped == ami->dropped)
        return;
    if (!ami->dropped)
        log_warn("telephone: call system of %s sent more than is taken: some of it is passed over",
                 ami->exchange->code);
    ami->dropped = ami->parser.dropped;
}

static void take_bytes(struct ami *ami, const char *bytes, size_t n)
{
    struct ami_message message;
    size_t used;
    for (; n && ami->fd >= 0; bytes += used, n -= used)
        if (ami_parse(&ami->parser, bytes, n, &used, &message))
            on_message(ami, &message);
    say_dropped(ami);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    struct ami *ami = io->data;
    char bytes[READ_SIZE];
    (void)loop, (void)events;
    for (int i = 0; i < READS_PER_TURN && ami->fd >= 0; i++) {
        ssize_t n = recv(ami->fd, bytes, sizeof(bytes), 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return;
        if (n <= 0) {
            lose(ami, n < 0 ? strerror(errno) : "it hung up");
            return;
        }
        ami->heard_ms = time_monotonic_ms();
        take_bytes(ami, bytes, (size_t)n);
    }
}

/* ------------------------------------------------------------------------------------------------- connecting */

static void on_connected(struct ami *ami)
{
    int fault = 0;
    socklen_t size = sizeof(fault);
    getsockopt(ami->fd, SOL_SOCKET, SO_ERROR, &fault, &size);
    if (fault) {
        lose(ami, strerror(fault));
        return;
    }
    ev_io_stop(ami->loop, &ami->writer);
    ev_io_start(ami->loop, &ami->reader);
    log_in(ami);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
    struct ami *ami = io->data;
    (void)loop, (void)events;
    if (ami->state == CONNECTING)
        on_connected(ami);
    else
        flush(ami);
}

static void connect_to(struct ami *ami, const struct addrinfo *to)
{
    int one = 1;
    ami->fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ami->fd < 0 || (connect(ami->fd, to->ai_addr, to->ai_addrlen) < 0 && errno != EINPROGRESS)) {
        lose(ami, strerror(errno));
        return;
    }
    setsockopt(ami->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    ami->state = CONNECTING;
    ami->deadline_ms = time_monotonic_ms() + CONNECT_MS;
    ev_io_set(&ami->reader, ami->fd, EV_READ);
    ev_io_set(&ami->writer, ami->fd, EV_WRITE);
    ev_io_start(ami->loop, &ami->writer);
}

static void begin(struct ami *ami)
{
    ami->resolve = resolve_start(ami->exchange->address, "5038");
    ami->state = RESOLVING;
    ami->deadline_ms = time_monotonic_ms() + CONNECT_MS;
}

/* Of several addresses another one each time. */
static const struct addrinfo *one_of(const struct addrinfo *found, size_t turn)
{
    size_t count = 0;
    for (const struct addrinfo *at = found; at; at = at->ai_next)
        count++;
    const struct addrinfo *at = found;
    for (turn %= count; turn; turn--)
        at = at->ai_next;
    return at;
}

static void look_at_name(struct ami *ami)
{
    struct addrinfo *found = NULL;
    const char *fault = NULL;
    if (!resolve_done(ami->resolve, &found, &fault))
        return;
    if (found)
        connect_to(ami, one_of(found, ami->failures));
    else
        lose(ami, fault);
    if (found)
        freeaddrinfo(found);
}

/* ------------------------------------------------------------------------------------------------- as the telephone sees it */

static void tell(void *context, const struct telephone_event *event)
{
    struct ami *ami = context;
    exchange_tell(ami->exchange, event);
}

static bool has_extension(void *context, const char *extension)
{
    struct ami *ami = context;
    return exchange_has_extension(ami->exchange, extension);
}

static void *init(struct exchange *exchange, struct ev_loop *loop)
{
    struct ami *ami = memory_zeroed(1, sizeof(*ami));
    *ami = (struct ami){.exchange = exchange, .loop = loop, .fd = -1};
    ev_io_init(&ami->reader, on_readable, -1, EV_READ);
    ev_io_init(&ami->writer, on_writable, -1, EV_WRITE);
    ami->reader.data = ami->writer.data = ami;
    ami_parser_init(&ami->parser);
    ami_calls_init(&ami->calls, ami, tell, has_extension);
    str_init(&ami->out, NULL);
    begin(ami);
    return ami;
}

static void due(void *driver, int64_t now_ms)
{
    struct ami *ami = driver;
    if (ami->state == OFF) {
        if (now_ms >= ami->retry_ms)
            begin(ami);
    } else if (ami->state == UP) {
        if (now_ms - ami->heard_ms > SILENT_MS) {
            lose(ami, "nothing was heard of it for a while");
        } else if (now_ms - ami->pinged_ms > PING_MS) {
            ami->pinged_ms = now_ms;
            send_text(ami, "Action: Ping\r\nActionID: ping\r\n\r\n");
        }
    } else if (now_ms > ami->deadline_ms) {
        lose(ami, "it does not answer");
    } else if (ami->state == RESOLVING) {
        look_at_name(ami);
    }
}

static bool is_number(const char *text)
{
    size_t digits = strspn(text + (*text == '+'), "0123456789");
    return digits && digits <= 32 && !text[digits + (*text == '+')];
}

static bool is_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = strspn(text, letters);
    return n && n <= 64 && !text[n];
}

/* Nothing but digits, letters and _ - goes into a header. */
static const char *originate(void *driver, const char *call, const char *extension, const char *number)
{
    struct ami *ami = driver;
    const struct exchange *exchange = ami->exchange;
    const char *prefix = exchange->prefix && strlen(number) > 6 ? exchange->prefix : "";
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (ami->state != UP)
        return "the call system is away";
    if (!is_number(number) || (*prefix && !is_number(prefix)) || !is_name(call) || !is_name(extension) ||
        !is_name(exchange->context) || !is_name(exchange->technology))
        return "this cannot be dialled";
    str_addf(&text,
             "Action: Originate\r\nActionID: %s\r\nChannelId: %s\r\nChannel: %s/%s\r\nContext: %s\r\nExten: "
             "%s%s\r\nPriority: 1\r\n"
             "CallerID: %s\r\nTimeout: %d\r\nAsync: true\r\n\r\n",
             call, call, exchange->technology, extension, exchange->context, prefix, number, number, RING_MS);
    return send_text(ami, text.data) ? NULL : "the call system is away";
}

static void finish(void *driver)
{
    struct ami *ami = driver;
    if (ami->state == UP)
        send_text(ami, "Action: Logoff\r\n\r\n");
    close_down(ami);
    ami_parser_finish(&ami->parser);
    ami_calls_finish(&ami->calls);
    str_finish(&ami->out);
    free(ami);
}

const struct exchange_ops ami_exchange = {
    .name = "ami", .init = init, .due = due, .originate = originate, .finish = finish};
