#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/time.h"
#include "base/uuid.h"
#include "tests/unit/test.h"

static void a_uuid_has_its_shape_and_the_time(void **state)
{
    char id[UUID_TEXT_SIZE];
    int64_t before = time_now().us / 1000, ms = 0;
    uuid_v7(id);
    assert_int_equal(strlen(id), 36);
    assert_int_equal(strspn(id, "0123456789abcdef-"), 36);
    assert_true(id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-');
    assert_int_equal(id[14], '7');
    assert_non_null(strchr("89ab", id[19]));
    unsigned char bytes[6];
    assert_int_equal(hex_decode(bytes, id, 8), 0);
    assert_int_equal(hex_decode(bytes + 4, id + 9, 4), 0);
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | bytes[i];
    assert_true(ms >= before && ms <= time_now().us / 1000);
}

static void uuids_differ_and_sort_by_time(void **state)
{
    char before[UUID_TEXT_SIZE] = "", id[UUID_TEXT_SIZE];
    for (int i = 0; i < 1000; i++) {
        uuid_v7(id);
        assert_string_not_equal(id, before);
        assert_true(strncmp(id, before, 13) >= 0);
        strcpy(before, id);
    }
}

static void hex_goes_both_ways(void **state)
{
    char text[9];
    unsigned char bytes[4];
    hex_encode(text, "\x00\x7f\x80\xff", 4);
    assert_string_equal(text, "007f80ff");
    assert_int_equal(hex_decode(bytes, "007F80fF", 8), 0);
    assert_memory_equal(bytes, "\x00\x7f\x80\xff", 4);
    assert_int_equal(hex_decode(bytes, "", 0), 0);
    hex_encode(text, "", 0);
    assert_string_equal(text, "");
    assert_int_equal(hex_decode(bytes, "abc", 3), -EINVAL);
    assert_int_equal(hex_decode(bytes, "0g", 2), -EINVAL);
    assert_int_equal(hex_decode(bytes, "g0", 2), -EINVAL);
    assert_int_equal(hex_decode(bytes, "0 ", 2), -EINVAL);
}

static void random_bytes_differ(void **state)
{
    unsigned char a[1000] = {0}, b[1000] = {0};
    random_bytes(a, sizeof(a));
    random_bytes(b, sizeof(b));
    random_bytes(b, 0);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_memory_not_equal(a + 500, b + 500, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uuid_has_its_shape_and_the_time),
        cmocka_unit_test(uuids_differ_and_sort_by_time),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(random_bytes_differ),
    };
    return run_all(tests);
}
