#include "client/link/part.h"

#include "base/hex.h"
#include "wire/json.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *part_path(const char *typed)
{
    const char *home = getenv("HOME"), *rest = typed + 1;
    size_t name = strcspn(rest, "/");
    char *user = *typed == '~' && name ? strndup(rest, name) : NULL, *path = NULL;
    if (user) {
        const struct passwd *entry = getpwnam(user);
        home = entry ? entry->pw_dir : NULL;
        rest += name;
    }
    free(user);
    if (*typed != '~' || !home)
        return memory_strdup(typed);
    if (asprintf(&path, "%s%s", home, rest) < 0)
        memory_exhausted();
    return path;
}

/* .name.part-XXXXXX in the same folder, so that giving it its name is one step. */
static char *temp_beside(const char *path)
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    char *temp = NULL;
    if (asprintf(&temp, "%.*s.%.100s.part-XXXXXX", folder, path, path + folder) < 0)
        memory_exhausted();
    return temp;
}

static void begin_digest(struct part *part)
{
    if (!part->digest)
        part->digest = EVP_MD_CTX_new();
    if (!part->digest || !EVP_DigestInit_ex(part->digest, EVP_sha256(), NULL))
        memory_exhausted();
}

int part_open(struct part *part, const char *path)
{
    *part = (struct part){.fd = STDOUT_FILENO};
    if (strcmp(path, "-") != 0) {
        struct stat about;
        if (!*path || path[strlen(path) - 1] == '/' || (stat(path, &about) == 0 && S_ISDIR(about.st_mode)))
            return -EISDIR;
        part->temp = temp_beside(path);
        part->fd = mkostemp(part->temp, O_CLOEXEC); /* 0600 */
        if (part->fd < 0) {
            int failed = -errno;
            free(part->temp);
            return failed;
        }
        part->path = memory_strdup(path);
    }
    begin_digest(part);
    return 0;
}

static void finish(struct part *part, bool remove)
{
    if (part->temp) {
        close(part->fd);
        if (remove)
            unlink(part->temp);
    }
    free(part->temp);
    free(part->path);
    EVP_MD_CTX_free(part->digest);
    *part = (struct part){.fd = -1};
}

void part_drop(struct part *part)
{
    finish(part, true);
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        bytes += done;
        n -= (size_t)done;
    }
    return 0;
}

/* The first piece once more: all that came before is void. */
static int restart(struct part *part)
{
    if (!part->temp)
        return -ESTALE;
    if (ftruncate(part->fd, 0) < 0 || lseek(part->fd, 0, SEEK_SET) < 0)
        return -errno;
    part->size = 0;
    part->restarts++;
    begin_digest(part);
    return 0;
}

static int add(struct part *part, const char *bytes, size_t n)
{
    int failed = write_all(part->fd, bytes, n);
    EVP_DigestUpdate(part->digest, bytes, n);
    part->size += (int64_t)n;
    return failed;
}

static int add_base64(struct part *part, const char *text)
{
    size_t len = strlen(text);
    unsigned char *bytes = memory_alloc(len / 4 * 3 + 4);
    int n = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len);
    if (n >= 0 && len >= 4)
        n -= (text[len - 1] == '=') + (text[len - 2] == '=');
    int failed = n < 0 ? -EBADMSG : add(part, (const char *)bytes, (size_t)n);
    free(bytes);
    return failed;
}

int part_take(struct part *part, const json_t *row)
{
    int64_t at;
    const json_t *text = json_object_get(row, "text");
    const char *data = json_string_value(json_object_get(row, "data"));
    if (json_get_int(row, "at", &at) != JSON_GET_FOUND || (!json_is_string(text) && !data))
        return 0;
    int failed = at == 0 && part->size > 0 ? restart(part) : at == part->size ? 0 : -ESTALE;
    if (failed)
        return failed;
    return data ? add_base64(part, data) : add(part, json_string_value(text), json_string_length(text));
}

static bool is_right(struct part *part, const json_t *answer)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1];
    const char *said = "";
    unsigned n = 0;
    int64_t size = -1;
    EVP_DigestFinal_ex(part->digest, hash, &n);
    hex_encode(text, hash, n);
    json_get_int(answer, "size", &size);
    json_get_text(answer, "sha256", &said);
    return size == part->size && strcmp(text, said) == 0;
}

/* A file that is there already stays, also one made meanwhile. */
static int give_name(struct part *part, bool replace)
{
    unsigned flags = replace ? 0 : RENAME_NOREPLACE;
    if (renameat2(AT_FDCWD, part->temp, AT_FDCWD, part->path, flags) == 0)
        return 0;
    if (errno != EINVAL || replace)
        return -errno;
    /* a file system that cannot say "but not over another": a second name, then not the first */
    if (link(part->temp, part->path) < 0)
        return -errno;
    return unlink(part->temp) < 0 ? -errno : 0;
}

int part_keep(struct part *part, const json_t *answer, bool replace)
{
    int failed = is_right(part, answer) ? 0 : -EBADMSG;
    if (!failed && part->temp && fsync(part->fd) < 0)
        failed = -errno;
    if (!failed && part->temp)
        failed = give_name(part, replace);
    finish(part, failed != 0);
    return failed;
}
