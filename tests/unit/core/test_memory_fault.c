/*
 * What a stranger's line goes through, with no memory at the Nth allocation, for N from 1 on: it comes to the same as ever, or the process ends as it
 * says it does where there is none (a process that was started anew has lost nothing, see tests/faults/test_memory.py). It never comes to something
 * else, never hangs, never touches what it must not. Each try is a process of its own.
 */
#include "../test.h"

#include "base/memory_fault.h"
#include "base/str.h"
#include "model/filter.h"
#include "server/core/arguments.h"
#include "server/core/fail.h"
#include "server/core/request-private.h"
#include "wire/frame.h"
#include "wire/json.h"
#include "wire/message.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_do_recoverable_leak_check() 0
#endif

enum { TRIES = 300, SMALL_BLOCK = 256, PATIENCE_SECONDS = 20 };

/* How a try ended, if not by the signal. */
enum end { END_SAME, END_NOT_REACHED, END_OTHER, END_LEAK };

static const char line[] =
    "r7 rescue.create {\"customer\":\"王小明\",\"plate\":\"粤a·12345\",\"phone\":\"138 0000 "
    "1111\",\"fen\":12050,\"note\":\"e\xcc\x81 \\u4e2d\\n\","
    "\"lines\":[{\"a\":1,\"b\":[1,2,3,null,true]},{\"a\":2.5}],\"services\":[\"tow\",\"jump\"],\"at\":\"2026-"
    "11-22T10:00:00Z\","
    "\"key\":\"0f6c0f6c0f6c\",\"long\":\"...................................................................."
    "........................\"}\n"
    "r8 session.ping\r\nr9 broken {\n";

static const struct choice states[] = {{"new", "New"}, {"done", "Done"}, {NULL}};
static const struct choice services[] = {{"tow", "Tow"}, {"jump", "Jump"}, {NULL}};
static const struct field fields[] = {
    ARG(customer, FIELD_TEXT, .max = 40, .required = true),
    ARG(plate, FIELD_PLATE),
    ARG(phone, FIELD_PHONE),
    ARG(fen, FIELD_FEN),
    ARG(note, FIELD_NOTE),
    ARG(lines, FIELD_LINES, .max = 9),
    ARG(services, FIELD_SET, .choices = services),
    ARG(state, FIELD_CHOICE, .choices = states),
    ARG(at, FIELD_TIME),
    ARG(long, FIELD_NOTE),
};
static const struct verb verb = {
    .name = "rescue.create", .flags = VERB_KEYED | VERB_CHANGES, .args = fields, .nargs = array_len(fields)};

static const struct field *field_named(const void *context, const char *name)
{
    for (size_t i = 0; i < array_len(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------------------- the work */

/* As it comes from a socket, in pieces. */
static void cut_lines(struct str *out)
{
    struct frame frame;
    frame_init(&frame, 8192);
    for (size_t at = 0; at < sizeof(line) - 1; at += 50) {
        char *text;
        size_t len;
        frame_feed(&frame, line + at, MIN((size_t)50, sizeof(line) - 1 - at));
        while (frame_next(&frame, &text, &len) == FRAME_LINE) {
            struct message_request message;
            enum message_fault fault = message_parse_request(text, len, &message);
            str_addf(out, "%d %s %s\n", fault, message.tag, message.verb ? message.verb : "-");
        }
    }
    frame_finish(&frame);
}

static json_t *read_args(struct str *out)
{
    const char *from = strchr(line, '{'), *to = strchr(line, '\n');
    struct json_fault fault;
    json_t *args = json_read(from, (size_t)(to - from), &fault);
    str_addf(out, "%s ", args ? "read" : json_fault_text(fault.kind));
    return args;
}

/* Each value is a piece of malloc's: as the client reads, and whatever has no arena. */
static void read_without_arena(struct str *out)
{
    json_t *args = read_args(out);
    if (args)
        json_write(args, out);
    json_decref(args);
}

static void check_arguments(struct str *out)
{
    struct arena *arena = arena_create(SMALL_BLOCK);
    json_use_arena(arena);
    struct request_state state = {0};
    struct request request = {.arena = arena, .verb = &verb, .state = &state, .args = read_args(out)};
    int result = arguments_check(&request);
    if (result)
        fail_write_request(out, &request);
    else
        json_write(request.args, out);
    json_use_arena(NULL);
    arena_destroy(arena);
}

static void refuse_arguments(struct str *out)
{
    struct arena *arena = arena_create(SMALL_BLOCK);
    json_use_arena(arena);
    struct request_state state = {0};
    struct request request = {.arena = arena, .verb = &verb, .state = &state, .args = read_args(out)};
    json_object_set_new(request.args, "colour\n", json_integer(1));
    if (arguments_check(&request))
        fail_write_request(out, &request);
    json_use_arena(NULL);
    arena_destroy(arena);
}

static void read_filters(struct str *out)
{
    static const char typed[] =
        "state=new,done fen>=12.50 plate~A12 at>=2026-11-01 customer= services=tow \"old town\"";
    struct arena *arena = arena_create(SMALL_BLOCK);
    struct filter filter = {0}, again = {0};
    struct filter_fault fault;
    json_use_arena(arena);
    if (filter_parse_line(typed, field_named, NULL, arena, "Asia/Shanghai", &filter, &fault))
        str_add(out, fault.msgid);
    struct str json;
    struct json_fault broken;
    str_init(&json, arena);
    filter_write(&filter, &json);
    json_t *read = json_read(json.data, json.len, &broken);
    if (!read || filter_read(read, field_named, NULL, arena, "Asia/Shanghai", &again, &fault))
        str_add(out, "not read again");
    str_addf(out, "%s %zu %zu %s", json.data, filter.count, again.count, filter.q);
    json_use_arena(NULL);
    arena_destroy(arena);
}

/* ------------------------------------------------------------------------------------------------- the tries */

struct
try {
    void (*work)(struct str * out);
    enum memory_whose whose;
    int nth;
};

static _Noreturn void be_tried(const struct try *try, const struct str *usual)
{
    struct str out;
    alarm(PATIENCE_SECONDS);
    str_init(&out, NULL);
    memory_fault_plan(try->whose, try->nth);
    try->work(&out);
    memory_fault_plan(try->whose, 0);
    bool same = strcmp(out.data, usual->data) == 0;
    if (!same)
        dprintf(STDERR_FILENO, "%s", out.data);
    str_finish(&out);
    if (memory_faults() == 0)
        _exit(END_NOT_REACHED);
    if (__lsan_do_recoverable_leak_check())
        _exit(END_LEAK);
    _exit(same ? END_SAME : END_OTHER);
}

/* END_NOT_REACHED: there are fewer allocations than that. */
static enum end attempt(const struct try *try, const struct str *usual)
{
    char said[2048] = "";
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        be_tried(try, usual);
    }
    close(ends[1]);
    for (ssize_t n = 1, len = 0; n > 0; len += n)
        n = read(ends[0], said + len, sizeof(said) - 1 - (size_t)len);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    bool out_of_memory =
        WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strcmp(said, "out of memory\n") == 0;
    if (!out_of_memory && !(WIFEXITED(status) && WEXITSTATUS(status) <= END_NOT_REACHED))
        fail_msg("allocation %d of %s: status %x: %s", try->nth,
                 try->whose == MEMORY_OURS ? "ours" : "theirs", (unsigned)status, said);
    return out_of_memory ? END_SAME : (enum end)WEXITSTATUS(status);
}

static void try_all(void (*work)(struct str *out), int least)
{
    struct str usual cleanup(cleanup_str);
    str_init(&usual, NULL);
    json_init();
    work(&usual);
    assert_true(usual.len > 0);
    int tried = 0;
    for (int whose = 0; whose < MEMORY_WHOSE; whose++)
        for (int nth = 1; nth <= TRIES; nth++, tried++)
            if (attempt(&(struct try){work, (enum memory_whose)whose, nth}, &usual) == END_NOT_REACHED)
                break;
    assert_true(tried >= least); /* or nothing was tried at all */
}

static void lines_are_cut(void **state)
{
    try_all(cut_lines, 5);
}

static void json_is_read(void **state)
{
    try_all(read_without_arena, 40);
}

static void arguments_are_checked(void **state)
{
    try_all(check_arguments, 20);
}

static void arguments_are_refused(void **state)
{
    try_all(refuse_arguments, 20);
}

static void filters_are_read(void **state)
{
    try_all(read_filters, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_cut),         cmocka_unit_test(json_is_read),
        cmocka_unit_test(arguments_are_checked), cmocka_unit_test(arguments_are_refused),
        cmocka_unit_test(filters_are_read),
    };
    return run_all(tests);
}
