#include "client/batch-private.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/str.h"
#include "client/lines.h"
#include "client/link/call.h"
#include "wire/json.h"
#include "wire/limits.h"
#include "wire/message.h"

/* A server that went away may come back, and another may take its place: a script waits so long for it. */
enum { AWAY_SECONDS = 30, LOGOUT_SECONDS = 3, LINE_MAX_BYTES = 4 * WIRE_LINE_FROM_CLIENT };

static void batch_next(void *context);
static void batch_ask(struct batch *batch, unsigned flags);

/* ---- what is said ---- */

void batch_complain(const char *format, ...)
{
    va_list args;
    char text[1024];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    dprintf(STDERR_FILENO, "yizhan: %s\n", text);
}

/* Names the argument where the words do not. */
void batch_complain_of(const char *verb, const struct answer *answer)
{
    const char *field = "";
    bool named = json_object_get(json_object_get(answer->object, "args"), "field");
    if (!named && json_get_text(answer->object, "field", &field) == JSON_GET_FOUND)
        batch_complain("%s: %s: %s", verb, field, answer->message);
    else
        batch_complain("%s: %s", verb, answer->message);
}

void batch_end(struct batch *batch, int code)
{
    if (code)
        batch->code = code;
    batch->leaving = true;
    ev_break(batch->loop, EVBREAK_ALL);
}

/* Nobody reads any more: what was asked for cannot be said. */
static void batch_print(struct batch *batch, const json_t *object)
{
    struct str line;
    str_init(&line, NULL);
    json_write(object, &line);
    str_add_char(&line, '\n');
    fwrite(line.data, 1, line.len, stdout);
    str_finish(&line);
    if (fflush(stdout) == 0 || batch->leaving)
        return;
    batch_complain("standard output: %s", strerror(errno));
    batch_end(batch, EX_IOERR);
}

static void batch_forget(struct batch *batch)
{
    json_decref(batch->args);
    batch->args = NULL;
}

/* ---- a request ---- */

static void on_row(void *context, const json_t *row)
{
    batch_print(context, row);
}

static bool wants_key(const struct answer *answer)
{
    const char *field = "";
    return answer->code == ERR_INVALID && json_get_text(answer->object, "field", &field) == JSON_GET_FOUND &&
           strcmp(field, "key") == 0;
}

static void on_answer(void *context, const struct answer *answer)
{
    struct batch *batch = context;
    /* Refused before anything was done: a changing verb, and the key is ours to make. */
    if (!batch->keyed && wants_key(answer)) {
        batch_ask(batch, CALL_CHANGES);
        return;
    }
    batch_forget(batch);
    batch_print(batch, answer->object);
    if (answer->code) {
        batch_complain_of(batch->verb, answer);
        batch->code = error_code_exit(answer->code);
    }
    if (!batch->leaving)
        batch_next(batch);
}

static void batch_ask(struct batch *batch, unsigned flags)
{
    json_t *args = json_deep_copy(batch->args);
    if (json_object_get(args, "key"))
        flags |= CALL_CHANGES;
    batch->keyed = flags & CALL_CHANGES;
    link_call(batch->link, batch->verb, args, flags, on_row, on_answer, batch);
}

static bool batch_start(struct batch *batch, const char *text, size_t len)
{
    json_error_t error;
    batch->args = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(batch->args)) {
        batch_ask(batch, CALL_READ);
        return true;
    }
    if (batch->args)
        batch_complain("the arguments must be a JSON object");
    else
        batch_complain("the arguments are no JSON: %s, column %d", error.text, error.column);
    batch_forget(batch);
    batch->code = EX_DATAERR;
    return false;
}

/* ---- one after the other ---- */

static void on_logout(void *context, const struct answer *answer)
{
    (void)answer;
    batch_end(context, 0);
}

/* The session is of no use to anybody after this, so it does not wait for its time to run out. */
void batch_leave(struct batch *batch)
{
    batch->leaving = true;
    link_call(batch->link, "session.logout", NULL, CALL_READ, NULL, on_logout, batch);
    ev_timer_stop(batch->loop, &batch->away);
    ev_timer_set(&batch->away, LOGOUT_SECONDS, 0);
    ev_timer_start(batch->loop, &batch->away);
}

/* Each after the answer to the one before. */
static void batch_next(void *context)
{
    struct batch *batch = context;
    enum lines_result got = LINES_END;
    char *line;
    size_t len;
    while (strcmp(batch->json, "-") == 0 && (got = lines_next(&batch->lines, &line, &len)) != LINES_END) {
        if (got == LINES_LATER)
            return;
        if (got == LINES_TOO_LONG) {
            batch_complain("a line of standard input is too long");
            batch->code = EX_DATAERR;
        } else if (len > 0 && batch_start(batch, line, len)) {
            return;
        }
    }
    batch_leave(batch);
}

static void batch_begin(struct batch *batch)
{
    if (strcmp(batch->json, "-") == 0)
        batch_next(batch);
    else if (!batch_start(batch, batch->json, strlen(batch->json)))
        batch_leave(batch);
}

/* ---- the line ---- */

static void on_login(void *context, const struct answer *answer)
{
    struct batch *batch = context;
    if (answer->code) {
        if (batch->begin == batch_begin) /* else standard output is a file's */
            batch_print(batch, answer->object);
        batch_complain("login: %s", answer->message);
        batch_end(batch, error_code_exit(answer->code));
    } else {
        batch->begin(batch);
    }
}

static void batch_login(struct batch *batch)
{
    if (batch->login_sent) {
        batch_complain("the session has ended");
        batch_end(batch, EX_NOPERM);
        return;
    }
    batch->login_sent = true;
    link_login(batch->link, (char *)batch->options->user, batch->password, NULL, on_login, batch);
}

/* What was under way and changes something may have been done. */
static int away_code(const struct batch *batch)
{
    return batch->args && batch->keyed ? EX_IOERR : EX_UNAVAILABLE;
}

static void on_away(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct batch *batch = timer->data;
    (void)loop, (void)events;
    if (batch->leaving) {
        batch_end(batch, 0);
        return;
    }
    batch_complain("%s:%s: away for %d seconds%s", batch->options->host, batch->options->port, AWAY_SECONDS,
                   away_code(batch) == EX_IOERR ? "; what was asked may have been done" : "");
    batch_end(batch, away_code(batch));
}

/* Before the login a script is told at once; after it, the line may come back. */
static void batch_wait(struct batch *batch, const char *why)
{
    if (!batch->login_sent) {
        batch_complain("%s:%s: %s", batch->options->host, batch->options->port, why);
        batch_end(batch, EX_UNAVAILABLE);
    } else if (!ev_is_active(&batch->away)) {
        ev_timer_set(&batch->away, AWAY_SECONDS, 0);
        ev_timer_start(batch->loop, &batch->away);
    }
}

static void on_state(void *context, enum link_state state, const char *why)
{
    struct batch *batch = context;
    if (batch->leaving) {
        if (state == LINK_LOGIN || state == LINK_WAITING || state == LINK_REFUSED)
            batch_end(batch, 0);
    } else if (state == LINK_LOGIN) {
        batch_login(batch);
    } else if (state == LINK_READY) {
        ev_timer_stop(batch->loop, &batch->away);
    } else if (state == LINK_CONNECTING) {
        batch->connecting = true;
    } else if (state == LINK_REFUSED) {
        if (batch->connecting)
            batch_complain("%s:%s: %s", batch->options->host, batch->options->port, why);
        else
            batch_complain("%s: %s", batch->options->ca ? batch->options->ca : "the system's authorities",
                           why);
        batch_end(batch, EX_PROTOCOL);
    } else if (state == LINK_WAITING && why) {
        batch_wait(batch, why);
    }
}

static void on_event(void *context, const char *name, const json_t *object)
{
    (void)context, (void)name, (void)object;
}

static const struct link_ops link_ops = {.state = on_state, .event = on_event};

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct batch *batch = watcher->data;
    (void)loop, (void)events;
    if (batch->args && batch->keyed && !batch->leaving)
        batch_complain("ended while %s was under way: it may have been done", batch->verb);
    else
        batch_complain("ended");
    batch_end(batch, 128 + watcher->signum);
}

/* ---- the program ---- */

static int call_check(const struct batch *batch)
{
    const struct options *options = batch->options;
    if (options->nrest < 2 || options->nrest > 3) {
        fprintf(stderr, "usage: yizhan [OPTIONS] call VERB [JSON|-]\n");
        return EX_USAGE;
    }
    if (!message_verb_valid(batch->verb)) {
        batch_complain("%s: no verb; they look like rescue.list", batch->verb);
        return EX_USAGE;
    }
    return 0;
}

static int batch_check(struct batch *batch)
{
    const struct options *options = batch->options;
    const char *fault;
    if (!options->user) {
        batch_complain("--user NAME or YIZHAN_USER is needed");
        return EX_USAGE;
    }
    if (options->ca && access(options->ca, R_OK) < 0) {
        batch_complain("%s: %s", options->ca, strerror(errno));
        return EX_NOINPUT;
    }
    batch->password = options_password(options, &fault);
    if (batch->password)
        return 0;
    if (fault)
        batch_complain("cannot read the password from %s", fault);
    else
        batch_complain("YIZHAN_PASSWORD or --password-file FILE is needed");
    return fault ? EX_NOINPUT : EX_USAGE;
}

static void watch(struct batch *batch, ev_signal *watcher, int signum)
{
    ev_signal_init(watcher, on_signal, signum);
    watcher->data = batch;
    ev_signal_start(batch->loop, watcher);
}

static void batch_work(struct batch *batch)
{
    struct link_settings settings = {.loop = batch->loop,
                                     .host = batch->options->host,
                                     .port = batch->options->port,
                                     .ca = batch->options->ca,
                                     .terminal = batch->options->terminal};
    watch(batch, &batch->interrupt, SIGINT);
    watch(batch, &batch->term, SIGTERM);
    lines_init(&batch->lines, batch->loop, STDIN_FILENO, LINE_MAX_BYTES, batch_next, batch);
    ev_timer_init(&batch->away, on_away, AWAY_SECONDS, 0);
    batch->away.data = batch;
    batch->link = link_create(&settings, &link_ops, batch);
    link_start(batch->link);
    if (!batch->code)
        ev_run(batch->loop, 0);
    link_destroy(batch->link);
    ev_timer_stop(batch->loop, &batch->away);
    lines_finish(&batch->lines);
    batch_forget(batch);
}

int batch_go(struct batch *batch)
{
    int code = batch_check(batch);
    if (code)
        return code;
    batch->loop = ev_default_loop(0);
    batch_work(batch);
    explicit_bzero(batch->password, strlen(batch->password));
    free(batch->password);
    return batch->code;
}

int batch_run(const struct options *options)
{
    struct batch batch = {
        .options = options, .verb = options->nrest > 1 ? options->rest[1] : "", .begin = batch_begin};
    batch.json = options->nrest > 2 ? options->rest[2] : "{}";
    int code = call_check(&batch);
    return code ? code : batch_go(&batch);
}
