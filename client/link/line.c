/* The connection's side of the conversation: what it says, when it is lost, and whether it still lives. */
#include "base/time.h"
#include "client/link/call-private.h"
#include "wire/json.h"
#include "wire/message.h"
#include "wire/piece.h"

enum {
    PING_IDLE_SECONDS = 25,  /* silence after which the line is tried */
    PING_ANSWER_SECONDS = 10 /* silence after a ping that means it is dead */
};

static void on_open(void *context)
{
    struct link *link = context;
    link->heard_ms = time_monotonic_ms();
    link->pinged = false; /* the server speaks first: hello */
}

static void link_event(struct link *link, const char *name, const json_t *object)
{
    if (strcmp(name, "hello") == 0)
        link_hello(link);
    else
        link->ops->event(link->context, name, object);
}

static void on_line(void *context, char *line, size_t len)
{
    struct link *link = context;
    struct message_reply reply;
    struct json_fault fault;
    link->heard_ms = time_monotonic_ms();
    link->pinged = false;
    if (message_parse_reply(line, len, &reply))
        return;
    json_t *object = reply.kind == MESSAGE_ROW ? piece_read(reply.json, reply.json_len) : NULL;
    if (!object)
        object = json_read_reply(reply.json, reply.json_len, &fault);
    if (!object)
        return;
    if (reply.kind == MESSAGE_EVENT)
        link_event(link, reply.event, object);
    else
        link_answer(link, &reply, object);
    json_decref(object);
}

/* Session calls end with the connection; all others wait for the next one. */
static void link_rewind(struct link *link)
{
    for (size_t i = 0; i < link->calls.count;) {
        struct call *call = link->calls.items[i];
        if (!call->session) {
            call->sent = false;
            i++;
            continue;
        }
        link_take_out(link, i);
        if (call_is_resume(call))
            call_free(call); /* tried again by itself */
        else
            call_fail(call, ERR_UNAVAILABLE, N_("The line was lost"));
    }
}

static void on_lost(void *context, const char *why, bool refused)
{
    struct link *link = context;
    link_rewind(link);
    if (refused) {
        link_turn(link, LINK_REFUSED, why);
        return;
    }
    link->retry_at_ms = time_monotonic_ms() + link->retry_ms;
    link->retry_ms = MIN(link->retry_ms * 2, (int64_t)RETRY_LONGEST_MS);
    link_turn(link, LINK_WAITING, why);
}

void link_lose(struct link *link, const char *why)
{
    connection_close(link->connection);
    on_lost(link, why, false);
}

const struct connection_ops line_ops = {.open = on_open, .line = on_line, .lost = on_lost};

static void link_ping(struct link *link)
{
    int64_t silent_ms = time_monotonic_ms() - link->heard_ms;
    if (connection_state(link->connection) != CONNECTION_OPEN)
        return;
    if (!link->pinged && silent_ms > PING_IDLE_SECONDS * 1000) {
        link->pinged = true;
        connection_send(link->connection, "ping session.ping\n", sizeof "ping session.ping\n" - 1);
    } else if (link->pinged && silent_ms > (PING_IDLE_SECONDS + PING_ANSWER_SECONDS) * 1000) {
        link_lose(link, "no answer");
    }
}

void line_tick(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct link *link = watcher->data;
    if (link->state == LINK_WAITING) {
        if (time_monotonic_ms() >= link->retry_at_ms)
            link_retry_now(link);
        else
            link->ops->state(link->context, LINK_WAITING, NULL); /* the countdown */
        return;
    }
    link_ping(link);
    link_pump(link);
}
