/* Which processes are those of our private cluster. */
#include "server/embedded-private.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_postgres(pid_t pid)
{
    char path[64], program[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    ssize_t n = readlink(path, program, sizeof(program) - 1);
    if (n <= 0)
        return false;
    program[n] = '\0';
    return strstr(program, "/postgres") != NULL;
}

/* Every PostgreSQL process works in its data directory, and a number in a file proves nothing: numbers are used again. */
bool process_is_ours(const struct cluster *cluster, pid_t pid)
{
    char path[64];
    struct stat cwd, db;
    if (!is_postgres(pid))
        return false;
    snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
    return stat(path, &cwd) == 0 && fstat(cluster->db_fd, &db) == 0 && cwd.st_dev == db.st_dev &&
           cwd.st_ino == db.st_ino;
}

bool process_any_ours(const struct cluster *cluster)
{
    DIR *proc = opendir("/proc");
    bool found = false;
    for (struct dirent *entry; proc && !found && (entry = readdir(proc));)
        if (isdigit((unsigned char)entry->d_name[0]))
            found = process_is_ours(cluster, (pid_t)atoi(entry->d_name));
    if (proc)
        closedir(proc);
    return found;
}
