#include <string.h>
#include <sysexits.h>

#include "tests/unit/test.h"
#include "wire/error.h"

static void every_code_has_a_name_of_its_own(void **state)
{
    for (int code = ERR_NONE + 1; code < ERROR_CODES; code++) {
        const char *name = error_code_name((enum error_code)code);
        assert_true(strlen(name) > 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        assert_int_equal(error_code_parse(name), code);
        assert_in_range(error_code_exit((enum error_code)code), EX__BASE, EX__MAX);
    }
}

static void other_names_are_none(void **state)
{
    assert_int_equal(error_code_parse(""), ERR_NONE);
    assert_int_equal(error_code_parse("Busy"), ERR_NONE);
    assert_int_equal(error_code_parse("busy "), ERR_NONE);
    assert_string_equal(error_code_name(ERR_NONE), "");
    assert_int_equal(error_code_exit(ERR_NONE), 0);
}

static void scripts_can_tell_what_to_do(void **state)
{
    assert_int_equal(error_code_exit(ERR_BUSY), EX_TEMPFAIL);
    assert_int_equal(error_code_exit(ERR_FORBIDDEN), EX_NOPERM);
    assert_int_equal(error_code_exit(ERR_INVALID), EX_DATAERR);
    assert_int_equal(error_code_exit(ERR_UNAVAILABLE), EX_UNAVAILABLE);
    assert_int_equal(error_code_exit(ERR_UNKNOWN_OUTCOME), EX_IOERR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_of_its_own),
        cmocka_unit_test(other_names_are_none),
        cmocka_unit_test(scripts_can_tell_what_to_do),
    };
    return run_all(tests);
}
