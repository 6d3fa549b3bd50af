#include "client/link/upload.h"

#include "base/hex.h"
#include "wire/json.h"
#include "wire/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct upload {
    struct link *link;
    const struct upload_ops *ops;
    void *context;
    int fd;
    char *name;
    char sha256[65];
    int64_t size, offset, id;
    uint64_t call;
    int begun; /* times */
    json_t *end;
};

enum { BEGIN_MAX = 3 };

static void upload_free(struct upload *upload)
{
    if (upload->fd >= 0)
        close(upload->fd);
    json_decref(upload->end);
    free(upload->name);
    free(upload);
}

void upload_forget(struct upload *upload)
{
    if (upload)
        upload_free(upload);
}

void upload_drop(struct upload *upload)
{
    if (!upload)
        return;
    if (upload->call)
        link_cancel(upload->link, upload->call);
    upload_free(upload);
}

static void finish(struct upload *upload, int failed, const struct answer *answer)
{
    const struct upload_ops *ops = upload->ops;
    void *context = upload->context;
    int64_t id = upload->id;
    upload_free(upload);
    ops->done(context, failed, answer, id);
}

static int count_checksum(struct upload *upload)
{
    unsigned char bytes[64 * 1024], digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    ssize_t got;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL))
        memory_exhausted();
    upload->size = 0;
    while ((got = read(upload->fd, bytes, sizeof(bytes))) > 0) {
        EVP_DigestUpdate(context, bytes, (size_t)got);
        upload->size += got;
    }
    EVP_DigestFinal_ex(context, digest, &n);
    EVP_MD_CTX_free(context);
    hex_encode(upload->sha256, digest, n);
    return got < 0 ? -errno : 0;
}

static void send_begin(struct upload *upload);

/* Somebody else of the same name sent the same bytes, and ended the upload first: then it is another one. */
static bool begin_again(struct upload *upload, const struct answer *answer)
{
    const char *field = "";
    json_get_text(answer->object, "field", &field);
    if (answer->code != ERR_NOT_FOUND || strcmp(field, "upload") != 0 || upload->begun >= BEGIN_MAX)
        return false;
    send_begin(upload);
    return true;
}

static void on_end(void *context, const struct answer *answer)
{
    struct upload *upload = context;
    upload->call = 0;
    if (begin_again(upload, answer))
        return;
    finish(upload, 0, answer);
}

static void send_end(struct upload *upload)
{
    json_t *args = upload->end ? json_copy(upload->end) : json_object();
    json_object_set_new(args, "upload", json_integer(upload->id));
    upload->call = link_call(upload->link, "file.end", args, CALL_CHANGES, NULL, on_end, upload);
}

static void send_part(struct upload *upload);

/* The server says where it is; that may be somewhere else after a lost answer. */
static bool take_offset(struct upload *upload, const struct answer *answer)
{
    int64_t offset;
    if (json_get_int(answer->object, "offset", &offset) != JSON_GET_FOUND || offset < 0 ||
        offset > upload->size)
        return false;
    upload->offset = offset;
    return true;
}

static void on_part(void *context, const struct answer *answer)
{
    struct upload *upload = context;
    upload->call = 0;
    bool moved = (!answer->code || answer->code == ERR_CONFLICT) && take_offset(upload, answer);
    if (!moved) {
        if (!begin_again(upload, answer))
            finish(upload, 0, answer);
        return;
    }
    if (upload->ops->progress)
        upload->ops->progress(upload->context, upload->offset, upload->size);
    send_part(upload);
}

static void send_part(struct upload *upload)
{
    unsigned char bytes[WIRE_FILE_CHUNK_MAX];
    char text[(WIRE_FILE_CHUNK_MAX + 2) / 3 * 4 + 1];
    if (upload->offset == upload->size) {
        send_end(upload);
        return;
    }
    size_t wanted = (size_t)MIN(upload->size - upload->offset, (int64_t)sizeof(bytes));
    ssize_t got = pread(upload->fd, bytes, wanted, upload->offset);
    if (got <= 0) { /* it became shorter */
        finish(upload, got < 0 ? -errno : -EBADMSG, NULL);
        return;
    }
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)got);
    json_t *args = json_object();
    json_object_set_new(args, "upload", json_integer(upload->id));
    json_object_set_new(args, "offset", json_integer(upload->offset));
    json_object_set_new(args, "data", json_string(text));
    upload->call = link_call(upload->link, "file.chunk", args, CALL_READ, NULL, on_part, upload);
}

static void on_begin(void *context, const struct answer *answer)
{
    struct upload *upload = context;
    upload->call = 0;
    if (answer->code || json_get_int(answer->object, "upload", &upload->id) != JSON_GET_FOUND ||
        !take_offset(upload, answer)) {
        finish(upload, 0, answer);
        return;
    }
    if (upload->ops->progress)
        upload->ops->progress(upload->context, upload->offset, upload->size);
    send_part(upload);
}

static void send_begin(struct upload *upload)
{
    json_t *args = json_object();
    upload->begun++;
    json_object_set_new(args, "name", json_string(upload->name));
    json_object_set_new(args, "size", json_integer(upload->size));
    json_object_set_new(args, "sha256", json_string(upload->sha256));
    upload->call = link_call(upload->link, "file.begin", args, CALL_CHANGES, NULL, on_begin, upload);
}

static int prepare(struct upload *upload, const char *path)
{
    struct stat about;
    upload->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (upload->fd < 0 || fstat(upload->fd, &about) < 0)
        return -errno;
    if (S_ISDIR(about.st_mode))
        return -EISDIR;
    return count_checksum(upload);
}

int upload_start(struct link *link, const char *path, json_t *end, const struct upload_ops *ops,
                 void *context, struct upload **upload_r)
{
    struct upload *upload = memory_zeroed(1, sizeof(*upload));
    const char *slash = strrchr(path, '/');
    *upload = (struct upload){.link = link, .ops = ops, .context = context, .end = end, .fd = -1};
    upload->name = memory_strdup(slash ? slash + 1 : path);
    int failed = prepare(upload, path);
    if (failed) {
        upload_free(upload);
        return failed;
    }
    *upload_r = upload;
    send_begin(upload);
    return 0;
}
