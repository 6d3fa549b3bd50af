#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "tests/unit/test.h"
#include "wire/frame.h"

static struct frame frame;

static int begin(void **state)
{
    frame_init(&frame, 8);
    return 0;
}

static int end(void **state)
{
    frame_finish(&frame);
    return 0;
}

static void feed(const char *text)
{
    frame_feed(&frame, text, strlen(text));
}

static void assert_line(const char *text)
{
    char *line;
    size_t len;
    assert_int_equal(frame_next(&frame, &line, &len), FRAME_LINE);
    assert_int_equal(len, strlen(text));
    assert_string_equal(line, text);
    memset(line, 'x', len); /* it is the caller's to change */
}

static void assert_next(enum frame_result result)
{
    char *line;
    size_t len;
    assert_int_equal(frame_next(&frame, &line, &len), result);
}

static void many_lines_in_one_feed(void **state)
{
    assert_next(FRAME_NONE);
    feed("one\ntwo\n\nfour\nfi");
    assert_line("one");
    assert_line("two");
    assert_line("");
    assert_line("four");
    assert_next(FRAME_NONE);
    assert_int_equal(frame_pending(&frame), 2);
    assert_next(FRAME_NONE);
    feed("ve\n");
    assert_line("five");
    assert_next(FRAME_NONE);
    assert_int_equal(frame_pending(&frame), 0);
}

static void one_byte_per_feed(void **state)
{
    const char *text = "ab\r\n\ncd\n";
    static const char *const lines[] = {"ab", "", "cd"};
    int seen = 0;
    for (; *text; text++) {
        frame_feed(&frame, text, 1);
        if (*text == '\n')
            assert_line(lines[seen++]);
        assert_next(FRAME_NONE);
    }
    assert_int_equal(seen, 3);
}

static void one_cr_before_the_lf_is_stripped(void **state)
{
    feed("a\r\n\r\nb\r\r\nc\rd\n");
    assert_line("a");
    assert_line("");
    assert_line("b\r");
    assert_line("c\rd");
}

static void a_nul_is_left_in_the_line(void **state)
{
    char *line;
    size_t len;
    frame_feed(&frame, "a\0b\n", 4);
    assert_int_equal(frame_next(&frame, &line, &len), FRAME_LINE);
    assert_int_equal(len, 3);
    assert_memory_equal(line, "a\0b", 4);
}

static void the_limit_counts_without_the_lf(void **state)
{
    feed("12345678\n123456789\n1234567\r\nok\n");
    assert_line("12345678");
    assert_next(FRAME_TOO_LONG);
    assert_line("1234567");
    assert_line("ok");
    assert_next(FRAME_NONE);
}

static void a_line_too_long_is_told_once_and_dropped(void **state)
{
    feed("12345678");
    assert_next(FRAME_NONE);
    feed("9");
    assert_next(FRAME_TOO_LONG);
    assert_int_equal(frame_pending(&frame), 1);
    for (int i = 0; i < 1000; i++) {
        feed("0123456789");
        assert_next(FRAME_NONE);
        assert_int_equal(frame.in.len, 0);
    }
    feed("end\nnext\n");
    assert_line("next");
    assert_next(FRAME_NONE);
    assert_int_equal(frame_pending(&frame), 0);
}

static void each_line_too_long_is_told(void **state)
{
    feed("aaaaaaaaaaaa\nbbbbbbbbbbbb\nc\n");
    assert_next(FRAME_TOO_LONG);
    assert_next(FRAME_TOO_LONG);
    assert_line("c");
}

static void the_limit_can_grow_and_shrink(void **state)
{
    feed("123456789\n123\n");
    frame_set_limit(&frame, 9);
    assert_line("123456789");
    frame_set_limit(&frame, 2);
    assert_next(FRAME_TOO_LONG);
}

static void an_idle_frame_keeps_little_memory(void **state)
{
    char *large = memory_alloc(100000);
    memset(large, 'x', 100000);
    large[99999] = '\n';
    frame_set_limit(&frame, 100000);
    frame_feed(&frame, large, 100000);
    assert_next(FRAME_LINE);
    assert_next(FRAME_NONE);
    assert_true(frame.in.cap <= 4096);
    free(large);
    feed("still\n");
    assert_line("still");
}

/* However a stream is cut, the lines are the same. */
static void any_cut_gives_the_same_lines(void **state)
{
    static const char stream[] = "a\nbb\r\n\nlonger than eight\nccc\r\nd\n12345678\n123456789\nlast\n";
    static const char *const lines[] = {"a", "bb", "", NULL, "ccc", "d", "12345678", NULL, "last"};
    struct rng rng;
    rng_seed(&rng, 2);
    for (int round = 0; round < 500; round++) {
        size_t at = 0, seen = 0;
        while (at < sizeof(stream) - 1) {
            size_t n = (size_t)rng_range(&rng, 1, 12);
            n = MIN(n, sizeof(stream) - 1 - at);
            frame_feed(&frame, stream + at, n);
            at += n;
            char *line;
            size_t len;
            enum frame_result result;
            while ((result = frame_next(&frame, &line, &len)) != FRAME_NONE) {
                assert_int_equal(result, lines[seen] ? FRAME_LINE : FRAME_TOO_LONG);
                if (lines[seen])
                    assert_string_equal(line, lines[seen]);
                seen++;
            }
        }
        assert_int_equal(seen, array_len(lines));
    }
}

#define frame_test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        frame_test(many_lines_in_one_feed),
        frame_test(one_byte_per_feed),
        frame_test(one_cr_before_the_lf_is_stripped),
        frame_test(a_nul_is_left_in_the_line),
        frame_test(the_limit_counts_without_the_lf),
        frame_test(a_line_too_long_is_told_once_and_dropped),
        frame_test(each_line_too_long_is_told),
        frame_test(the_limit_can_grow_and_shrink),
        frame_test(an_idle_frame_keeps_little_memory),
        frame_test(any_cut_gives_the_same_lines),
    };
    return run_all(tests);
}
