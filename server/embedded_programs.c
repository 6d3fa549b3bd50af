/* Where PostgreSQL's programs are, and how they are started. */
#include "server/embedded-private.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void cleanup_stream(FILE **stream)
{
    if (*stream)
        pclose(*stream);
}

/* The first line a command prints, without its end; false when it prints none. */
static bool ask(const char *command, char *line, int size)
{
    FILE *out cleanup(cleanup_stream) = popen(command, "re");
    if (!out || !fgets(line, size, out))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return *line != '\0';
}

/* Major version of the programs in a folder, 0 when they are not there. */
static int version_of(const char *bin)
{
    char path[PATH_MAX + 16], command[PATH_MAX + 64], line[128];
    int major = 0;
    const char *needed[] = {"initdb", "postgres"};
    for (size_t i = 0; i < array_len(needed); i++) {
        snprintf(path, sizeof(path), "%s/%s", bin, needed[i]);
        if (access(path, X_OK) != 0)
            return 0;
    }
    if (strchr(bin, '\''))
        return 0;
    snprintf(command, sizeof(command), "'%s/postgres' --version 2>/dev/null", bin);
    if (!ask(command, line, sizeof(line)) || sscanf(line, "postgres (PostgreSQL) %d", &major) != 1)
        return 0;
    return major;
}

/* Takes the folder when it is the one wanted, or newer than the best so far. */
static void consider(const char *found, int major, int *best, char bin[PATH_MAX])
{
    int version = version_of(found);
    if (version < CLUSTER_VERSION_MIN || version <= *best || (major && version != major))
        return;
    if (snprintf(bin, PATH_MAX, "%s", found) < PATH_MAX)
        *best = version;
}

bool programs_find(int major, char bin[PATH_MAX])
{
    int best = 0;
    glob_t found = {0};
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            consider(found.gl_pathv[i], major, &best, bin);
    globfree(&found);
    char line[PATH_MAX];
    if (!best && ask("pg_config --bindir 2>/dev/null", line, sizeof(line)))
        consider(line, major, &best, bin);
    const char *path = getenv("PATH");
    while (!best && path && *path) {
        size_t len = strcspn(path, ":");
        if (snprintf(line, sizeof(line), "%.*s", (int)len, path) > 0)
            consider(line, major, &best, bin);
        path += len + (path[len] == ':');
    }
    return best > 0;
}

/* Only async-signal-safe calls would be needed here were there threads; there are none. */
static _Noreturn void become(const struct cluster *cluster, const char *const argv[], bool die_with_us)
{
    if (die_with_us)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, 0);
    dup2(cluster->log_fd, 1);
    dup2(cluster->log_fd, 2);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    fcntl(cluster->db_fd, F_SETFD, 0);
    static const char *const unwanted[] = {"PGDATA", "PGHOST",     "PGPORT", "PGOPTIONS",
                                           "PGUSER", "PGDATABASE", "TZ"};
    for (size_t i = 0; i < array_len(unwanted); i++)
        unsetenv(unwanted[i]);
    setenv("LC_ALL", "C.UTF-8", 1);
    execv(argv[0], (char *const *)argv);
    dprintf(2, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

pid_t programs_spawn(const struct cluster *cluster, const char *const argv[], bool die_with_us)
{
    pid_t pid = fork();
    if (pid == 0)
        become(cluster, argv, die_with_us);
    if (pid < 0)
        log_error("embedded database: fork: %s", strerror(errno));
    return pid;
}
