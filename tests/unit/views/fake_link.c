#include "fixture.h"

#include <stdlib.h>

#include "base/str.h"
#include "base/vec.h"
#include "client/link/call.h"
#include "wire/json.h"

struct request {
    uint64_t number;
    char *verb;
    json_t *args;
    unsigned flags;
    row_handler *row;
    answer_handler *done;
    void *context;
};

static VEC(struct request) requests;
static VEC(char *) forbidden;
static uint64_t numbers;
static bool hear_holds; /* said by the way: most tests do not look for it */

uint64_t link_call(struct link *link, const char *verb, json_t *args, unsigned flags, row_handler *row,
                   answer_handler *done, void *context)
{
    (void)link;
    bool by_the_way = strcmp(verb, "session.hold") == 0 || strcmp(verb, "session.release") == 0;
    if (by_the_way && !hear_holds) {
        json_decref(args);
        return ++numbers;
    }
    vec_push(&requests, ((struct request){++numbers, memory_strdup(verb), args ? args : json_object(), flags,
                                          row, done, context}));
    return numbers;
}

static struct request take(size_t index)
{
    struct request request = requests.items[index];
    memmove(&requests.items[index], &requests.items[index + 1],
            (requests.count - index - 1) * sizeof(request));
    requests.count--;
    return request;
}

static void request_free(struct request *request)
{
    free(request->verb);
    json_decref(request->args);
}

void link_cancel(struct link *link, uint64_t number)
{
    (void)link;
    for (size_t i = 0; i < requests.count; i++) {
        if (requests.items[i].number != number)
            continue;
        struct request request = take(i);
        request_free(&request);
        return;
    }
}

void link_stop(struct link *link, uint64_t number)
{
    (void)link, (void)number;
}

static enum link_state line = LINK_READY;

void set_line(enum link_state state)
{
    line = state;
}

enum link_state link_state(const struct link *link)
{
    (void)link;
    return line;
}

void link_retry_now(struct link *link)
{
    (void)link;
}

static json_t *identity; /* NULL: nobody of whom more is known than `app` says */

const json_t *link_identity(const struct link *link)
{
    (void)link;
    return identity;
}

void log_in_as(const char *json)
{
    json_decref(identity);
    identity = json_loads(json, 0, NULL);
    assert_non_null(identity);
}

bool link_may(const struct link *link, const char *permission)
{
    (void)link;
    for (size_t i = 0; i < forbidden.count; i++)
        if (strcmp(forbidden.items[i], permission) == 0)
            return false;
    return true;
}

void permit(const char *verb, bool permitted)
{
    if (!permitted)
        vec_push(&forbidden, memory_strdup(verb));
}

void fake_link_reset(void);

void look_for_holds(void)
{
    hear_holds = true;
}

void fake_link_reset(void)
{
    hear_holds = false;
    while (requests.count) {
        struct request request = take(0);
        request_free(&request);
    }
    vec_finish(&requests);
    for (size_t i = 0; i < forbidden.count; i++)
        free(forbidden.items[i]);
    vec_finish(&forbidden);
    json_decref(identity);
    identity = NULL;
}

size_t asked_count(void)
{
    return requests.count;
}

const char *asked_verb(size_t index)
{
    return index < requests.count ? requests.items[index].verb : "";
}

const json_t *asked_args(size_t index)
{
    assert_true(index < requests.count);
    return requests.items[index].args;
}

const char *asked_text(size_t index)
{
    static struct str text;
    if (!text.data)
        str_init(&text, NULL);
    str_clear(&text);
    json_write(asked_args(index), &text);
    return text.data;
}

void stream(const char *verb, const char *row)
{
    for (size_t i = 0; i < requests.count; i++) {
        if (strcmp(requests.items[i].verb, verb) != 0)
            continue;
        json_t *object = json_loads(row, 0, NULL);
        assert_non_null(object);
        requests.items[i].row(requests.items[i].context, object);
        json_decref(object);
        return;
    }
    fail_msg("nobody asked %s", verb);
}

static void reply(const char *verb, bool refused, const char *json)
{
    const char *code = "", *message = "";
    for (size_t i = 0; i < requests.count; i++) {
        if (strcmp(requests.items[i].verb, verb) != 0)
            continue;
        struct request request = take(i);
        json_t *object = json_loads(json, 0, NULL);
        assert_non_null(object);
        json_get_text(object, "code", &code);
        json_get_text(object, "message", &message);
        struct answer answer = {refused ? error_code_parse(code) : ERR_NONE, object, message};
        if (request.done)
            request.done(request.context, &answer);
        json_decref(object);
        request_free(&request);
        return;
    }
    fail_msg("nobody asked %s", verb);
}

void answer(const char *verb, const char *json)
{
    reply(verb, false, json);
}

void refuse(const char *verb, const char *json)
{
    reply(verb, true, json);
}
