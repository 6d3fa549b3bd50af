#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/unit/test.h"

static int pipe_out;

static int log_into_pipe(void **state)
{
    int fds[2];
    if (pipe(fds) < 0)
        return -1;
    pipe_out = fds[0];
    log_set_fd(fds[1]);
    unsetenv("JOURNAL_STREAM");
    return 0;
}

/* What was logged since, terminated. */
static char *logged(void)
{
    static char text[2 * LOG_LINE_MAX];
    log_error("end");
    ssize_t n = read(pipe_out, text, sizeof(text) - 1);
    assert_true(n > 0);
    text[n] = '\0';
    char *end = strstr(text, "end\n");
    assert_non_null(end);
    while (end > text && end[-1] != '\n')
        end--;
    *end = '\0';
    return text;
}

static void a_line_has_time_level_and_text(void **state)
{
    log_warn("%d of %s", 3, "four");
    char *text = logged();
    assert_int_equal(text[4], '-');
    assert_non_null(strstr(text, "Z warn: 3 of four\n"));
}

static void lines_below_the_level_are_not_written(void **state)
{
    log_set_level(LOG_LEVEL_ERROR);
    log_warn("not this");
    assert_string_equal(logged(), "");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("this");
    assert_non_null(strstr(logged(), "debug: this\n"));
    assert_int_equal(log_get_level(), LOG_LEVEL_DEBUG);
    log_set_level(LOG_LEVEL_INFO);
}

static void nothing_can_forge_a_line_or_steer_a_terminal(void **state)
{
    log_info("a\nb\x1b]0;x\x07 \xc2\x9b \xe2\x80\xae \xff 驿");
    char *text = logged();
    const char *clean = strstr(text, "info: ");
    assert_string_equal(clean, "info: a\xef\xbf\xbd"
                               "b\xef\xbf\xbd]0;x\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd 驿\n");
}

static void a_long_line_is_cut(void **state)
{
    log_info("%*d", 3 * LOG_LINE_MAX, 1);
    char *text = logged();
    size_t n = strlen(text);
    assert_in_range(n, LOG_LINE_MAX - 4, LOG_LINE_MAX);
    assert_int_equal(text[n - 1], '\n');
}

static void a_cut_leaves_whole_characters(void **state)
{
    char text[LOG_LINE_MAX];
    memset(text, '\x01', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    log_info("%s", text);
    char *line = logged();
    size_t n = strlen(line);
    assert_true(n <= LOG_LINE_MAX);
    assert_memory_equal(line + n - 4, "\xef\xbf\xbd\n", 4);
}

static void errno_is_left_alone(void **state)
{
    errno = EBUSY;
    log_info("x");
    assert_int_equal(errno, EBUSY);
    logged();
}

static void levels_are_read_by_name(void **state)
{
    enum log_level level;
    assert_int_equal(log_level_parse("warn", &level), 0);
    assert_int_equal(level, LOG_LEVEL_WARN);
    assert_int_equal(log_level_parse("Warn", &level), -EINVAL);
    assert_int_equal(log_level_parse("", &level), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_and_text),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(nothing_can_forge_a_line_or_steer_a_terminal),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_cut_leaves_whole_characters),
        cmocka_unit_test(errno_is_left_alone),
        cmocka_unit_test(levels_are_read_by_name),
    };
    return cmocka_run_group_tests(tests, log_into_pipe, NULL);
}
