/* The child: spawns PostgreSQL, starts it again when it dies, stops it. It has one thread and no secrets. */
#include "server/embedded-private.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TICK_MS = 50,
    WATCH_MS = 1000,      /* between two looks at PostgreSQL where the kernel cannot tell us of its end */
    LEFTOVER_MS = 60000,  /* for the last processes of a dead postmaster to go */
    STOP_FAST_MS = 60000, /* a shutdown writes what is dirty */
    STOP_NOW_MS = 10000,
    PAUSE_FIRST_MS = 100,
    PAUSE_MOST_MS = 30000, /* between two starts that fail */
    PAUSE_AGAIN_MS = 1000, /* at most, before it is started again after a good start: everybody waits */
    STEADY_MS = 60000,     /* alive for so long, it is healthy again */
    FIRST_TRIES = 3,
    TELL_MS = 10000
};

static void say(struct cluster *c, enum cluster_word word, const char *text)
{
    char message[CLUSTER_MESSAGE_SIZE];
    int len = snprintf(message, sizeof(message), "%c%s", (char)word, text);
    if (send(c->ctl_fd, message, (size_t)MIN(len, CLUSTER_MESSAGE_SIZE - 1) + 1, MSG_NOSIGNAL) < 0)
        log_debug("embedded database: nobody listens: %s", strerror(errno));
}

/* The server's next word; 0 when there is none yet, -1 when it is gone. */
static int hear(struct cluster *c, int wait_ms)
{
    struct pollfd p = {.fd = c->ctl_fd, .events = POLLIN};
    if (poll(&p, 1, wait_ms) <= 0)
        return 0;
    char word;
    ssize_t n = recv(c->ctl_fd, &word, 1, 0);
    return n == 1 ? word : n < 0 && errno == EINTR ? 0 : -1;
}

static void nap(int ms)
{
    poll(NULL, 0, ms);
}

/* Before the start is over there is nobody to watch for when the server dies: the next one finds what we leave. */
static void nap_unless_alone(struct cluster *c, int ms)
{
    struct pollfd p = {.fd = c->ctl_fd, .events = 0};
    if (poll(&p, 1, ms) > 0 && (p.revents & POLLHUP))
        _exit(0);
}

/* ------------------------------------------------------------------------------------------------- the postmaster */

static void watch(struct cluster *c, pid_t pid, bool is_child)
{
    c->pid = pid;
    c->is_child = is_child;
    c->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
}

static void forget(struct cluster *c)
{
    c->pid = 0;
    if (c->pid_fd >= 0)
        close(c->pid_fd);
    c->pid_fd = -1;
}

/* False once it is gone; a child is reaped. */
static bool is_alive(struct cluster *c)
{
    int status = 0;
    if (!c->pid)
        return false;
    if (c->is_child ? waitpid(c->pid, &status, WNOHANG) == 0 : process_is_ours(c, c->pid))
        return true;
    if (c->is_child && WIFSIGNALED(status))
        log_warn("embedded database: PostgreSQL was ended by signal %d", WTERMSIG(status));
    forget(c);
    return false;
}

static bool wait_gone(struct cluster *c, int64_t ms)
{
    int64_t until = time_monotonic_ms() + ms;
    while (is_alive(c)) {
        int64_t left = until - time_monotonic_ms();
        if (left <= 0)
            return false;
        struct pollfd p = {.fd = c->pid_fd, .events = POLLIN};
        poll(&p, 1, (int)MIN(left, c->pid_fd >= 0 ? WATCH_MS : TICK_MS));
    }
    return true;
}

/* Until it takes connections. Recovery after a crash may take its time; it is only an end that fails. */
static bool wait_ready(struct cluster *c)
{
    int64_t tell = time_monotonic_ms() + TELL_MS;
    struct postmaster now;
    while (is_alive(c)) {
        if (files_read_postmaster(c, &now) && now.pid == c->pid && strcmp(now.status, "ready") == 0 &&
            !(now.pid == c->stale_pid && now.started == c->stale_started)) {
            snprintf(c->socket_dir, sizeof(c->socket_dir), "%s", now.socket_dir);
            return true;
        }
        if (time_monotonic_ms() >= tell) {
            log_info("embedded database: waiting for PostgreSQL, which is recovering");
            tell += TELL_MS;
        }
        nap_unless_alone(c, TICK_MS);
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------- making and starting */

/* Runs a program to its end. */
static int run_program(struct cluster *c, const char *const argv[])
{
    int status;
    pid_t pid = programs_spawn(c, argv, true);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return -EIO;
    return 0;
}

/* The backends of a dead postmaster notice and end; a second postmaster beside them would ruin the data. */
static bool wait_leftovers(struct cluster *c)
{
    int64_t until = time_monotonic_ms() + LEFTOVER_MS;
    while (process_any_ours(c)) {
        if (time_monotonic_ms() >= until) {
            log_error("embedded database: processes of an earlier PostgreSQL do not end");
            return false;
        }
        nap(TICK_MS);
    }
    return true;
}

static int make(struct cluster *c)
{
    char initdb[PATH_MAX + 16], data[64];
    snprintf(initdb, sizeof(initdb), "%s/initdb", c->bin);
    snprintf(data, sizeof(data), "/proc/self/fd/%d", c->db_fd);
    log_info("embedded database: making a cluster with %s", initdb);
    const char *argv[] = {initdb,
                          "-D",
                          data,
                          "--username=postgres",
                          "--auth=peer",
                          "--encoding=UTF8",
                          "--locale=C.UTF-8",
                          "--data-checksums",
                          "--no-instructions",
                          NULL};
    if (!wait_leftovers(c) || files_wipe(c) != 0 || run_program(c, argv) != 0)
        return -EIO;
    return files_write_access(c);
}

static bool is_own_name(const char *dir)
{
    const char *name = strrchr(dir, '/');
    return name && strncmp(name, "/yizhan-", 8) == 0;
}

/* Of our making, and nobody else can have put anything into it. */
static bool is_own_dir(const char *dir)
{
    struct stat st;
    return is_own_name(dir) && lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 077) == 0;
}

static bool make_socket_dir(struct cluster *c)
{
    const char *tmp = getenv("TMPDIR");
    bool plain = tmp && *tmp == '/' && !strpbrk(tmp, "',\\");
    const char *places[] = {plain ? tmp : "/tmp", "/tmp"};
    for (size_t i = 0; i < array_len(places); i++) {
        int len = snprintf(c->socket_dir, sizeof(c->socket_dir), "%s/yizhan-XXXXXX", places[i]);
        if (len < (int)sizeof(c->socket_dir) && mkdtemp(c->socket_dir))
            return true;
    }
    log_error("embedded database: no directory for its socket: %s", strerror(errno));
    *c->socket_dir = '\0';
    return false;
}

/* A directory nobody else can enter. Servers that use this cluster know the last one's name and no other, so it is taken again, and made
 * again where a cleaner of temporary files took it away. */
static bool find_socket_dir(struct cluster *c)
{
    if (*c->socket_dir && (mkdir(c->socket_dir, 0700) == 0 || is_own_dir(c->socket_dir)))
        return true;
    return make_socket_dir(c);
}

static void remove_socket_dir(const char *dir)
{
    if (is_own_dir(dir))
        rmdir(dir);
}

static void remove_sockets(const char *dir)
{
    char path[SOCKET_DIR_SIZE + 32];
    const char *left[] = {".s.PGSQL.5432", ".s.PGSQL.5432.lock"};
    for (size_t i = 0; is_own_dir(dir) && i < array_len(left); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, left[i]);
        unlink(path);
    }
}

/* The number in a stale postmaster.pid may be somebody else's by now, and PostgreSQL would take that for a running postmaster; so may the
 * one beside the socket. */
static void clear_stale(struct cluster *c)
{
    struct postmaster old;
    c->stale_pid = 0;
    if (!files_read_postmaster(c, &old))
        return;
    c->stale_pid = old.pid;
    c->stale_started = old.started;
    if (kill(old.pid, 0) == 0 && !process_any_ours(c))
        unlinkat(c->db_fd, "postmaster.pid", 0);
    remove_sockets(old.socket_dir);
    if (!*c->socket_dir && is_own_name(old.socket_dir))
        snprintf(c->socket_dir, sizeof(c->socket_dir), "%s", old.socket_dir);
    else if (strcmp(old.socket_dir, c->socket_dir) != 0)
        remove_socket_dir(old.socket_dir);
}

static bool spawn_postmaster(struct cluster *c)
{
    char postgres[PATH_MAX + 16], data[64], socket[SOCKET_DIR_SIZE + 32];
    if (!wait_leftovers(c))
        return false;
    clear_stale(c);
    if (!find_socket_dir(c) || files_write_settings(c) != 0)
        return false;
    snprintf(postgres, sizeof(postgres), "%s/postgres", c->bin);
    snprintf(data, sizeof(data), "/proc/self/fd/%d", c->db_fd);
    snprintf(socket, sizeof(socket), "unix_socket_directories=%s", c->socket_dir);
    const char *argv[] = {postgres,
                          "-D",
                          data,
                          "-c",
                          socket,
                          "-c",
                          "unix_socket_permissions=0700",
                          "-c",
                          "listen_addresses=",
                          "-c",
                          "port=5432",
                          NULL};
    pid_t pid = programs_spawn(c, argv, false);
    if (pid < 0)
        return false;
    watch(c, pid, true);
    return wait_ready(c);
}

/* A postmaster that outlived its server is taken over; one that is stopping is waited for. */
static bool adopt(struct cluster *c)
{
    struct postmaster found;
    if (!files_read_postmaster(c, &found) || !process_is_ours(c, found.pid))
        return false;
    watch(c, found.pid, false);
    c->stale_pid = 0;
    if (strcmp(found.status, "stopping") == 0) {
        log_info("embedded database: waiting for PostgreSQL to stop");
        wait_gone(c, LEFTOVER_MS);
        return false;
    }
    if (!wait_ready(c))
        return false;
    log_info("embedded database: PostgreSQL is running already, process %d", (int)c->pid);
    return true;
}

static bool start(struct cluster *c)
{
    return adopt(c) || spawn_postmaster(c);
}

/* ------------------------------------------------------------------------------------------------- stopping */

/* Nobody else holds STATE/users.lock. Our own hold is gone afterwards, or is the only one. */
static bool is_last_user(struct cluster *c)
{
    return flock(c->users_fd, LOCK_EX | LOCK_NB) == 0;
}

static void stop_postmaster(struct cluster *c)
{
    if (!is_alive(c))
        return;
    kill(c->pid, SIGINT);
    if (!wait_gone(c, STOP_FAST_MS)) {
        log_warn("embedded database: PostgreSQL does not stop; it will recover at its next start");
        kill(c->pid, SIGQUIT);
        wait_gone(c, STOP_NOW_MS);
    }
}

/* STATE/start.lock, which we have until the server says GO, and then by a descriptor of our own. */
static void lock_start(struct cluster *c)
{
    if (c->start_fd < 0)
        flock(c->restart_fd, LOCK_EX);
}

static void unlock_start(struct cluster *c)
{
    if (c->start_fd < 0)
        flock(c->restart_fd, LOCK_UN);
}

static _Noreturn void leave(struct cluster *c, bool stop)
{
    if (stop) {
        lock_start(c);
        if (is_last_user(c)) {
            stop_postmaster(c);
            remove_socket_dir(c->socket_dir);
        }
    }
    _exit(0);
}

/* ------------------------------------------------------------------------------------------------- watching */

/* For the server that found PostgreSQL with too little room; others who use it keep it as it is. */
static void restart_alone(struct cluster *c)
{
    if (is_last_user(c)) {
        stop_postmaster(c);
        if (!start(c)) {
            say(c, WORD_FAILED, "PostgreSQL did not start again");
            _exit(1);
        }
    }
    flock(c->users_fd, LOCK_SH);
    say(c, WORD_READY, c->socket_dir);
}

static void obey(struct cluster *c, int word)
{
    switch (word) {
    case WORD_GO: /* the start is over: the lock of it goes with this descriptor */
        close(c->start_fd);
        c->start_fd = -1;
        break;
    case WORD_RESTART: restart_alone(c); break;
    case WORD_STOP: leave(c, true);
    case 0: break;
    default: leave(c, false); /* the server was killed: PostgreSQL stays for the next */
    }
}

/* Another child may have been quicker: the lock is taken first, then we look. */
static void restart(struct cluster *c, int *pause_ms)
{
    log_warn("embedded database: PostgreSQL ended; starting it again");
    int64_t began = time_monotonic_ms();
    while (!is_alive(c)) {
        obey(c, hear(c, *pause_ms));
        *pause_ms = MIN(*pause_ms * 2, PAUSE_MOST_MS);
        lock_start(c);
        if (!is_alive(c) && !start(c))
            log_error("embedded database: PostgreSQL does not start; see db.log");
        unlock_start(c);
    }
    log_info("embedded database: PostgreSQL is back after %d ms", (int)(time_monotonic_ms() - began));
}

static _Noreturn void supervise(struct cluster *c)
{
    int pause_ms = PAUSE_FIRST_MS;
    int64_t since = time_monotonic_ms();
    for (;;) {
        struct pollfd p[] = {{.fd = c->ctl_fd, .events = POLLIN}, {.fd = c->pid_fd, .events = POLLIN}};
        poll(p, array_len(p), c->pid_fd >= 0 ? -1 : WATCH_MS);
        obey(c, hear(c, 0));
        if (is_alive(c))
            continue;
        pause_ms = time_monotonic_ms() - since > STEADY_MS ? PAUSE_FIRST_MS : MIN(pause_ms, PAUSE_AGAIN_MS);
        restart(c, &pause_ms);
        since = time_monotonic_ms();
    }
}

/* ------------------------------------------------------------------------------------------------- becoming the child */

/* Root never goes on from here; what must be opened as root is open. */
static int drop(struct cluster *c)
{
    if (geteuid() != 0)
        return 0;
    if (initgroups(c->user, c->gid) != 0 || setgid(c->gid) != 0 || setuid(c->uid) != 0 || setuid(0) == 0)
        return -EPERM;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* The terminal's ^C and systemd's TERM go to the whole group: the server decides when PostgreSQL stops. */
static void settle_in(void)
{
    setsid();
    if (chdir("/") != 0)
        _exit(1);
    prctl(PR_SET_NAME, "yizhan-db");
    const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < array_len(ignored); i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 0);
    dup2(null, 1);
    if (null > 2)
        close(null);
}

static const char *prepare(struct cluster *c)
{
    int version = files_version(c);
    if (drop(c) != 0)
        return "the user cannot be changed";
    if (!c->making && version < 0)
        return "the directory db holds something that is not a PostgreSQL cluster";
    if (!programs_find(c->making ? 0 : version, c->bin))
        return c->making ? "PostgreSQL 15 or later is not installed (initdb and postgres were not found)"
                         : "the cluster was made by another version of PostgreSQL than is installed here";
    /* One whose server was killed between initdb and the set-up may be running: it is whole. */
    if (c->making && !adopt(c) && make(c) != 0)
        return "initdb failed; see db.log";
    for (int tries = 0; tries < FIRST_TRIES; tries++) {
        if (is_alive(c) || start(c))
            return NULL;
        nap_unless_alone(c, PAUSE_FIRST_MS << tries);
    }
    return "PostgreSQL does not start; see db.log";
}

_Noreturn void supervisor_run(struct cluster *c)
{
    c->pid_fd = -1;
    settle_in();
    const char *why = prepare(c);
    if (why) {
        say(c, WORD_FAILED, why);
        _exit(1);
    }
    say(c, WORD_READY, c->socket_dir);
    supervise(c);
}
