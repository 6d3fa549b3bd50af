#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "tests/unit/test.h"
#include "wire/limits.h"
#include "wire/message.h"

static char line[512];

static enum message_fault parse(const char *text, struct message_request *out)
{
    assert_true(strlen(text) < sizeof(line));
    strcpy(line, text);
    return message_parse_request(line, strlen(text), out);
}

static void requests_are_taken_apart(void **state)
{
    struct message_request request;
    assert_int_equal(parse("r7 rescue.dispatch {\"id\":4211}", &request), MESSAGE_FAULT_NONE);
    assert_string_equal(request.tag, "r7");
    assert_string_equal(request.verb, "rescue.dispatch");
    assert_string_equal(request.json, "{\"id\":4211}");
    assert_int_equal(request.json_len, 11);
    assert_int_equal(parse("A-z.0_9 ledger_entry.list2", &request), MESSAGE_FAULT_NONE);
    assert_string_equal(request.verb, "ledger_entry.list2");
    assert_string_equal(request.json, "{}");
    assert_int_equal(request.json_len, 2);
    assert_int_equal(parse("1 session.ping ", &request), MESSAGE_FAULT_NONE);
    assert_string_equal(request.json, "{}");
    assert_int_equal(parse("1 session.ping   { \"a\": \"b c\" }  ", &request), MESSAGE_FAULT_NONE);
    assert_string_equal(request.json, "{ \"a\": \"b c\" }");
}

static void hostile_lines_are_named(void **state)
{
    static const struct {
        const char *text;
        enum message_fault fault;
    } rows[] = {
        {"", MESSAGE_FAULT_EMPTY},
        {" ", MESSAGE_FAULT_TAG},
        {" r1 session.ping", MESSAGE_FAULT_TAG},
        {"* session.ping", MESSAGE_FAULT_TAG},
        {"r/1 session.ping", MESSAGE_FAULT_TAG},
        {"r1\tsession.ping", MESSAGE_FAULT_TAG},
        {"\xe9\xa9\xbf session.ping", MESSAGE_FAULT_TAG},
        {"\xff\xfe session.ping", MESSAGE_FAULT_TAG},
        {"GET / HTTP/1.1", MESSAGE_FAULT_VERB},
        {"123456789012345678901234567890123 session.ping", MESSAGE_FAULT_TAG},
        {"12345678901234567890123456789012 session.ping", MESSAGE_FAULT_NONE},
        {"r1", MESSAGE_FAULT_VERB},
        {"r1 ", MESSAGE_FAULT_VERB},
        {"r1  session.ping", MESSAGE_FAULT_VERB},
        {"r1 session", MESSAGE_FAULT_VERB},
        {"r1 session.", MESSAGE_FAULT_VERB},
        {"r1 .ping", MESSAGE_FAULT_VERB},
        {"r1 session.ping.x", MESSAGE_FAULT_VERB},
        {"r1 Session.ping", MESSAGE_FAULT_VERB},
        {"r1 session.Ping", MESSAGE_FAULT_VERB},
        {"r1 9session.ping", MESSAGE_FAULT_VERB},
        {"r1 _session.ping", MESSAGE_FAULT_VERB},
        {"r1 session_.ping", MESSAGE_FAULT_VERB},
        {"r1 ses__sion.ping", MESSAGE_FAULT_VERB},
        {"r1 session.ping_", MESSAGE_FAULT_VERB},
        {"r1 session.ping{}", MESSAGE_FAULT_VERB},
        {"r1 session.ping;drop", MESSAGE_FAULT_VERB},
        {"r1 session.ping\r", MESSAGE_FAULT_VERB},
        {"r1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", MESSAGE_FAULT_NONE},
        {"r1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", MESSAGE_FAULT_VERB},
        {"r1 session.ping {", MESSAGE_FAULT_JSON},
        {"r1 session.ping }", MESSAGE_FAULT_JSON},
        {"r1 session.ping []", MESSAGE_FAULT_JSON},
        {"r1 session.ping null", MESSAGE_FAULT_JSON},
        {"r1 session.ping {} x", MESSAGE_FAULT_JSON},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct message_request request;
        if (parse(rows[i].text, &request) != rows[i].fault)
            fail_msg("\"%s\"", rows[i].text);
        assert_int_equal(request.tag != NULL,
                         rows[i].fault != MESSAGE_FAULT_EMPTY && rows[i].fault != MESSAGE_FAULT_TAG);
    }
}

static void a_nul_anywhere_is_named(void **state)
{
    static const char text[] = "r1 session.ping {}";
    for (size_t at = 0; at < sizeof(text) - 1; at++) {
        struct message_request request;
        struct message_reply reply;
        memcpy(line, text, sizeof(text));
        line[at] = '\0';
        assert_int_equal(message_parse_request(line, sizeof(text) - 1, &request), MESSAGE_FAULT_NUL);
        assert_null(request.tag);
        memcpy(line, text, sizeof(text));
        line[at] = '\0';
        assert_int_equal(message_parse_reply(line, sizeof(text) - 1, &reply), MESSAGE_FAULT_NUL);
    }
}

/* Any bytes at all, in memory that ends where the line ends. */
static void random_lines_do_no_harm(void **state)
{
    static const char likely[] = "r1 *.{}\"_okerrow \t\r\xff";
    struct rng rng;
    rng_seed(&rng, 4);
    for (int i = 0; i < 20000; i++) {
        size_t n = (size_t)rng_range(&rng, 0, 40);
        char *text = memory_alloc(n + 1), *again = memory_alloc(n + 1);
        for (size_t k = 0; k < n; k++)
            text[k] = likely[rng_range(&rng, 0, sizeof(likely) - 1)];
        text[n] = '\0';
        memcpy(again, text, n + 1);
        struct message_request request;
        struct message_reply reply;
        if (message_parse_request(text, n, &request) == MESSAGE_FAULT_NONE)
            assert_true(message_tag_valid(request.tag) && message_verb_valid(request.verb));
        if (message_parse_reply(again, n, &reply) == MESSAGE_FAULT_NONE)
            assert_int_equal(reply.kind == MESSAGE_EVENT, reply.event != NULL);
        free(text);
        free(again);
    }
}

static enum message_fault parse_reply(const char *text, struct message_reply *out)
{
    strcpy(line, text);
    return message_parse_reply(line, strlen(text), out);
}

static void replies_are_taken_apart(void **state)
{
    static const char *const kinds[] = {"ok", "err", "row", "progress"};
    struct message_reply reply;
    for (int kind = 0; kind < 4; kind++) {
        char text[64] = "r7 ";
        strcat(strcat(text, kinds[kind]), " {\"id\":1}");
        assert_int_equal(parse_reply(text, &reply), MESSAGE_FAULT_NONE);
        assert_string_equal(reply.tag, "r7");
        assert_int_equal(reply.kind, kind);
        assert_string_equal(message_kind_name(reply.kind), kinds[kind]);
        assert_null(reply.event);
        assert_string_equal(reply.json, "{\"id\":1}");
    }
    assert_int_equal(parse_reply("* hello {\"protocol\":1}", &reply), MESSAGE_FAULT_NONE);
    assert_int_equal(reply.kind, MESSAGE_EVENT);
    assert_string_equal(reply.tag, "*");
    assert_string_equal(reply.event, "hello");
    assert_int_equal(reply.json_len, 14);
}

static void hostile_replies_are_named(void **state)
{
    struct message_reply reply;
    assert_int_equal(parse_reply("", &reply), MESSAGE_FAULT_EMPTY);
    assert_int_equal(parse_reply("r/7 ok {}", &reply), MESSAGE_FAULT_TAG);
    assert_int_equal(parse_reply("r7 OK {}", &reply), MESSAGE_FAULT_KIND);
    assert_int_equal(parse_reply("r7 event {}", &reply), MESSAGE_FAULT_KIND);
    assert_int_equal(parse_reply("r7", &reply), MESSAGE_FAULT_KIND);
    assert_int_equal(parse_reply("*", &reply), MESSAGE_FAULT_KIND);
    assert_int_equal(parse_reply("* He {}", &reply), MESSAGE_FAULT_KIND);
    assert_int_equal(parse_reply("** hello {}", &reply), MESSAGE_FAULT_TAG);
    assert_int_equal(parse_reply("r7 ok []", &reply), MESSAGE_FAULT_JSON);
}

static void what_is_written_is_read_again(void **state)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    message_add_request(&s, "r1", "session.ping", NULL);
    message_add_request(&s, "r2", "rescue.get", "{\"id\":1}");
    message_add_reply(&s, "r2", MESSAGE_ERR, "{\"code\":\"busy\"}");
    message_add_reply(&s, "r1", MESSAGE_OK, NULL);
    message_add_event(&s, "bye", NULL);
    assert_string_equal(
        s.data,
        "r1 session.ping\nr2 rescue.get {\"id\":1}\nr2 err {\"code\":\"busy\"}\nr1 ok {}\n* bye {}\n");
}

static void keys_have_their_length(void **state)
{
    char key[WIRE_KEY_MAX + 2];
    for (size_t n = 0; n <= WIRE_KEY_MAX + 1; n++) {
        memset(key, 'k', n);
        key[n] = '\0';
        assert_int_equal(message_key_valid(key), n >= WIRE_KEY_MIN && n <= WIRE_KEY_MAX);
    }
    assert_true(message_key_valid("0190163d-8694-739b-aea5-966c26f8ad91"));
    assert_false(message_key_valid("0190163d:8694"));
    assert_false(message_key_valid("with space"));
}

static void every_fault_has_its_text(void **state)
{
    for (int fault = 1; fault < MESSAGE_FAULTS; fault++)
        assert_true(strlen(message_fault_text((enum message_fault)fault)) > 0);
    assert_string_equal(message_kind_name(MESSAGE_EVENT), "event");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_taken_apart),      cmocka_unit_test(hostile_lines_are_named),
        cmocka_unit_test(a_nul_anywhere_is_named),       cmocka_unit_test(random_lines_do_no_harm),
        cmocka_unit_test(replies_are_taken_apart),       cmocka_unit_test(hostile_replies_are_named),
        cmocka_unit_test(what_is_written_is_read_again), cmocka_unit_test(keys_have_their_length),
        cmocka_unit_test(every_fault_has_its_text),
    };
    return run_all(tests);
}
