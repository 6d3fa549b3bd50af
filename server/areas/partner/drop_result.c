/* What becomes of a file of notices that was read: its results beside it, and both put away. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "model/field.h"
#include "server/areas/partner/drop.h"

void drop_begin_results(struct str *results)
{
    str_add(results, "line,number,outcome,id,message\r\n");
}

/* What others wrote: a spreadsheet must not take it for a formula. */
static void add_cell(struct str *out, const char *text)
{
    str_add_char(out, '"');
    if (*text && strchr("=+-@\t\r", *text))
        str_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            str_add_char(out, '"');
        str_add_char(out, *text);
    }
    str_add_char(out, '"');
}

void drop_add_result(struct str *results, int64_t line, const char *number, const char *outcome, int64_t id,
                     const char *words)
{
    str_addf(results, "%" PRId64 ",", line);
    add_cell(results, number ? number : "");
    str_addf(results, ",%s,", outcome);
    if (id != NIL)
        str_addf(results, "%" PRId64, id);
    str_add_char(results, ',');
    add_cell(results, words ? words : "");
    str_add(results, "\r\n");
}

static int open_folder(int parent, const char *name)
{
    if (mkdirat(parent, name, 0770) < 0 && errno != EEXIST)
        return -errno;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int write_all(int fd, const struct str *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t n = write(fd, text->data + at, text->len - at);
        if (n < 0 && errno != EINTR)
            return -errno;
        at += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* Whole or not at all. */
static int write_results(int folder, const char *name, const struct str *results)
{
    char draft[DROP_NAME_MAX + 32];
    snprintf(draft, sizeof(draft), ".%s.new", name);
    unlinkat(folder, draft, 0);
    int fd = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    int result = write_all(fd, results);
    close(fd);
    if (result == 0 && renameat(folder, draft, folder, name) < 0)
        result = -errno;
    if (result < 0)
        unlinkat(folder, draft, 0);
    return result;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The name may have been given to another file since: that one goes back, and is taken up by itself. */
static int move(const struct drop_file *file, int to, const char *name)
{
    struct stat moved;
    if (renameat(file->folder, file->name, to, name) < 0)
        return -errno;
    if (fstatat(to, name, &moved, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (is_same(&moved, &file->seen))
        return 0;
    if (renameat2(to, name, file->folder, file->name, RENAME_NOREPLACE) < 0)
        log_error("notices: %s/%s was put away unread: %s", file->code, name, strerror(errno));
    return -ESTALE;
}

/* "orders.csv" where that is free, else with a part of its digest: the same bytes have the same name. */
static void choose_names(int folder, const char *name, const char *digest, char target[], char results[],
                         size_t size)
{
    size_t stem = strlen(name) - strlen(".csv");
    bool taken = faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    snprintf(target, size, "%.*s%s%.8s.csv", (int)stem, name, taken ? "." : "", taken ? digest : "");
    snprintf(results, size, "%.*s%s%.8s.result.csv", (int)stem, name, taken ? "." : "", taken ? digest : "");
}

static int put_into(const struct drop_file *file, int fd, int to, const char *digest,
                    const struct str *results)
{
    char target[DROP_NAME_MAX + 16], beside[DROP_NAME_MAX + 24];
    struct stat now;
    choose_names(to, file->name, digest, target, beside, sizeof(target));
    int result = write_results(to, beside, results);
    if (result < 0)
        return result;
    if (fstat(fd, &now) < 0 || now.st_size != file->seen.st_size)
        return -ESTALE; /* somebody still writes to it: what came is taken up, too */
    return move(file, to, target);
}

int drop_put_away(const struct drop_file *file, int fd, bool good, const char *digest,
                  const struct str *results)
{
    int to = open_folder(file->folder, good ? "done" : "failed");
    if (to < 0)
        return to;
    int result = put_into(file, fd, to, digest, results);
    close(to);
    return result;
}
