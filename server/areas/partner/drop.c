/*
 * The thread that looks for files of notices. It looks once a second instead of being told: folders that several servers share lie on network file
 * systems, where nobody is told of what another machine does. A file is taken up once it was the same at two looks, so one that is renamed into
 * the folder and one that is still written to are both taken whole.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "server/areas/partner/area.h"
#include "server/areas/partner/drop.h"
#include "server/core/thread.h"

enum { LOOK_MS = 1000, STEP_MS = 100, FILES_MAX = 10000 };

/* A file at the look before. */
struct seen {
    char *code, *name;
    struct stat stat;
    unsigned look; /* the last one it was there at */
    bool told;     /* that it is none */
};

static struct {
    pthread_t thread;
    atomic_bool stopping;
    bool started;
    int root;
    struct inside *inside;
    VEC(struct seen) seen;
    unsigned look;
} drop = {.root = -1};

static bool is_csv(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len > 4 && len <= DROP_NAME_MAX && strcasecmp(name + len - 4, ".csv") == 0 &&
           utf8_check(name, len, false) == UTF8_OK;
}

static struct seen *seen_of(const char *code, const char *name)
{
    vec_each(struct seen, seen, &drop.seen)
    {
        if (strcmp(seen->name, name) == 0 && strcmp(seen->code, code) == 0)
            return seen;
    }
    if (drop.seen.count == FILES_MAX)
        return NULL; /* the rest has its turn when these are gone */
    struct seen fresh = {.code = memory_strdup(code), .name = memory_strdup(name)};
    vec_push(&drop.seen, fresh);
    return &drop.seen.items[drop.seen.count - 1];
}

static bool is_unchanged(const struct stat *was, const struct stat *is)
{
    return was->st_dev == is->st_dev && was->st_ino == is->st_ino && was->st_size == is->st_size &&
           was->st_mtim.tv_sec == is->st_mtim.tv_sec && was->st_mtim.tv_nsec == is->st_mtim.tv_nsec;
}

static void tell_no_file(struct seen *seen)
{
    if (!seen->told)
        log_warn("notices: %s/%s is no plain file of its own; it stays where it is", seen->code, seen->name);
    seen->told = true;
}

static void look_at(int folder, const char *code, const char *name)
{
    struct stat is;
    struct seen *seen = fstatat(folder, name, &is, AT_SYMLINK_NOFOLLOW) == 0 ? seen_of(code, name) : NULL;
    if (!seen)
        return;
    seen->look = drop.look;
    bool whole = is_unchanged(&seen->stat, &is);
    seen->stat = is;
    if (!S_ISREG(is.st_mode)) {
        tell_no_file(seen);
        return;
    }
    struct drop_file file = {.folder = folder, .code = code, .name = name, .seen = is};
    if (whole && drop_take(drop.inside, &file, &drop.stopping) == DROP_NO_FILE)
        tell_no_file(seen);
}

/* A folder as a stream of names; NULL: it is none, or a link to one. */
static DIR *open_folder(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !dir)
        close(fd);
    return dir;
}

static void look_into(const char *code)
{
    DIR *dir = open_folder(drop.root, code);
    if (!dir)
        return;
    for (struct dirent *entry; !atomic_load(&drop.stopping) && (entry = readdir(dir));) {
        if (is_csv(entry->d_name))
            look_at(dirfd(dir), code, entry->d_name);
    }
    closedir(dir);
}

static void seen_free(struct seen *seen)
{
    free(seen->code);
    free(seen->name);
}

static void forget_gone(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < drop.seen.count; i++) {
        if (drop.seen.items[i].look == drop.look)
            drop.seen.items[kept++] = drop.seen.items[i];
        else
            seen_free(&drop.seen.items[i]);
    }
    drop.seen.count = kept;
}

static void look(void)
{
    DIR *dir = open_folder(drop.root, ".");
    if (!dir)
        return;
    drop.look++;
    for (struct dirent *entry; !atomic_load(&drop.stopping) && (entry = readdir(dir));) {
        if (entry->d_name[0] != '.')
            look_into(entry->d_name);
    }
    closedir(dir);
    if (!atomic_load(&drop.stopping))
        forget_gone();
}

static void *run(void *argument)
{
    const struct timespec step = {0, STEP_MS * 1000000L};
    while (!atomic_load(&drop.stopping)) {
        look();
        for (int ms = 0; ms < LOOK_MS && !atomic_load(&drop.stopping); ms += STEP_MS)
            nanosleep(&step, NULL);
    }
    return NULL;
}

int notice_drop_start(const char *folder, const char *conninfo)
{
    drop.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (drop.root < 0) {
        int result = -errno;
        log_error("notice_drop: %s: %s", folder, strerror(errno));
        return result;
    }
    drop.inside = inside_create(conninfo, "yizhand notices");
    thread_start(&drop.thread, "notices", run, NULL);
    drop.started = true;
    return 0;
}

void notice_drop_stop(void)
{
    if (drop.started) {
        atomic_store(&drop.stopping, true);
        pthread_join(drop.thread, NULL);
        inside_destroy(drop.inside);
        vec_each(struct seen, seen, &drop.seen) seen_free(seen);
        vec_finish(&drop.seen);
    }
    if (drop.root >= 0)
        close(drop.root);
    drop.root = -1;
    drop.started = false;
}
