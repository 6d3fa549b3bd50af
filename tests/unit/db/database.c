#include "database.h"
#include "schema/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char host[256], name[64], value[4096];
static _Thread_local char conninfo[512];
static PGconn *super;

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

int database_setup(void **state)
{
    (void)state;
    char sql[256];
    snprintf(host, sizeof(host), "%s", getenv("YIZHAN_TEST_SOCKET"));
    snprintf(name, sizeof(name), "unit_%d", (int)getpid());
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0", name);
    run_once(sql);
    run_once(database_setup_text("setup_cluster.sql"));
    super = connect_to(name, "postgres");
    run_on(super, "SET client_min_messages = error");
    return 0;
}

int database_teardown(void **state)
{
    (void)state;
    PQfinish(super);
    char sql[256];
    snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", name);
    run_once(sql);
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
