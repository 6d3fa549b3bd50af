#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "tests/unit/test.h"
#include "wire/json.h"
#include "wire/limits.h"

static enum json_fault_kind scan_n(const char *text, size_t n)
{
    struct json_fault fault;
    char *copy = memory_alloc(n); /* not terminated, so that a step too far is seen */
    memcpy(copy, text, n);
    int result = json_scan(copy, n, &fault);
    assert_int_equal(result, fault.kind);
    assert_true(fault.at <= n);
    free(copy);
    return fault.kind;
}

static enum json_fault_kind scan(const char *text)
{
    return scan_n(text, strlen(text));
}

/* Scanned and parsed: the fault, or none. */
static enum json_fault_kind read_fault(const char *text)
{
    struct json_fault fault = {0};
    json_t *value = json_read(text, strlen(text), &fault);
    assert_int_equal(value == NULL, fault.kind != JSON_FAULT_NONE);
    json_decref(value);
    return fault.kind;
}

static void good_json_is_read(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        " { \"a\" : [ 1 , -2.5e3 , true , false , null , \"x\" ] } ",
        "{\"粤A\":\"驿站\"}",
        "{\"a\":\"\\u9a7f\\n\\t\\\"\\\\\\/\"}",
        "{\"a\":\"\\ud83d\\ude97\"}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "{\"a\":\":::,,,{{{[[[\"}",
    };
    for (size_t i = 0; i < array_len(texts); i++)
        assert_int_equal(read_fault(texts[i]), JSON_FAULT_NONE);
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "}",
        "[1",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{]",
        "[}",
        "{}{}",
        "{} x",
        "[1 2]",
        "[+1]",
        "[01]",
        "[1.]",
        "[.5]",
        "[-]",
        "[1e]",
        "[--1]",
        "[tru]",
        "[nul]",
        "[NaN]",
        "[Infinity]",
        "\"text\"",
        "1",
        "null",
        "[\"a]",
        "[\"\\x41\"]",
        "[\"\\u12\"]",
        "[\"\\u12g4\"]",
        "[\"\\",
        "[\"\\u",
        "[1/*x*/]",
        "{\"a\":1 \"b\":2}",
        "[,1]",
        "{\"a\"::1}",
        "\xef\xbb\xbf{}",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        if (read_fault(texts[i]) != JSON_FAULT_SYNTAX)
            fail_msg("%s", texts[i]);
    }
}

static void depth_is_limited(void **state)
{
    char text[64] = "";
    for (int depth = 1; depth <= 20; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        assert_int_equal(read_fault(text), depth <= WIRE_JSON_DEPTH_MAX ? JSON_FAULT_NONE : JSON_FAULT_DEPTH);
    }
    char *deep = memory_alloc(60000);
    memset(deep, '[', 60000);
    assert_int_equal(scan_n(deep, 60000), JSON_FAULT_DEPTH);
    free(deep);
}

static void keys_are_counted_over_the_whole_message(void **state)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    for (int keys = 255; keys <= 257; keys++) {
        str_clear(&s);
        str_add(&s, "[");
        for (int i = 0; i < keys; i++)
            str_addf(&s, "%s{\"k\":%d}", i ? "," : "", i);
        str_add(&s, "]");
        assert_int_equal(read_fault(s.data), keys <= WIRE_JSON_KEYS_MAX ? JSON_FAULT_NONE : JSON_FAULT_KEYS);
    }
}

static void duplicate_keys_are_refused(void **state)
{
    assert_int_equal(read_fault("{\"a\":1,\"a\":1}"), JSON_FAULT_DUPLICATE);
    assert_int_equal(read_fault("{\"a\":1,\"\\u0061\":2}"), JSON_FAULT_DUPLICATE);
    assert_int_equal(read_fault("[{\"b\":{\"a\":1,\"c\":2,\"a\":3}}]"), JSON_FAULT_DUPLICATE);
    assert_int_equal(read_fault("[{\"a\":1},{\"a\":1}]"), JSON_FAULT_NONE);
    struct json_fault fault;
    assert_null(json_read_reply("{\"a\":1,\"a\":1}", 13, &fault));
    assert_int_equal(fault.kind, JSON_FAULT_DUPLICATE);
}

static void integers_fit_64_bits(void **state)
{
    assert_int_equal(read_fault("[9223372036854775807,-9223372036854775807,0,-0]"), JSON_FAULT_NONE);
    assert_int_equal(read_fault("[9223372036854775808]"), JSON_FAULT_RANGE);
    assert_int_equal(read_fault("[-9223372036854775808]"), JSON_FAULT_RANGE); /* our null */
    assert_int_equal(read_fault("[-9223372036854775809]"), JSON_FAULT_RANGE);
    assert_int_equal(read_fault("[18446744073709551616]"), JSON_FAULT_RANGE);
    assert_int_equal(read_fault("[99999999999999999999999999]"), JSON_FAULT_RANGE);
    assert_int_equal(read_fault("[1e400]"), JSON_FAULT_RANGE);
    assert_int_equal(read_fault("[1e300]"), JSON_FAULT_NONE);
    assert_int_equal(read_fault("[0.00000000000000000000000000000000000000000000000000000000000000000001]"),
                     JSON_FAULT_RANGE);
}

static void control_characters_are_refused(void **state)
{
    static const char *const texts[] = {
        "[\"\x01\"]",    "[\"a\nb\"]",    "[\"a\tb\"]",    "[\"\x7f\"]",    "[\"\xc2\x9b\"]",
        "[\"\\u0000\"]", "[\"\\u001b\"]", "[\"\\u0007\"]", "[\"\\b\"]",     "[\"\\f\"]",
        "[\"\\r\"]",     "[\"\\u009b\"]", "[\"\\u2028\"]", "[\"\\u007f\"]", "{\"\\u0000\":1}",
        "{\"a\x1b\":1}", "[\"\\u000d\"]",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        if (read_fault(texts[i]) != JSON_FAULT_TEXT)
            fail_msg("%s", texts[i]);
    }
    assert_int_equal(read_fault("[\"a\\nb\\tc\\u000a\\u0009\"]"), JSON_FAULT_NONE);
    assert_int_equal(scan_n("[\"\0\"]", 5), JSON_FAULT_TEXT);
    assert_int_equal(scan_n("[1,\0]", 5), JSON_FAULT_SYNTAX);
    assert_int_equal(scan_n("{}\0", 3), JSON_FAULT_SYNTAX);
    assert_int_equal(scan_n("[1\0", 3), JSON_FAULT_SYNTAX);
}

static void hidden_characters_are_refused(void **state)
{
    assert_int_equal(scan("[\"\xe2\x80\xae\"]"), JSON_FAULT_TEXT);
    assert_int_equal(scan("[\"\\u202e\"]"), JSON_FAULT_TEXT);
    assert_int_equal(scan("[\"\\u200B\"]"), JSON_FAULT_TEXT);
    assert_int_equal(scan("[\"\\ufeff\"]"), JSON_FAULT_TEXT);
    assert_int_equal(scan("[\"\\udb40\\udc41\"]"), JSON_FAULT_TEXT); /* a tag */
    assert_int_equal(scan("{\"\xe2\x81\xa6\":1}"), JSON_FAULT_TEXT);
}

static void broken_text_is_refused(void **state)
{
    static const char *const texts[] = {
        "[\"\xff\"]",           "[\"\xe9\xa9\"]",   "[\"\xc0\x80\"]",       "[\"\xed\xa0\x80\"]",
        "[\"\\ud83d\"]",        "[\"\\ude97\"]",    "[\"\\ud83d\\u0041\"]", "[\"\\ud83dx\"]",
        "[\"\\ude97\\ud83d\"]", "[\"\\ud83d\\n\"]", "[\"\\ud83d\\ud83d\"]",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        if (read_fault(texts[i]) != JSON_FAULT_UTF8)
            fail_msg("%s", texts[i]);
    }
    assert_int_equal(scan("[\"\\ud83d\\ue000\"]"), JSON_FAULT_UTF8);
    assert_int_equal(scan("[\"\\ud83d\\"), JSON_FAULT_UTF8);
    assert_int_equal(scan("[\"\\ud83d\\u"), JSON_FAULT_SYNTAX);
}

static void the_place_of_a_fault_is_told(void **state)
{
    struct json_fault fault;
    assert_int_equal(json_scan("{\"a\":\x01}", 7, &fault), JSON_FAULT_SYNTAX);
    assert_int_equal(fault.at, 5);
    for (int kind = 1; kind < JSON_FAULT_KINDS; kind++)
        assert_true(strlen(json_fault_text((enum json_fault_kind)kind)) > 0);
}

static void a_cut_message_is_refused_everywhere(void **state)
{
    static const char text[] = "{\"a\":[1,-2.5,true,null,\"\\ud83d\\ude97 驿\"],\"b\":{\"c\":false}}";
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        struct json_fault fault;
        scan_n(text, n);
        assert_null(json_read(text, n, &fault));
    }
    assert_int_equal(read_fault(text), JSON_FAULT_NONE);
}

static void random_json_does_no_harm(void **state)
{
    static const char likely[] = "{}[]\"\":,\\u0d8e19-.etrufalsn \xe9\xa9\xbf\x01\xff";
    struct rng rng;
    rng_seed(&rng, 6);
    for (int i = 0; i < 20000; i++) {
        char text[48];
        struct json_fault fault;
        size_t n = (size_t)rng_range(&rng, 0, sizeof(text));
        for (size_t k = 0; k < n; k++)
            text[k] = likely[rng_range(&rng, 0, sizeof(likely) - 1)];
        scan_n(text, n);
        json_decref(json_read(text, n, &fault));
        json_decref(json_read_reply(text, n, &fault));
    }
}

static void replies_may_have_more_keys_and_any_text(void **state)
{
    struct str s cleanup(cleanup_str);
    struct json_fault fault = {JSON_FAULT_SYNTAX, 1};
    str_init(&s, NULL);
    str_add(&s, "{");
    for (int i = 0; i < 1000; i++)
        str_addf(&s, "%s\"k%d\":\"\\u202e\"", i ? "," : "", i);
    str_add(&s, "}");
    json_t *value = json_read_reply(s.data, s.len, &fault);
    assert_int_equal(json_object_size(value), 1000);
    assert_int_equal(fault.kind, JSON_FAULT_NONE);
    json_decref(value);
    assert_null(json_read_reply("{\"a\":\"\\u0000\"}", 14, &fault));
    assert_int_equal(fault.kind, JSON_FAULT_TEXT);
    assert_null(json_read_reply("{\"a\"", 4, &fault));
    assert_int_equal(fault.kind, JSON_FAULT_SYNTAX);
}

static void values_are_got_by_type(void **state)
{
    static const char text[] =
        "{\"i\":5,\"r\":1.5,\"b\":true,\"f\":false,\"t\":\"x\",\"n\":null,\"o\":{},\"a\":[]}";
    struct json_fault fault;
    json_t *object = json_read(text, sizeof(text) - 1, &fault);
    int64_t i = 42;
    double r = 42;
    bool b = false;
    const char *t = NULL;
    assert_int_equal(json_get_int(object, "i", &i), JSON_GET_FOUND);
    assert_int_equal(i, 5);
    assert_int_equal(json_get_int(object, "r", &i), JSON_GET_WRONG);
    assert_int_equal(json_get_int(object, "t", &i), JSON_GET_WRONG);
    assert_int_equal(json_get_int(object, "n", &i), JSON_GET_NULL);
    assert_int_equal(json_get_int(object, "x", &i), JSON_GET_MISSING);
    assert_int_equal(json_get_int(NULL, "i", &i), JSON_GET_MISSING);
    assert_int_equal(i, 5);
    assert_int_equal(json_get_real(object, "r", &r), JSON_GET_FOUND);
    assert_true(r == 1.5);
    assert_int_equal(json_get_real(object, "i", &r), JSON_GET_FOUND);
    assert_true(r == 5);
    assert_int_equal(json_get_real(object, "b", &r), JSON_GET_WRONG);
    assert_int_equal(json_get_bool(object, "b", &b), JSON_GET_FOUND);
    assert_true(b);
    assert_int_equal(json_get_bool(object, "f", &b), JSON_GET_FOUND);
    assert_false(b);
    assert_int_equal(json_get_bool(object, "i", &b), JSON_GET_WRONG);
    assert_int_equal(json_get_text(object, "t", &t), JSON_GET_FOUND);
    assert_string_equal(t, "x");
    assert_int_equal(json_get_text(object, "n", &t), JSON_GET_NULL);
    assert_int_equal(json_get_text(object, "i", &t), JSON_GET_WRONG);
    json_decref(object);
}

static void values_are_written_compactly_in_order(void **state)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    str_add(&s, "> ");
    json_t *value = json_pack("{s:I,s:s,s:f,s:n,s:[b,b]}", "z", (json_int_t)INT64_MAX, "a", "驿\n", "lon",
                              113.2644, "n", "l", 1, 0);
    json_write(value, &s);
    assert_string_equal(
        s.data,
        "> {\"z\":9223372036854775807,\"a\":\"驿\\n\",\"lon\":113.2644,\"n\":null,\"l\":[true,false]}");
    json_decref(value);
    str_clear(&s);
    json_write(json_true(), &s);
    assert_string_equal(s.data, "true");
    str_clear(&s);
    json_write(NULL, &s);
    assert_string_equal(s.data, "null");
}

static int begin(void **state)
{
    json_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_json_is_read),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(keys_are_counted_over_the_whole_message),
        cmocka_unit_test(duplicate_keys_are_refused),
        cmocka_unit_test(integers_fit_64_bits),
        cmocka_unit_test(control_characters_are_refused),
        cmocka_unit_test(hidden_characters_are_refused),
        cmocka_unit_test(broken_text_is_refused),
        cmocka_unit_test(the_place_of_a_fault_is_told),
        cmocka_unit_test(a_cut_message_is_refused_everywhere),
        cmocka_unit_test(random_json_does_no_harm),
        cmocka_unit_test(replies_may_have_more_keys_and_any_text),
        cmocka_unit_test(values_are_got_by_type),
        cmocka_unit_test(values_are_written_compactly_in_order),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
