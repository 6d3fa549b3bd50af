#include "client/catalogue_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "client/options.h"
#include "model/catalogue.h"

enum { FILE_MAX = 16 * 1024 * 1024 }; /* bytes; what is larger is none of ours */

/* Names come from people: only what is harmless in a path stays. */
static void add_safe(struct str *path, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        str_add_char(path, isalnum(c) || c == '-' || c == '.' ? (char)c : '_');
    }
}

static bool make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Makes the folders on the way, each for its owner only. */
static bool path_of(struct str *path, const struct options *options, const char *user)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        str_add(path, cache);
    else if (home && *home == '/')
        str_addf(path, "%s/.cache", home);
    else
        return false;
    if (!make_folder(path->data))
        return false;
    str_add(path, "/yizhan");
    if (!make_folder(path->data))
        return false;
    str_add_char(path, '/');
    add_safe(path, options->host);
    str_add_char(path, '_');
    add_safe(path, options->port);
    if (!make_folder(path->data))
        return false;
    str_add(path, "/c-"); /* so that no user is called . or .. here */
    add_safe(path, user);
    return true;
}

static bool read_all(const char *path, struct str *text)
{
    int fd cleanup(cleanup_close) = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode) || stat.st_uid != geteuid() ||
        stat.st_size > FILE_MAX)
        return false;
    char buf[64 * 1024];
    ssize_t n;
    while ((n = read(fd, buf, sizeof(buf))) > 0)
        str_add_n(text, buf, (size_t)n);
    return n == 0 && strlen(text->data) == text->len;
}

struct catalogue *catalogue_file_read(const struct options *options, const char *user)
{
    struct str path cleanup(cleanup_str), text cleanup(cleanup_str);
    str_init(&path, NULL);
    str_init(&text, NULL);
    if (!path_of(&path, options, user) || !read_all(path.data, &text))
        return NULL;
    return catalogue_read(text.data);
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

void catalogue_file_write(const struct options *options, const char *user, const struct catalogue *catalogue)
{
    struct str path cleanup(cleanup_str), text cleanup(cleanup_str), fresh cleanup(cleanup_str);
    str_init(&path, NULL);
    str_init(&text, NULL);
    str_init(&fresh, NULL);
    if (!path_of(&path, options, user))
        return;
    str_addf(&fresh, "%s.%d", path.data, (int)getpid());
    int fd = open(fresh.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    catalogue_write(catalogue, &text);
    bool good = write_all(fd, text.data, text.len);
    good = close(fd) == 0 && good;
    if (!good || rename(fresh.data, path.data) != 0)
        unlink(fresh.data);
}
