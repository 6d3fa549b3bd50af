/* The configuration: its table, defaults, bounds and the file. */
#include "../test.h"

#include "base/log.h"
#include "server/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int load(const char *text, struct settings *settings)
{
    char path[] = "/tmp/yizhan-settings-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int result = settings_load(path, settings);
    unlink(path);
    return result;
}

static void the_table_is_whole(void **state)
{
    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *row = &settings_table[i];
        assert_non_null(row->help);
        assert_true(strlen(row->help) > 10);
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        if (row->kind == SETTING_NUMBER)
            assert_true(row->min <= row->number && row->number <= row->max && row->min < row->max);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(row->name, settings_table[j].name);
    }
}

static void without_a_file_the_defaults(void **state)
{
    struct settings settings;
    assert_int_equal(settings_load(NULL, &settings), 0);
    assert_string_equal(settings.listen, "127.0.0.1:7719");
    assert_null(settings.database);
    assert_int_equal(settings.idle_seconds, 1800);
    assert_false(settings.tls_12);
    settings_finish(&settings);
}

static void a_file_changes_them(void **state)
{
    struct settings settings;
    assert_int_equal(load("# ours \"and\nlisten = \"[::1]:0\"\nworkers = 7\ntls_names = \"a # b \\\" # c\" # "
                          "d\ntls_12 = true # yes\n",
                          &settings),
                     0);
    assert_string_equal(settings.listen, "[::1]:0");
    assert_int_equal(settings.workers, 7);
    assert_true(settings.tls_12);
    assert_string_equal(settings.tls_names, "a # b \" # c");
    settings_override(&settings.listen, "10.0.0.1:1");
    settings_override(&settings.listen, NULL);
    assert_string_equal(settings.listen, "10.0.0.1:1");
    settings_finish(&settings);
}

static void what_is_wrong_is_refused(void **state)
{
    static const char *const files[] = {
        "nothing = 1\n",          "workers = -1\n",         "workers = 99999\n", "workers = many\n",
        "log_level = \"loud\"\n", "tls_cert = \"a.crt\"\n", "listen = \n"};
    struct settings settings;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        assert_true(load(files[i], &settings) < 0);
    assert_true(settings_load("/nonexistent/yizhand.conf", &settings) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(without_a_file_the_defaults),
        cmocka_unit_test(a_file_changes_them),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    log_set_fd(open("/dev/null", O_WRONLY));
    return run_all(tests);
}
