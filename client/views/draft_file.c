#include "client/views/draft_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/random.h"

enum { PATH_SIZE = DRAFT_NAME_SIZE + 16, STALE_SECONDS = 60 };

/* ---- the folder ---- */

static int open_folder(int at, const char *name)
{
    struct stat stat;
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return -errno;
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode))
        return fd;
    close(fd);
    return -ENOTDIR;
}

/* Makes each folder on the way. */
static int open_path(char *path)
{
    int fd = AT_FDCWD;
    for (char *slash = path; slash;) {
        char *next = strchr(slash + 1, '/');
        if (next)
            *next = '\0';
        int below = open_folder(fd, fd == AT_FDCWD ? path : slash + 1);
        if (fd != AT_FDCWD)
            close(fd);
        if (below < 0)
            return below;
        fd = below;
        slash = next;
    }
    return fd;
}

/* Nobody else may read, or put anything, where the drafts are. */
static int make_private(int dir)
{
    struct stat stat;
    if (fstat(dir, &stat) != 0)
        return -errno;
    if (stat.st_uid != geteuid())
        return -EPERM;
    return (stat.st_mode & 077) && fchmod(dir, 0700) != 0 ? -errno : 0;
}

static int open_drafts(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct str path cleanup(cleanup_str);
    str_init(&path, NULL);
    if (state && *state == '/')
        str_add(&path, state);
    else if (home && *home == '/')
        str_addf(&path, "%s/.local/state", home);
    else
        return -ENOENT;
    str_add(&path, "/yizhan/drafts");
    int dir = open_path(path.data), fault = dir < 0 ? dir : make_private(dir);
    if (fault && dir >= 0)
        close(dir);
    return fault ? fault : dir;
}

static void hash_by_key(const struct draft_box *box, const char *text, char *hex, size_t bytes)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!HMAC(EVP_sha256(), box->key, DRAFT_KEY_BYTES, (const unsigned char *)text, strlen(text), digest,
              &len))
        memory_exhausted();
    hex_encode(hex, digest, bytes);
}

int draft_box_open(struct draft_box *box, const unsigned char key[DRAFT_KEY_BYTES])
{
    unsigned char instance[8];
    *box = (struct draft_box){.dir = open_drafts(), .live = -1};
    if (box->dir < 0)
        return box->dir;
    memcpy(box->key, key, DRAFT_KEY_BYTES);
    hash_by_key(box, "owner", box->owner, 8);
    random_bytes(instance, sizeof(instance));
    hex_encode(box->instance, instance, sizeof(instance));
    return 0;
}

bool draft_box_is_open(const struct draft_box *box)
{
    return box->dir >= 0;
}

void draft_box_name(const struct draft_box *box, char name[DRAFT_NAME_SIZE])
{
    unsigned char bytes[16];
    char seed[2 * sizeof(bytes) + 1];
    random_bytes(bytes, sizeof(bytes));
    hex_encode(seed, bytes, sizeof(bytes));
    memcpy(name, box->owner, 16);
    hash_by_key(box, seed, name + 16, 16);
}

/* ---- who holds a draft: each program locks a file of its own while it runs ---- */

static const char *live_path(char path[PATH_SIZE], const char *instance)
{
    snprintf(path, PATH_SIZE, "%s.live", instance);
    return path;
}

static int take_lock(struct draft_box *box)
{
    char path[PATH_SIZE];
    if (box->live >= 0)
        return 0;
    int fd =
        openat(box->dir, live_path(path, box->instance), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -EBUSY;
    }
    box->live = fd;
    return 0;
}

static bool is_live(const struct draft_box *box, const char *instance)
{
    char path[PATH_SIZE];
    if (strcmp(instance, box->instance) == 0)
        return true;
    int fd cleanup(cleanup_close) =
        openat(box->dir, live_path(path, instance), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
}

void draft_box_close(struct draft_box *box)
{
    char path[PATH_SIZE];
    if (box->live >= 0) {
        unlinkat(box->dir, live_path(path, box->instance), 0);
        close(box->live);
    }
    if (box->dir >= 0)
        close(box->dir);
    explicit_bzero(box, sizeof(*box));
    box->dir = box->live = -1;
}

/* ---- one file ---- */

static const char *path_of(char path[PATH_SIZE], const char *name, const char *end)
{
    snprintf(path, PATH_SIZE, "%s.%s", name, end);
    return path;
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? -errno : -EIO;
        bytes += done;
        n -= (size_t)done;
    }
    return fsync(fd) == 0 ? 0 : -errno;
}

int draft_box_write(struct draft_box *box, const char *name, const char *text, size_t len)
{
    char fresh[PATH_SIZE], path[PATH_SIZE];
    struct str bytes cleanup(cleanup_str);
    str_init(&bytes, NULL);
    if (box->dir < 0 || len > DRAFT_MAX)
        return box->dir < 0 ? -EBADF : -EFBIG;
    int result = take_lock(box);
    if (result)
        return result;
    draft_seal(box->key, name, box->instance, time_now(), text, len, &bytes);
    int fd = openat(box->dir, path_of(fresh, name, "new"),
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    result = write_all(fd, bytes.data, bytes.len);
    if (close(fd) != 0 && !result)
        result = -errno;
    if (!result && renameat(box->dir, fresh, box->dir, path_of(path, name, "draft")) != 0)
        result = -errno;
    if (result)
        unlinkat(box->dir, fresh, 0);
    else
        (void)!fsync(box->dir); /* the name, too */
    return result;
}

void draft_box_remove(struct draft_box *box, const char *name)
{
    char path[PATH_SIZE];
    if (box->dir >= 0 && unlinkat(box->dir, path_of(path, name, "draft"), 0) == 0)
        (void)!fsync(box->dir);
}

static bool read_all(int fd, struct str *bytes)
{
    struct stat stat;
    char buf[64 * 1024];
    ssize_t n;
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode) || stat.st_uid != geteuid() ||
        stat.st_size > DRAFT_MAX + 1024)
        return false;
    while ((n = read(fd, buf, sizeof(buf))) > 0)
        str_add_n(bytes, buf, (size_t)n);
    return n == 0;
}

static enum draft_fault look_into(struct draft_box *box, const char *name, struct str *text,
                                  struct instant *at_r, char instance_r[17])
{
    char path[PATH_SIZE];
    struct str bytes cleanup(cleanup_str);
    str_init(&bytes, NULL);
    if (box->dir < 0)
        return DRAFT_GONE;
    int fd cleanup(cleanup_close) =
        openat(box->dir, path_of(path, name, "draft"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return DRAFT_GONE;
    bool good = fd >= 0 && read_all(fd, &bytes) &&
                draft_unseal(box->key, name, bytes.data, bytes.len, text, at_r, instance_r) == 0;
    return good ? DRAFT_OK : DRAFT_DAMAGED;
}

enum draft_fault draft_box_read(struct draft_box *box, const char *name, struct str *text,
                                struct instant *at_r)
{
    char path[PATH_SIZE], aside[PATH_SIZE];
    enum draft_fault fault = look_into(box, name, text, at_r, NULL);
    if (fault == DRAFT_DAMAGED)
        (void)!renameat(box->dir, path_of(path, name, "draft"), box->dir, path_of(aside, name, "damaged"));
    return fault;
}

/* ---- all of them ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* Half written by a crash, held by nobody, or older than anybody cares for. */
static bool is_rubbish(const struct draft_box *box, const char *path)
{
    struct stat stat;
    if (fstatat(box->dir, path, &stat, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(stat.st_mode))
        return false;
    int64_t seconds = time_now().us / US_PER_SECOND - (int64_t)stat.st_mtime;
    if (ends_with(path, ".new"))
        return seconds > STALE_SECONDS;
    if (ends_with(path, ".live")) {
        char instance[17];
        snprintf(instance, sizeof(instance), "%.16s", path);
        return seconds > STALE_SECONDS && !is_live(box, instance);
    }
    return (ends_with(path, ".draft") || ends_with(path, ".damaged")) &&
           seconds > DRAFT_DAYS * (int64_t)SECONDS_PER_DAY;
}

static bool is_mine(const struct draft_box *box, const char *path)
{
    return strlen(path) == DRAFT_NAME_SIZE - 1 + strlen(".draft") && ends_with(path, ".draft") &&
           strncmp(path, box->owner, 16) == 0 && strspn(path, "0123456789abcdef") == DRAFT_NAME_SIZE - 1;
}

/* A damaged one is found, too: reading it will say so. */
static void add_found(struct draft_box *box, draft_list *found, const char *path)
{
    struct draft_found one = {.at = {0}};
    struct str text cleanup(cleanup_str);
    char instance[17] = "";
    str_init(&text, NULL);
    memcpy(one.name, path, DRAFT_NAME_SIZE - 1);
    enum draft_fault fault = look_into(box, one.name, &text, &one.at, instance);
    explicit_bzero(text.data, text.len);
    if (fault == DRAFT_OK && is_live(box, instance))
        return;
    if (fault != DRAFT_GONE)
        vec_push(found, one);
}

static int by_time(const void *a, const void *b)
{
    const struct draft_found *x = a, *y = b;
    return (x->at.us < y->at.us) - (x->at.us > y->at.us);
}

void draft_box_list(struct draft_box *box, draft_list *found)
{
    vec_clear(found);
    int fd = box->dir >= 0 ? openat(box->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (is_rubbish(box, entry->d_name))
            unlinkat(box->dir, entry->d_name, 0);
        else if (is_mine(box, entry->d_name))
            add_found(box, found, entry->d_name);
    }
    closedir(dir);
    if (found->count)
        qsort(found->items, found->count, sizeof(found->items[0]), by_time);
}
