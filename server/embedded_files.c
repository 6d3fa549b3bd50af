#include "server/embedded-private.h"

#include "base/log.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A whole small file of STATE/db into buf, NUL at its end; bytes read or -errno. */
static int read_file(const struct cluster *cluster, const char *name, char *buf, size_t size)
{
    int fd cleanup(cleanup_close) = openat(cluster->db_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, buf, size - 1);
    if (n < 0)
        return -errno;
    buf[n] = '\0';
    return (int)n;
}

/* Replaced in one step, so a crash leaves the old one or the new one. */
static int write_file(const struct cluster *cluster, const char *name, const struct str *text)
{
    char temporary[64];
    snprintf(temporary, sizeof(temporary), "%s.new", name);
    int fd cleanup(cleanup_close) =
        openat(cluster->db_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text->data, text->len) != (ssize_t)text->len || fsync(fd) != 0 ||
        renameat(cluster->db_fd, temporary, cluster->db_fd, name) != 0) {
        log_error("embedded database: writing %s: %s", name, strerror(errno));
        return -EIO;
    }
    return 0;
}

int files_version(const struct cluster *cluster)
{
    char text[32];
    int n = read_file(cluster, "PG_VERSION", text, sizeof(text));
    if (n > 0)
        return atoi(text);
    int fd = openat(cluster->db_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return -EIO;
    int entries = 0;
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries > 2 ? -ENOTEMPTY : 0;
}

/* Everything in the directory `at`/`name`; nothing is followed out of it. */
static int wipe(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return -errno;
    int rc = 0;
    for (struct dirent *entry; !rc && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, entry->d_name, 0) == 0)
            continue;
        rc = wipe(fd, entry->d_name);
        if (!rc && unlinkat(fd, entry->d_name, AT_REMOVEDIR) != 0)
            rc = -errno;
    }
    closedir(dir);
    return rc;
}

int files_wipe(const struct cluster *cluster)
{
    return wipe(cluster->db_fd, ".");
}

/* Behind what initdb found out about this machine. */
static int add_include(const struct cluster *cluster)
{
    static const char line[] = "\n# yizhan.conf is written anew at every start; what you set with ALTER "
                               "SYSTEM, or below here, wins.\n"
                               "include = 'yizhan.conf'\n";
    int fd cleanup(cleanup_close) =
        openat(cluster->db_fd, "postgresql.conf", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line) || fsync(fd) != 0) {
        log_error("embedded database: writing postgresql.conf: %s", strerror(errno));
        return -EIO;
    }
    return 0;
}

int files_write_access(const struct cluster *cluster)
{
    static const char *const roles[] = {"postgres", "yizhan_owner", "yizhan_app", "yizhan_tail"};
    const char *users[] = {cluster->user, "root"};
    struct str hba cleanup(cleanup_str), ident cleanup(cleanup_str);
    str_init(&hba, NULL);
    str_init(&ident, NULL);
    str_add(&hba, "# The socket's directory lets in two users of this machine; so does this, by asking the "
                  "kernel who calls.\n"
                  "local all all peer map=yizhan\n"
                  "local replication all peer map=yizhan\n");
    size_t nusers = strcmp(cluster->user, "root") == 0 ? 1 : array_len(users);
    for (size_t u = 0; u < nusers; u++)
        for (size_t r = 0; r < array_len(roles); r++)
            str_addf(&ident, "yizhan \"%s\" %s\n", users[u], roles[r]);
    int rc = write_file(cluster, "pg_hba.conf", &hba);
    if (!rc)
        rc = write_file(cluster, "pg_ident.conf", &ident);
    return rc ? rc : add_include(cluster);
}

/* Of this machine, or of the control group we live in. */
static int64_t memory_mb(void)
{
    int64_t mb = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) >> 20;
    FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
    long long bytes;
    if (file && fscanf(file, "%lld", &bytes) == 1)
        mb = MIN(mb, bytes >> 20);
    if (file)
        fclose(file);
    return mb;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return MAX(low, MIN(high, value));
}

int files_write_settings(const struct cluster *cluster)
{
    int64_t mb = memory_mb();
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    str_add(&s, "# Written at every start; your own settings: ALTER SYSTEM.\n");
    str_addf(&s, "max_connections = %d\n", cluster->max_connections);
    str_addf(&s, "shared_buffers = %dMB\n", (int)clamp(mb / 16, 128, 2048));
    str_addf(&s, "effective_cache_size = %dMB\n", (int)clamp(mb / 2, 256, 1 << 20));
    str_addf(&s, "maintenance_work_mem = %dMB\n", (int)clamp(mb / 64, 64, 512));
    str_add(&s, "random_page_cost = 1.1\n"
                "jit = off\n"
                "cluster_name = 'yizhan'\n"
                "timezone = 'UTC'\n"
                "log_timezone = 'UTC'\n"
                "datestyle = 'ISO'\n"
                /* It is money: what is acknowledged is on the disk. */
                "fsync = on\n"
                "full_page_writes = on\n"
                "synchronous_commit = on\n"
                "checkpoint_timeout = 15min\n"
                "max_wal_size = 2GB\n"
                "min_wal_size = 256MB\n"
                "autovacuum_vacuum_insert_scale_factor = 0.05\n"
                "autovacuum_analyze_scale_factor = 0.02\n"
                /* No statement, parameter or row of anybody in the log: errors are the server's to tell. */
                "log_destination = 'stderr'\n"
                "logging_collector = off\n"
                "log_line_prefix = '%m [%p] '\n"
                "log_min_messages = log\n"
                "log_min_error_statement = panic\n"
                "log_error_verbosity = terse\n"
                "log_parameter_max_length = 0\n"
                "log_parameter_max_length_on_error = 0\n");
    return write_file(cluster, "yizhan.conf", &s);
}

/* The lines of postmaster.pid: pid, data directory, start time, port, socket directory, address, shared memory, status. */
bool files_read_postmaster(const struct cluster *cluster, struct postmaster *postmaster_r)
{
    char text[2048], *rest = text, *lines[8];
    if (read_file(cluster, "postmaster.pid", text, sizeof(text)) <= 0)
        return false;
    char *end = text + strlen(text);
    for (size_t i = 0; i < array_len(lines); i++) {
        char *line = strsep(&rest, "\n");
        lines[i] = line ? line : end;
    }
    *postmaster_r = (struct postmaster){.pid = (pid_t)atoi(lines[0]), .started = atoll(lines[2])};
    snprintf(postmaster_r->socket_dir, sizeof(postmaster_r->socket_dir), "%s", lines[4]);
    snprintf(postmaster_r->status, sizeof(postmaster_r->status), "%.*s", (int)strcspn(lines[7], " "),
             lines[7]);
    return postmaster_r->pid > 0;
}
