/* Logging in, going on with a session after a loss, and leaving. */
#include <stdlib.h>
#include <string.h>

#include "client/link/call-private.h"
#include "wire/json.h"

static void link_take_identity(struct link *link, const json_t *object)
{
    const char *token = NULL;
    json_decref(link->identity);
    link->identity = json_deep_copy(object);
    if (json_get_text(object, "token", &token) == JSON_GET_FOUND) {
        free(link->token);
        link->token = memory_strdup(token);
        json_object_del(link->identity, "token");
    }
}

void link_forget_token(struct link *link)
{
    if (link->token)
        explicit_bzero(link->token, strlen(link->token));
    free(link->token);
    link->token = NULL;
}

/* The server is there, but not what it looks sessions up in: the session may well stand. */
static bool will_pass(enum error_code code)
{
    return code == ERR_UNAVAILABLE || code == ERR_BUSY || code == ERR_UNKNOWN_OUTCOME;
}

static void on_resumed(void *context, const struct answer *answer)
{
    struct link *link = context;
    if (answer->code == ERR_NONE) {
        link_take_identity(link, answer->object);
        link->retry_ms = RETRY_FIRST_MS;
        link_turn(link, LINK_READY, "");
        link_pump(link);
    } else if (will_pass(answer->code)) {
        link_lose(link, answer->message);
    } else {
        link_forget_token(link);
        link_turn(link, LINK_LOGIN, answer->message);
    }
}

static void link_resume(struct link *link)
{
    json_t *args = json_pack("{s:s}", "token", link->token);
    if (link->terminal) /* the server resumes a session on the device it was begun at */
        json_object_set_new(args, "terminal", json_string(link->terminal));
    struct call *call = call_create(link, "session.resume", args, CALL_READ);
    call->session = true;
    call->done = on_resumed;
    call->context = link;
    link_pump(link);
}

void link_hello(struct link *link)
{
    if (link->token)
        link_resume(link);
    else
        link_turn(link, LINK_LOGIN, "");
}

struct login_done {
    struct link *link;
    answer_handler *done;
    void *context;
};

/* Somebody else sits down at the terminal: what the one before left waiting is not sent in the newcomer's name. */
static void link_drop_strangers(struct link *link, const json_t *newcomer)
{
    const char *was = "", *is = "";
    json_get_text(link->identity, "user", &was);
    json_get_text(newcomer, "user", &is);
    if (strcmp(was, is) == 0)
        return;
    for (size_t i = 0; i < link->calls.count;) {
        struct call *call = link->calls.items[i];
        if (call->session) {
            i++;
            continue;
        }
        link_take_out(link, i);
        call_fail(call, ERR_UNAUTHENTICATED, N_("Another user has logged in"));
    }
}

static void on_login(void *context, const struct answer *answer)
{
    struct login_done *login = context;
    struct link *link = login->link;
    if (answer->code == ERR_NONE) {
        link_drop_strangers(link, answer->object);
        link->logins++;
        link_take_identity(link, answer->object);
        link->retry_ms = RETRY_FIRST_MS;
        link_turn(link, LINK_READY, "");
    }
    if (login->done)
        login->done(login->context, answer);
    free(login);
    link_pump(link);
}

void link_login(struct link *link, char *user, char *password, const char *otp, answer_handler *done,
                void *context)
{
    json_t *args = json_pack("{s:s, s:s}", "user", user, "password", password);
    explicit_bzero(password, strlen(password));
    if (otp && *otp)
        json_object_set_new(args, "otp", json_string(otp));
    if (link->terminal)
        json_object_set_new(args, "terminal", json_string(link->terminal));
    struct login_done *login = memory_zeroed(1, sizeof(*login));
    *login = (struct login_done){link, done, context};
    struct call *call = call_create(link, "session.login", args, CALL_READ);
    call->session = true;
    call->done = on_login;
    call->context = login;
    link_pump(link);
}

void link_logout(struct link *link)
{
    if (link->state == LINK_READY) {
        struct call *call = call_create(link, "session.logout", NULL, CALL_READ);
        call->session = true;
        link_pump(link);
    }
    link_forget_token(link);
    if (link->state == LINK_READY)
        link_turn(link, LINK_LOGIN, "");
}

bool call_is_resume(const struct call *call)
{
    return call->done == on_resumed;
}

void call_forget_login(struct call *call)
{
    if (call->done == on_login)
        free(call->context);
}
