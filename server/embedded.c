#include "server/embedded.h"

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "schema/files.h"
#include "server/embedded-private.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOCK_PATIENCE_MS = 120000,
    STOP_PATIENCE_MS = 90000,
    ROOM_FOR_OTHERS = 20, /* connections besides three times the pool: tail, migration, people */
    LOG_MOST = 16 << 20   /* bytes of db.log before a start puts it aside */
};

struct embedded {
    struct cluster cluster;
    int dir_fd;
    pid_t child;
    bool running; /* the child was told that the start is over */
    char socket_dir[SOCKET_DIR_SIZE];
    char conninfo[EMBEDDED_ROLES][SOCKET_DIR_SIZE + 96];
};

const char *embedded_conninfo(const struct embedded *e, enum embedded_role role)
{
    return e->conninfo[role];
}

uid_t embedded_owner(const struct embedded *e)
{
    return e->cluster.uid;
}

int embedded_fd(const struct embedded *e)
{
    return e->cluster.ctl_fd;
}

static int complain(const char *what)
{
    int rc = -errno;
    log_error("embedded database: %s: %s", what, strerror(errno));
    return rc ? rc : -EIO;
}

/* ------------------------------------------------------------------------------------------------- the directory */

static int make_parents(const char *path)
{
    char *copy cleanup(cleanup_free) = memory_strdup(path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST)
            return complain(copy);
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : complain(path);
}

static int open_state(struct embedded *e, const char *path)
{
    int rc = make_parents(path);
    if (rc)
        return rc;
    e->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return e->dir_fd < 0 ? complain(path) : 0;
}

static int open_beside(const struct embedded *e, const char *name, int flags)
{
    return openat(e->dir_fd, name, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Another server may be making or starting the cluster just now. */
static int lock_start(struct embedded *e)
{
    int64_t until = time_monotonic_ms() + LOCK_PATIENCE_MS;
    for (bool told = false; flock(e->cluster.start_fd, LOCK_EX | LOCK_NB) != 0; told = true) {
        if (!told)
            log_info("embedded database: waiting for another server to start or stop it");
        if (time_monotonic_ms() >= until)
            return complain("start.lock");
        poll(NULL, 0, 50);
    }
    return 0;
}

static int open_locks(struct embedded *e)
{
    struct cluster *c = &e->cluster;
    c->start_fd = open_beside(e, "start.lock", O_RDWR);
    c->restart_fd = open_beside(e, "start.lock", O_RDWR);
    c->users_fd = open_beside(e, "users.lock", O_RDWR);
    if (c->start_fd < 0 || c->restart_fd < 0 || c->users_fd < 0)
        return complain("lock files");
    int rc = lock_start(e);
    if (!rc && flock(c->users_fd, LOCK_SH) != 0)
        rc = complain("users.lock");
    return rc;
}

static int open_log(struct embedded *e)
{
    struct stat st;
    if (fstatat(e->dir_fd, "db.log", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > LOG_MOST)
        renameat(e->dir_fd, "db.log", e->dir_fd, "db.log.1");
    e->cluster.log_fd = open_beside(e, "db.log", O_WRONLY | O_APPEND);
    return e->cluster.log_fd < 0 ? complain("db.log") : 0;
}

/* Whom PostgreSQL runs as: never root. */
static int choose_user(struct cluster *c, const char *wanted, uid_t owner)
{
    struct passwd *pw = geteuid() != 0 ? getpwuid(geteuid())
                        : owner != 0   ? getpwuid(owner)
                        : wanted       ? getpwnam(wanted)
                                       : getpwnam("postgres");
    if (!pw || strlen(pw->pw_name) >= sizeof(c->user)) {
        log_error("embedded database: there is no user %s to run PostgreSQL as",
                  wanted ? wanted : "postgres");
        return -ENOENT;
    }
    if (pw->pw_uid == 0) {
        log_error("embedded database: PostgreSQL must not run as root");
        return -EPERM;
    }
    snprintf(c->user, sizeof(c->user), "%s", pw->pw_name);
    c->uid = pw->pw_uid;
    c->gid = pw->pw_gid;
    return 0;
}

static bool exists(const struct embedded *e, const char *name)
{
    return faccessat(e->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* STATE/db, opened while we still may; the mark of making is written before the first thing in it. */
static int open_db(struct embedded *e, const char *user)
{
    struct cluster *c = &e->cluster;
    struct stat st;
    bool fresh = mkdirat(e->dir_fd, "db", 0700) == 0;
    c->db_fd = openat(e->dir_fd, "db", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (c->db_fd < 0 || fstat(c->db_fd, &st) != 0)
        return complain("db");
    int rc = choose_user(c, user, fresh ? 0 : st.st_uid);
    if (rc)
        return rc;
    if (st.st_uid != c->uid &&
        (geteuid() != 0 || fchownat(e->dir_fd, "db", c->uid, c->gid, AT_SYMLINK_NOFOLLOW) != 0)) {
        log_error("embedded database: its directory belongs to another user");
        return -EPERM;
    }
    if (files_version(c) == 0) {
        int mark cleanup(cleanup_close) = open_beside(e, "db.making", O_WRONLY);
        if (mark < 0 || fsync(mark) != 0)
            return complain("db.making");
    }
    c->making = exists(e, "db.making");
    return 0;
}

/* ------------------------------------------------------------------------------------------------- the child */

static int fork_child(struct embedded *e)
{
    struct cluster *c = &e->cluster;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return complain("socketpair");
    e->child = fork();
    if (e->child < 0) {
        close(pair[0]);
        close(pair[1]);
        return complain("fork");
    }
    if (e->child == 0) {
        close(pair[0]);
        close(e->dir_fd);
        c->ctl_fd = pair[1];
        supervisor_run(c);
    }
    close(pair[1]);
    c->ctl_fd = pair[0];
    return 0;
}

static void tell_child(const struct embedded *e, enum cluster_word word)
{
    char byte = (char)word;
    if (send(e->cluster.ctl_fd, &byte, 1, MSG_NOSIGNAL) != 1)
        log_debug("embedded database: its supervisor is gone");
}

/* Waits for READY; the child answers or dies, so there is no clock on it. */
static int hear_ready(struct embedded *e)
{
    char message[CLUSTER_MESSAGE_SIZE];
    ssize_t n;
    do
        n = recv(e->cluster.ctl_fd, message, sizeof(message) - 1, 0);
    while (n < 0 && errno == EINTR);
    message[MAX(n, 0)] = '\0';
    if (*message == WORD_READY && strlen(message + 1) < sizeof(e->socket_dir)) {
        strcpy(e->socket_dir, message + 1);
        return 0;
    }
    log_error("embedded database: %s", n > 0 ? message + 1 : "its supervisor ended");
    return -EIO;
}

/* ------------------------------------------------------------------------------------------------- roles and database */

static void cleanup_connection(PGconn **pg)
{
    PQfinish(*pg);
}

static void ignore_notice(void *ctx, const PGresult *notice)
{
    (void)ctx;
    (void)notice;
}

static PGconn *connect_super(const struct embedded *e, const char *database)
{
    char conninfo[SOCKET_DIR_SIZE + 128];
    snprintf(conninfo, sizeof(conninfo),
             "host='%s' port=5432 user=postgres dbname=%s application_name=yizhan-setup", e->socket_dir,
             database);
    PGconn *pg = PQconnectdb(conninfo);
    PQsetNoticeReceiver(pg, ignore_notice, NULL);
    if (PQstatus(pg) == CONNECTION_OK)
        return pg;
    log_error("embedded database: %s", PQerrorMessage(pg));
    PQfinish(pg);
    return NULL;
}

static int run_setup(PGconn *pg, const char *name)
{
    for (const struct schema_file *file = schema_setups; file->name; file++) {
        if (strcmp(file->name, name) != 0)
            continue;
        PGresult *result = PQexec(pg, file->text);
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
            return 0;
        log_error("embedded database: %s: %s", name, PQerrorMessage(pg));
        return -EIO;
    }
    log_error("embedded database: %s is missing", name);
    return -ENOENT;
}

/* The number a query gives; -1 when it fails. */
static int ask_number(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    int number = PQresultStatus(result) == PGRES_TUPLES_OK ? atoi(PQgetvalue(result, 0, 0)) : -1;
    PQclear(result);
    return number;
}

/* 1: there is too little room for our connections. */
static int set_up_cluster(struct embedded *e)
{
    PGconn *pg cleanup(cleanup_connection) = connect_super(e, "postgres");
    if (!pg)
        return -EIO;
    int room = ask_number(pg, "SELECT current_setting('max_connections')::int");
    if (room < 0)
        return -EIO;
    if (room < e->cluster.max_connections)
        return 1;
    int rc = run_setup(pg, "setup_cluster.sql");
    int there = ask_number(pg, "SELECT count(*) FROM pg_database WHERE datname = 'yizhan'");
    if (!rc && there < 0)
        rc = -EIO;
    return rc || there ? rc : run_setup(pg, "setup_create.sql");
}

static int set_up_database(struct embedded *e)
{
    PGconn *pg cleanup(cleanup_connection) = connect_super(e, "yizhan");
    return pg ? run_setup(pg, "setup_database.sql") : -EIO;
}

static void write_conninfo(struct embedded *e)
{
    static const char *const roles[] = {
        [EMBEDDED_OWNER] = "user=yizhan_owner dbname=yizhan",
        [EMBEDDED_APP] = "user=yizhan_app dbname=yizhan",
        [EMBEDDED_TAIL] = "user=yizhan_tail dbname=yizhan",
        [EMBEDDED_SUPER] = "user=postgres dbname=postgres",
    };
    for (size_t i = 0; i < EMBEDDED_ROLES; i++)
        snprintf(e->conninfo[i], sizeof(e->conninfo[i]), "host='%s' port=5432 %s", e->socket_dir, roles[i]);
}

/* PostgreSQL that was running already may have been made for a smaller pool: once, it is started anew. */
static int set_up(struct embedded *e)
{
    int rc = hear_ready(e);
    if (!rc)
        rc = set_up_cluster(e);
    if (rc == 1) {
        log_info("embedded database: PostgreSQL is started anew to make room for %d connections",
                 e->cluster.max_connections);
        tell_child(e, WORD_RESTART);
        int needed = e->cluster.max_connections;
        e->cluster.max_connections = 0; /* take what there is */
        rc = hear_ready(e);
        if (!rc)
            rc = set_up_cluster(e);
        e->cluster.max_connections = needed;
    }
    if (!rc)
        rc = set_up_database(e);
    if (!rc && e->cluster.making && unlinkat(e->dir_fd, "db.making", 0) != 0)
        rc = complain("db.making");
    return rc;
}

/* ------------------------------------------------------------------------------------------------- start and stop */

static void close_all(struct embedded *e)
{
    struct cluster *c = &e->cluster;
    int *fds[] = {&e->dir_fd, &c->db_fd, &c->log_fd, &c->ctl_fd, &c->start_fd, &c->restart_fd, &c->users_fd};
    for (size_t i = 0; i < array_len(fds); i++)
        cleanup_close(fds[i]);
    free(e);
}

static int begin(struct embedded *e, const struct embedded_options *options)
{
    int rc = open_state(e, options->state_dir);
    if (!rc)
        rc = open_locks(e);
    if (!rc)
        rc = open_log(e);
    if (!rc)
        rc = open_db(e, options->user);
    if (!rc)
        rc = fork_child(e);
    return rc ? rc : set_up(e);
}

int embedded_start(const struct embedded_options *options, struct embedded **embedded_r)
{
    struct embedded *e = memory_zeroed(1, sizeof(*e));
    struct cluster *c = &e->cluster;
    e->dir_fd = c->db_fd = c->log_fd = c->ctl_fd = c->start_fd = c->restart_fd = c->users_fd = -1;
    c->max_connections = MAX(100, 3 * options->pool + ROOM_FOR_OTHERS);
    int rc = begin(e, options);
    if (rc) {
        embedded_stop(e);
        return rc;
    }
    write_conninfo(e);
    tell_child(e, WORD_GO);
    /* The lock of the start lives on in the child until it hears that; then it is gone. */
    int *done[] = {&c->start_fd, &c->restart_fd, &c->log_fd, &c->db_fd, &e->dir_fd};
    for (size_t i = 0; i < array_len(done); i++) {
        cleanup_close(done[i]);
        *done[i] = -1;
    }
    *embedded_r = e;
    return 0;
}

/* The end of the line says that the child has done what it could; somebody else's handler may have reaped it. */
static void wait_child(struct embedded *e)
{
    struct pollfd p = {.fd = e->cluster.ctl_fd, .events = 0};
    int64_t until = time_monotonic_ms() + STOP_PATIENCE_MS;
    while (time_monotonic_ms() < until && !(p.revents & POLLHUP))
        poll(&p, 1, 1000);
    if (!(p.revents & POLLHUP))
        log_warn("embedded database: it is still stopping");
    else
        waitpid(e->child, NULL, 0);
}

void embedded_stop(struct embedded *e)
{
    if (!e)
        return;
    if (e->cluster.ctl_fd >= 0) {
        /* A start that failed holds the lock the child needs to stop. */
        cleanup_close(&e->cluster.start_fd);
        e->cluster.start_fd = -1;
        tell_child(e, WORD_STOP);
        wait_child(e);
    }
    close_all(e);
}
