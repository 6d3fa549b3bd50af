/* What a call system says, out of conversations of Asterisk 16, 18 and 20 (the corpus of the fuzzer): whole, byte by byte, and with what nobody
 * should send. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "server/gateway/ami_call.h"
#include "tests/unit/test.h"

static struct str told;
static struct ami_calls calls;
static struct ami_parser parser;

static void tell(void *context, const struct telephone_event *event)
{
    static const char *const kinds[] = {[TELEPHONE_CALL] = "call",     [TELEPHONE_QUEUE] = "queue",
                                        [TELEPHONE_RING] = "ring",     [TELEPHONE_RING_END] = "ring_end",
                                        [TELEPHONE_ANSWER] = "answer", [TELEPHONE_RECORDING] = "recording",
                                        [TELEPHONE_END] = "end",       [TELEPHONE_REFUSED] = "refused",
                                        [TELEPHONE_LIVE] = "live"};
    static const char *const directions[] = {"in", "out", "inside"};
    (void)context;
    str_addf(&told, "%s %s", kinds[event->kind], event->kind == TELEPHONE_LIVE ? "" : event->call);
    if (event->kind == TELEPHONE_CALL)
        str_addf(&told, " %s %s", directions[event->direction], event->number);
    if (event->extension && *event->extension)
        str_addf(&told, " at %s", event->extension);
    if (event->queue)
        str_addf(&told, " %s", event->queue);
    if (event->recording)
        str_addf(&told, " %s", event->recording);
    if (event->kind == TELEPHONE_END || event->kind == TELEPHONE_REFUSED)
        str_addf(&told, " %d", event->cause);
    if (event->kind == TELEPHONE_LIVE)
        str_addf(&told, "%zu", event->ncalls);
    str_add_char(&told, '\n');
}

static bool has_extension(void *context, const char *extension)
{
    (void)context;
    return strcmp(extension, "8001") == 0 || strcmp(extension, "8002") == 0;
}

static int begin(void **state)
{
    (void)state;
    str_init(&told, NULL);
    ami_parser_init(&parser);
    ami_calls_init(&calls, NULL, tell, has_extension);
    return 0;
}

static int end(void **state)
{
    (void)state;
    str_finish(&told);
    ami_parser_finish(&parser);
    ami_calls_finish(&calls);
    return 0;
}

static size_t feed(const char *bytes, size_t n, size_t piece)
{
    struct ami_message message;
    size_t messages = 0;
    for (size_t at = 0, used; at < n; at += used) {
        if (!ami_parse(&parser, bytes + at, MIN(piece, n - at), &used, &message))
            continue;
        messages++;
        ami_calls_take(&calls, &message);
    }
    return messages;
}

static char *recorded(const char *name, size_t *n_r)
{
    char path[512];
    snprintf(path, sizeof(path), FOLDER "/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = malloc(64 * 1024);
    *n_r = fread(text, 1, 64 * 1024, file);
    fclose(file);
    return text;
}

static void check_conversation(const char *name, bool listing, const char *expected)
{
    size_t n;
    char *text = recorded(name, &n);
    for (size_t piece = 1; piece <= n; piece = piece < 7 ? piece + 1 : piece * 13) {
        end(NULL);
        begin(NULL);
        calls.listing = listing;
        feed(text, n, piece);
        assert_string_equal(told.data, expected);
        assert_int_equal(map_count(&calls.legs), 0);
        assert_int_equal(map_count(&calls.calls), 0);
    }
    free(text);
}

static void test_queue(void **state)
{
    (void)state;
    check_conversation(
        "queue_16", false,
        "call 1700000000.42 in 013800138000\n"
        "recording 1700000000.42 /var/spool/asterisk/monitor/2026/11/q-rescue-013800138000.wav\n"
        "queue 1700000000.42 rescue\n"
        "queue 1700000000.42 rescue\n"
        "ring 1700000000.42 at 8001\n"
        "ring_end 1700000000.42 at 8001\n"
        "queue 1700000000.42 rescue\n"
        "ring 1700000000.42 at 8002\n"
        "answer 1700000000.42 at 8002\n"
        "answer 1700000000.42 at 8002\n"
        "queue 1700000000.42 rescue\n"
        "answer 1700000000.42 at 8002\n"
        "end 1700000000.42 16\n");
}

static void test_direct(void **state)
{
    (void)state;
    check_conversation("direct_18", false,
                       "call 1700000100.1 in +8613800138000\n"
                       "ring 1700000100.1 at 8001\n"
                       "ring_end 1700000100.1 at 8001\n"
                       "end 1700000100.1 16\n"
                       "call 1700000200.3 out 13900139000 at 8003\n"
                       "ring 1700000200.3 at trunk-gz\n"
                       "ring_end 1700000200.3 at trunk-gz\n"
                       "end 1700000200.3 17\n");
}

static void test_what_there_is_and_a_transfer(void **state)
{
    size_t n;
    (void)state;
    char *text = recorded("joined_20", &n);
    calls.listing = true;
    feed(text, n, n);
    assert_non_null(strstr(told.data, "call 1700000300.1 in 02087654321\ncall 1700000310.3 in \nlive 2\n"));
    assert_non_null(strstr(told.data, "answer 1700000300.1 at 8001\n"));
    assert_non_null(strstr(told.data, "ring 1700000310.3 at 8002\n"));
    assert_non_null(
        strstr(told.data,
               "answer 1700000310.3 at 8002\nend 1700000310.3 16\ncall 1700000400.5 inside 8002 at 8001\n"));
    assert_non_null(strstr(told.data, "end 1700000400.5 16\nend 1700000300.1 16\nrefused yizhan-77 19\n"));
    assert_int_equal(map_count(&calls.legs) + map_count(&calls.calls), 0);
    free(text);
}

static size_t feed_text(const char *text)
{
    return feed(text, strlen(text), 4096);
}

static void test_limits(void **state)
{
    (void)state;
    char *big = malloc(AMI_MESSAGE_MAX * 4 + 64);
    memset(big, 'x', AMI_MESSAGE_MAX * 4);
    assert_int_equal(feed(big, AMI_MESSAGE_MAX * 4, 1000), 0);
    assert_true(parser.line.cap <= 4 * AMI_LINE_MAX);
    assert_int_equal(feed_text("\r\n\r\nEvent: A\r\n\r\n"), 1); /* the line without an end has ended */
    assert_int_equal(parser.dropped, 1);
    for (int i = 0; i < 5000; i++)
        feed_text("Key: value\r\n");
    assert_true(parser.text.cap <= 4 * AMI_MESSAGE_MAX);
    feed_text("\r\n");
    for (int i = 0; i < 40; i++) {
        feed_text("Key: ");
        feed(big, 2000, 2000);
        feed_text("\r\n");
    }
    size_t before = parser.dropped;
    assert_int_equal(feed_text("\r\n"), 0); /* too long a message is none */
    assert_true(before > 1);
    assert_int_equal(feed_text("Event: B\r\n\r\n"), 1);
    free(big);
}

static void test_legs_are_limited(void **state)
{
    char text[200];
    (void)state;
    for (int i = 0; i < AMI_LEGS_MAX + 100; i++) {
        snprintf(text, sizeof(text),
                 "Event: Newchannel\r\nUniqueid: u%d\r\nLinkedid: l%d\r\nChannel: PJSIP/t-%d\r\n\r\n", i, i,
                 i);
        feed_text(text);
    }
    assert_int_equal(map_count(&calls.legs), AMI_LEGS_MAX);
    assert_int_equal(calls.dropped, 100);
}

static void test_values(void **state)
{
    struct ami_message message;
    size_t used;
    static const char text[] = "Event: \x1b[2Jx\r\nevent: second\r\n:none\r\nEmpty:\r\nC: a: b\r\n\r\n";
    (void)state;
    assert_true(ami_parse(&parser, text, sizeof(text) - 1, &used, &message));
    assert_int_equal(used, sizeof(text) - 1);
    assert_string_equal(ami_value(&message, "EVENT"),
                        " [2Jx"); /* the first counts, without what a terminal would obey */
    assert_string_equal(ami_value(&message, "Empty"), "");
    assert_string_equal(ami_value(&message, "Missing"), "");
    assert_string_equal(ami_value(&message, "C"), "a: b");
}

static void test_peers(void **state)
{
    static const char *const peers[][2] = {{"PJSIP/8001-00000a1f", "8001"},
                                           {"SIP/trunk-gz-0000002a", "trunk-gz"},
                                           {"Local/8001@from-queue-00000007;2", "8001"},
                                           {"Local/8001@from-queue/n", "8001"},
                                           {"PJSIP/8001", "8001"},
                                           {"DAHDI/1-1", "1"},
                                           {"Nonsense", ""},
                                           {"", ""},
                                           {"PJSIP/", ""}};
    char out[16];
    (void)state;
    for (size_t i = 0; i < array_len(peers); i++) {
        ami_peer(peers[i][0], out, sizeof(out));
        assert_string_equal(out, peers[i][1]);
    }
    ami_peer("PJSIP/0123456789012345-1", out, sizeof(out));
    assert_string_equal(out, ""); /* cut off it would be another's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_queue, begin, end),
        cmocka_unit_test_setup_teardown(test_direct, begin, end),
        cmocka_unit_test_setup_teardown(test_what_there_is_and_a_transfer, begin, end),
        cmocka_unit_test_setup_teardown(test_limits, begin, end),
        cmocka_unit_test_setup_teardown(test_legs_are_limited, begin, end),
        cmocka_unit_test_setup_teardown(test_values, begin, end),
        cmocka_unit_test_setup_teardown(test_peers, begin, end),
    };
    return run_all(tests);
}
