/* passwd: the way in when nobody can log in. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "server/core/password.h"
#include "server/ctl.h"
#include "server/db/connection.h"
#include "server/place.h"

static const struct sql find = {NULL, "SELECT (SELECT id FROM employee WHERE login = $1), (SELECT count(*) "
                                      "FROM employee), (SELECT min(id) FROM branch)"};
static const struct sql set_password = {NULL, "SELECT employee_password_set($1, $2, true)"};
static const struct sql make_branch = {
    NULL, "INSERT INTO branch (code, name, kind) SELECT 'HQ', 'Head office', 'head_office'"
          " WHERE NOT EXISTS (SELECT FROM branch)"};
static const struct sql make_admin = {
    NULL, "INSERT INTO employee (branch_id, code, name, login, password_hash, password_at, "
          "must_change_password, roles)"
          " SELECT min(id), 'ADMIN', 'Administrator', $1, $2, now(), false, ARRAY['admin'] FROM branch"};
static const struct sql add_trail = {
    NULL,
    "INSERT INTO change (verb, entity, row_id, branch_id, version, was, now)"
    " SELECT $2, 'employee', id, branch_id, version, '{\"password\": \"***\"}', '{\"password\": \"***\"}'"
    " FROM employee WHERE login = $1"};

static void set_echo(bool on)
{
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, &mode) < 0)
        return;
    mode.c_lflag = on ? mode.c_lflag | ECHO : mode.c_lflag & ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode);
}

/* One line; at a terminal asked for twice, without an echo. */
static bool read_line(const char *prompt, char *line, size_t size)
{
    bool person = isatty(STDIN_FILENO);
    if (person) {
        fputs(prompt, stderr);
        set_echo(false);
    }
    bool got = fgets(line, (int)size, stdin) != NULL;
    if (person) {
        set_echo(true);
        fputc('\n', stderr);
    }
    if (got)
        line[strcspn(line, "\r\n")] = '\0';
    return got;
}

static bool read_password(char *password, size_t size)
{
    char again[PASSWORD_MAX + 2];
    if (!read_line("New password: ", password, size))
        return false;
    if (!isatty(STDIN_FILENO))
        return true;
    bool same = read_line("Once more: ", again, sizeof(again)) && strcmp(password, again) == 0;
    explicit_bzero(again, sizeof(again));
    if (!same)
        fputs("yizhanctl: these are not the same\n", stderr);
    return same;
}

static int store(struct ctl *ctl, struct connection *connection, const char *login, const char *hash)
{
    struct tx *tx = ctl_begin(ctl, connection);
    struct rows *found = tx_read(tx, &find, p_text(login));
    if (tx_need(tx) == TX_OK && rows_null(found, 0, 0) && rows_int(found, 0, 1) > 0) {
        tx_rollback(tx);
        fprintf(stderr, "yizhanctl: there is no user %s\n", login);
        return EX_NOUSER;
    }
    bool first = rows_null(found, 0, 0);
    if (first) {
        tx_write(tx, &make_branch);
        tx_write(tx, &make_admin, p_text(login), p_text(hash));
    } else {
        tx_read(tx, &set_password, p_int(rows_int(found, 0, 0)), p_text(hash));
    }
    tx_write(tx, &add_trail, p_text(login), p_text(first ? "employee.create" : "employee.reset_password"));
    if (tx_commit(tx) != TX_OK)
        return ctl_tx_failed(tx);
    printf(first ? "%s may log in as the first administrator\n"
                 : "%s must change this password at the next login\n",
           login);
    return EX_OK;
}

int ctl_passwd(struct ctl *ctl)
{
    char password[PASSWORD_MAX + 2];
    if (ctl->argc != 1) {
        fputs("yizhanctl: passwd LOGIN\n", stderr);
        return EX_USAGE;
    }
    if (place_migrate(ctl->place) < 0)
        return EX_UNAVAILABLE;
    if (!read_password(password, sizeof(password)))
        return EX_NOINPUT;
    const char *fault = strcmp(password, ctl->argv[0]) == 0 ? "the password must not be the user name"
                                                            : password_fault(password);
    if (fault) {
        fprintf(stderr, "yizhanctl: %s\n", fault);
        return EX_DATAERR;
    }
    const char *hash = password_hash(ctl->arena, password);
    explicit_bzero(password, sizeof(password));
    struct connection *connection = ctl_connect(ctl->place->owner);
    int result = store(ctl, connection, ctl->argv[0], hash);
    connection_destroy(connection);
    return result;
}
