#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"
#include "wire/json.h"
#include "wire/piece.h"

/* What is read by hand is what the general reader reads. */
static void same(const char *json)
{
    struct json_fault fault;
    json_t *piece = piece_read(json, strlen(json)), *other = json_read_reply(json, strlen(json), &fault);
    assert_non_null(piece);
    assert_non_null(other);
    assert_true(json_equal(piece, other));
    json_decref(piece);
    json_decref(other);
}

static void test_pieces(void **state)
{
    same("{\"at\":0,\"text\":\"\"}");
    same("{\"at\":12345678901,\"text\":\"编号,名称\\n1,\\\"a, b\\\"\\r\\n\"}");
    same("{\"at\":7,\"text\":\"\\\\ \\/ \\b\\f\\t \\u0001 \\u00e9 \\u0085 \\u4e2d\"}");
    same("{\"at\":7,\"data\":\"JVBERi0xLjc=\"}");
}

static void test_what_is_not_written_so_is_left_to_the_other(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"at\":0}",
        "{\"at\":,\"text\":\"\"}",
        "{\"at\":-1,\"text\":\"\"}",
        "{\"at\":1,\"text\":\"}",
        "{\"at\":1,\"text\":\"a\"b\"}",
        "{\"at\":1,\"text\":\"a\\\"}",
        "{\"at\":1,\"text\":\"\\x\"}",
        "{\"at\":1,\"text\":\"\\u12\"}",
        "{\"at\":1,\"text\":\"\\u0000\"}",
        "{\"at\":1,\"text\":\"\\ud83d\\ude00\"}",
        "{\"at\":1,\"text\":\"a\",\"b\":\"c\"}",
        "{\"at\":1111111111111111111111,\"text\":\"\"}",
        " {\"at\":1,\"text\":\"\"}",
        "{\"text\":\"\",\"at\":1}",
        "{\"at\":1,\"other\":\"\"}",
    };
    for (size_t i = 0; i < array_len(texts); i++)
        assert_null(piece_read(texts[i], strlen(texts[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_what_is_not_written_so_is_left_to_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
