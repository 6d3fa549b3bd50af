/* The migrations runner against a real PostgreSQL, with small files of its own; then the server's own files. */
#include "base/log.h"
#include "base/time.h"
#include "database.h"
#include "schema/files.h"
#include "server/db/migrate.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct schema_file files[] = {
    {"001_a.sql", "aa", "CREATE TABLE a (n int); -- 注释\nINSERT INTO a VALUES (1); SELECT pg_sleep(0.3);"},
    {"002_b.sql", "bb", "CREATE TABLE b (n int);"},
    {"010_c.sql", "cc", "CREATE TABLE c (n int);"},
};

static int setup(void **state)
{
    log_set_level(LOG_LEVEL_ERROR + 1);
    if (database_setup(state))
        return -1;
    database_run("GRANT CREATE ON SCHEMA public TO yizhan_owner");
    return 0;
}

static enum migrate_fault migrate(const struct schema_file *list, size_t count)
{
    return migrate_run(database_conninfo("yizhan_owner"), list, count, time_monotonic_ms() + 10000);
}

static enum migrate_fault check(const struct schema_file *list, size_t count)
{
    return migrate_check(database_conninfo("yizhan_app"), list, count, time_monotonic_ms() + 10000);
}

static void *migrate_beside(void *arg)
{
    *(enum migrate_fault *)arg =
        migrate_run(database_conninfo("yizhan_owner"), files, 2, time_monotonic_ms() + 10000);
    return NULL;
}

static void two_servers_apply_once(void **state)
{
    (void)state;
    pthread_t threads[2];
    enum migrate_fault faults[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, migrate_beside, &faults[i]);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(faults[i], MIGRATE_OK);
    }
    assert_string_equal(database_value("SELECT string_agg(name || sha256, ' ' ORDER BY name) FROM migration"),
                        "001_a.sqlaa 002_b.sqlbb");
    assert_string_equal(database_value("SELECT count(*) FROM a"), "1");
    assert_int_equal(check(files, 2), MIGRATE_OK);
    assert_int_equal(migrate(files, 2), MIGRATE_OK);
}

static void later_files_follow(void **state)
{
    (void)state;
    assert_int_equal(check(files, 3), MIGRATE_BEHIND);
    assert_int_equal(migrate(files, 3), MIGRATE_OK);
    assert_string_equal(database_value("SELECT count(*) FROM migration"), "3");
}

static void newer_database_is_refused(void **state)
{
    (void)state;
    assert_int_equal(migrate(files, 2), MIGRATE_NEWER);
    assert_int_equal(check(files, 2), MIGRATE_NEWER);
}

static void changed_file_is_refused(void **state)
{
    (void)state;
    struct schema_file changed[3];
    memcpy(changed, files, sizeof(files));
    changed[1].sha256 = "b2";
    assert_int_equal(migrate(changed, 3), MIGRATE_CHANGED);
}

static void late_comer_is_refused(void **state)
{
    (void)state;
    struct schema_file more[] = {files[0], files[1], {"003_late.sql", "ll", "SELECT 1"}, files[2]};
    assert_int_equal(migrate(more, 4), MIGRATE_DISORDER);
}

static void failed_file_leaves_nothing(void **state)
{
    (void)state;
    struct schema_file more[] = {
        files[0],
        files[1],
        files[2],
        {"011_d.sql", "dd", "CREATE TABLE d (n int)"},
        {"012_bad.sql", "ee", "CREATE TABLE e (n int);\n-- 二\nCREATE TABLE e (n int);"}};
    assert_int_equal(migrate(more, 5), MIGRATE_FAILED);
    assert_string_equal(database_value("SELECT to_regclass('d') IS NOT NULL AND to_regclass('e') IS NULL"),
                        "t");
    assert_string_equal(database_value("SELECT max(name) FROM migration"), "011_d.sql");
    more[4].text = "CREATE TABLE e (n int); COMMIT;";
    assert_int_equal(migrate(more, 5), MIGRATE_FAILED);
    database_run("DROP TABLE IF EXISTS e");
    more[4].text = "SELECT 1";
    assert_int_equal(migrate(more, 5), MIGRATE_OK);
}

static void no_database_is_unavailable(void **state)
{
    (void)state;
    assert_int_equal(migrate_run("host=/nonexistent dbname=x", files, 2, time_monotonic_ms() + 300),
                     MIGRATE_UNAVAILABLE);
    assert_int_equal(migrate_run("nonsense", files, 2, time_monotonic_ms() + 300), MIGRATE_UNAVAILABLE);
}

static void own_files_apply(void **state)
{
    (void)state;
    database_run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    database_run(database_setup_text("setup_database.sql"));
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(migrate(schema_migrations, schema_migrations_count), MIGRATE_OK);
    assert_int_equal(migrate(schema_migrations, schema_migrations_count), MIGRATE_OK);
    assert_int_equal(check(schema_migrations, schema_migrations_count), MIGRATE_OK);
    assert_string_equal(
        database_value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                       "relkind = 'r' AND relowner <> 'yizhan_owner'::regrole"),
        "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_servers_apply_once),     cmocka_unit_test(later_files_follow),
        cmocka_unit_test(newer_database_is_refused),  cmocka_unit_test(changed_file_is_refused),
        cmocka_unit_test(late_comer_is_refused),      cmocka_unit_test(failed_file_leaves_nothing),
        cmocka_unit_test(no_database_is_unavailable), cmocka_unit_test(own_files_apply),
    };
    return cmocka_run_group_tests_name("migrate", tests, setup, database_teardown);
}
