#include "database.h"
#include "base/log.h"
#include "schema/files.h"
#include "server/embedded.h"

#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char host[256], name[64], value[4096];
static _Thread_local char conninfo[512];
static PGconn *super;
static struct embedded *cluster; /* NULL: the one we were told of */
static char state_dir[64];

static int make_cluster(void)
{
    snprintf(state_dir, sizeof(state_dir), "/tmp/yizhan-unit-XXXXXX");
    if (!mkdtemp(state_dir))
        return -1;
    struct embedded_options options = {.state_dir = state_dir, .pool = 4};
    if (log_get_level() < LOG_LEVEL_ERROR)
        log_set_level(LOG_LEVEL_ERROR);
    if (embedded_start(&options, &cluster) != 0)
        return -1;
    const char *conninfo_super = embedded_conninfo(cluster, EMBEDDED_SUPER);
    return sscanf(conninfo_super, "host='%255[^']'", host) == 1 ? 0 : -1;
}

static void remove_cluster(void)
{
    embedded_stop(cluster);
    char rm[] = "rm", rf[] = "-rf", *argv[] = {rm, rf, state_dir, NULL};
    pid_t pid;
    if (posix_spawnp(&pid, "rm", NULL, NULL, argv, environ) == 0)
        waitpid(pid, NULL, 0);
}

static PGconn *connect_to(const char *database, const char *role)
{
    char text[512];
    snprintf(text, sizeof(text), "host='%s' dbname='%s' user='%s' client_encoding=UTF8", host, database,
             role);
    PGconn *pg = PQconnectdb(text);
    if (PQstatus(pg) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pg));
    return pg;
}

static void run_on(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    PQclear(result);
}

static void run_once(const char *sql)
{
    PGconn *pg = connect_to("postgres", "postgres");
    run_on(pg, sql);
    PQfinish(pg);
}

static int make_database(void)
{
    char sql[256];
    snprintf(name, sizeof(name), "unit_%d", (int)getpid());
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0", name);
    run_once(sql);
    run_once(database_setup_text("setup_cluster.sql"));
    database_reconnect();
    return 0;
}

int database_setup(void **state)
{
    const char *given = getenv("YIZHAN_TEST_SOCKET");
    if (!given)
        return database_setup_own(state);
    snprintf(host, sizeof(host), "%s", given);
    return make_database();
}

int database_setup_own(void **state)
{
    (void)state;
    return make_cluster() == 0 ? make_database() : -1;
}

pid_t database_postmaster(void)
{
    char path[128], line[32] = "";
    snprintf(path, sizeof(path), "%s/db/postmaster.pid", state_dir);
    FILE *file = fopen(path, "re");
    if (file && !fgets(line, sizeof(line), file))
        *line = '\0';
    if (file)
        fclose(file);
    return atoi(line);
}

void database_reconnect(void)
{
    char text[512];
    snprintf(text, sizeof(text), "host='%s' dbname='%s' user=postgres options='-c client_min_messages=error'",
             host, name);
    for (int i = 0; i < 3000; i++) {
        PQfinish(super);
        super = PQconnectdb(text);
        PGresult *result = PQexec(super, "SELECT 1");
        bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
        PQclear(result);
        if (good)
            return;
        usleep(10000);
    }
    fail_msg("%s", PQerrorMessage(super));
}

int database_teardown(void **state)
{
    (void)state;
    PQfinish(super);
    char sql[256];
    snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", name);
    run_once(sql);
    if (cluster)
        remove_cluster();
    return 0;
}

const char *database_conninfo(const char *role)
{
    snprintf(conninfo, sizeof(conninfo), "host='%s' dbname='%s' user='%s'", host, name, role);
    return conninfo;
}

void database_run(const char *sql)
{
    run_on(super, sql);
}

const char *database_value(const char *sql)
{
    PGresult *result = PQexec(super, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    snprintf(value, sizeof(value), "%s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return value;
}

void database_wait_value(const char *sql, const char *expected)
{
    for (int i = 0; i < 1000; i++) {
        if (strcmp(database_value(sql), expected) == 0)
            return;
        usleep(10000);
    }
    fail_msg("%s is %s, not %s", sql, value, expected);
}

const char *database_setup_text(const char *file)
{
    for (const struct schema_file *f = schema_setups; f->name; f++)
        if (strcmp(f->name, file) == 0)
            return f->text;
    fail_msg("no %s", file);
    return NULL;
}
