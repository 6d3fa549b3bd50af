#include "client/batch.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/str.h"
#include "client/link/call.h"
#include "wire/json.h"
#include "wire/limits.h"
#include "wire/message.h"

struct batch {
    struct ev_loop *loop;
    struct link *link;
    const struct options *options;
    const char *verb, *json; /* json "-": lines of stdin */
    char *password;
    json_t *args; /* of the request under way, kept to ask again with a key */
    bool login_sent, keyed, quiet_progress;
    int code;
};

static void batch_end(struct batch *batch, int code)
{
    if (code)
        batch->code = code;
    ev_break(batch->loop, EVBREAK_ALL);
}

static void batch_print(const json_t *object)
{
    struct str line;
    str_init(&line, NULL);
    json_write(object, &line);
    str_add_char(&line, '\n');
    fwrite(line.data, 1, line.len, stdout);
    fflush(stdout);
    str_finish(&line);
}

static void batch_next(struct batch *batch);
static void batch_ask(struct batch *batch, unsigned flags);

static void on_row(void *context, const json_t *row)
{
    (void)context;
    batch_print(row);
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
    if (!batch->keyed && wants_key(answer)) {
        batch_ask(
            batch,
            CALL_CHANGES); /* refused before anything was done: a changing verb, and the key is ours to make */
        return;
    }
    batch_print(answer->object);
    if (answer->code) {
        fprintf(stderr, "yizhan: %s: %s\n", batch->verb, answer->message);
        batch->code = error_code_exit(answer->code);
    }
    json_decref(batch->args);
    batch->args = NULL;
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
    if (!json_is_object(batch->args)) {
        json_decref(batch->args);
        batch->args = NULL;
        fprintf(stderr, "yizhan: the arguments are no JSON object: %s\n", error.text);
        batch->code = EX_DATAERR;
        return false;
    }
    batch_ask(batch, CALL_READ);
    return true;
}

/* The next line of standard input. The loop waits meanwhile: a script's requests are made one after the other. */
static void batch_next(struct batch *batch)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    if (strcmp(batch->json, "-") != 0) {
        batch_end(batch, 0);
        return;
    }
    while ((len = getline(&line, &size, stdin)) > 0) {
        while (len > 0 && strchr("\r\n", line[len - 1]))
            len--;
        if (len > 0 && batch_start(batch, line, (size_t)len))
            break;
    }
    free(line);
    if (len <= 0)
        batch_end(batch, 0);
}

static void on_login(void *context, const struct answer *answer)
{
    struct batch *batch = context;
    if (answer->code) {
        batch_print(answer->object);
        fprintf(stderr, "yizhan: login: %s\n", answer->message);
        batch_end(batch, error_code_exit(answer->code));
    } else if (strcmp(batch->json, "-") == 0) {
        batch_next(batch);
    } else if (!batch_start(batch, batch->json, strlen(batch->json))) {
        batch_end(batch, EX_DATAERR);
    }
}

static void batch_login(struct batch *batch)
{
    if (batch->login_sent) {
        fprintf(stderr, "yizhan: the session has ended\n");
        batch_end(batch, EX_NOPERM);
        return;
    }
    batch->login_sent = true;
    link_login(batch->link, (char *)batch->options->user, batch->password, NULL, on_login, batch);
}

static void on_state(void *context, enum link_state state, const char *why)
{
    struct batch *batch = context;
    if (state == LINK_LOGIN) {
        batch_login(batch);
    } else if (state == LINK_REFUSED || (state == LINK_WAITING && !batch->login_sent && why)) {
        fprintf(stderr, "yizhan: %s:%s: %s\n", batch->options->host, batch->options->port, why);
        batch_end(batch, state == LINK_REFUSED ? EX_PROTOCOL : EX_UNAVAILABLE);
    }
}

static void on_event(void *context, const char *name, const json_t *object)
{
    (void)context, (void)name, (void)object;
}

static const struct link_ops link_ops = {.state = on_state, .event = on_event};

static int batch_check(struct batch *batch)
{
    const char *fault;
    if (batch->options->nrest < 2 || batch->options->nrest > 3 || !message_verb_valid(batch->verb)) {
        fprintf(stderr, "usage: yizhan [OPTIONS] call VERB [JSON|-]\n");
        return EX_USAGE;
    }
    if (!batch->options->user) {
        fprintf(stderr, "yizhan: --user NAME or YIZHAN_USER is needed\n");
        return EX_USAGE;
    }
    batch->password = options_password(batch->options, &fault);
    if (!batch->password) {
        fprintf(stderr,
                fault ? "yizhan: cannot read the password from %s\n"
                      : "yizhan: YIZHAN_PASSWORD or --password-file FILE is needed%s\n",
                fault ? fault : "");
        return fault ? EX_NOINPUT : EX_USAGE;
    }
    return 0;
}

int batch_run(const struct options *options)
{
    struct batch batch = {.options = options, .verb = options->nrest > 1 ? options->rest[1] : ""};
    batch.json = options->nrest > 2 ? options->rest[2] : "{}";
    int code = batch_check(&batch);
    if (code)
        return code;
    batch.loop = ev_default_loop(0);
    struct link_settings settings = {.loop = batch.loop,
                                     .host = options->host,
                                     .port = options->port,
                                     .ca = options->ca,
                                     .terminal = options->terminal};
    batch.link = link_create(&settings, &link_ops, &batch);
    link_start(batch.link);
    if (!batch.code)
        ev_run(batch.loop, 0);
    link_destroy(batch.link);
    json_decref(batch.args);
    explicit_bzero(batch.password, strlen(batch.password));
    free(batch.password);
    return batch.code;
}
