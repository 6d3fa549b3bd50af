#include "client/views/transfer.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/vec.h"
#include "client/link/part.h"
#include "client/link/upload.h"
#include "client/ui/words.h"
#include "client/views/busy.h"
#include "client/views/text.h"
#include "wire/json.h"
#include "wire/limits.h"

struct transfer {
    struct app_context *app;
    uint64_t screen;
    transfer_done *done;
    void *context;
    char *what;
    int64_t at, total;

    struct upload *upload; /* NULL: it is fetched */

    int64_t id;
    char *sha256;
    uint64_t call;
    struct part part;
    bool to_file;
    struct str bytes;
};

static VEC(struct transfer *) transfers;

static void look(void *context, struct str *words, int *permille_r)
{
    struct transfer *transfer = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (link_state(transfer->app->link) != LINK_READY) {
        str_add(words, text_fill(arena, _("{what}: waits for the line, then goes on (Ctrl-C gives up)"),
                                 "what", transfer->what, NULL));
        return;
    }
    if (transfer->total > 0)
        *permille_r = (int)(transfer->at * 1000 / transfer->total);
    str_add(words,
            text_fill(arena, _("{what}: {done} of {total} KiB (Ctrl-C stops it)"), "what", transfer->what,
                      "done", arena_printf(arena, "%lld", (long long)(transfer->at / 1024)), "total",
                      arena_printf(arena, "%lld", (long long)((transfer->total + 1023) / 1024)), NULL));
}

static struct transfer *begin(struct app_context *app, struct screen *screen, const char *what,
                              transfer_done *done, void *context)
{
    struct transfer *transfer = memory_zeroed(1, sizeof(*transfer));
    *transfer = (struct transfer){.app = app,
                                  .screen = screen->id,
                                  .done = done,
                                  .context = context,
                                  .what = memory_strdup(what),
                                  .part = {.fd = -1}};
    str_init(&transfer->bytes, NULL);
    vec_push(&transfers, transfer);
    busy_begin(look, transfer);
    return transfer;
}

static void transfer_free(struct transfer *transfer)
{
    for (size_t i = 0; i < transfers.count; i++) {
        if (transfers.items[i] == transfer) {
            transfers.items[i] = vec_pop(&transfers);
            break;
        }
    }
    if (!transfers.count)
        vec_finish(&transfers);
    busy_end(transfer);
    if (transfer->to_file && transfer->part.temp)
        part_drop(&transfer->part);
    upload_drop(transfer->upload);
    if (transfer->call)
        link_cancel(transfer->app->link, transfer->call);
    str_finish(&transfer->bytes);
    free(transfer->what);
    free(transfer->sha256);
    free(transfer);
}

static void tell(struct transfer *transfer, int failed, const struct answer *answer)
{
    struct app_context *app = transfer->app;
    struct screen *screen = ui_find(app->ui, transfer->screen);
    struct transfer_result result = {.failed = failed,
                                     .answer = answer,
                                     .id = transfer->id,
                                     .bytes = transfer->bytes.data,
                                     .size = transfer->bytes.len};
    ui_hold(app->ui);
    transfer->done(app, screen, &result, transfer->context);
    ui_release(app->ui);
    transfer_free(transfer);
    ui_redraw(app->ui);
}

/* ---- to the server */

static void on_progress(void *context, int64_t done, int64_t total)
{
    struct transfer *transfer = context;
    transfer->at = done;
    transfer->total = total;
    ui_redraw(transfer->app->ui);
}

static void on_sent(void *context, int failed, const struct answer *answer, int64_t id)
{
    struct transfer *transfer = context;
    transfer->upload = NULL;
    transfer->id = id;
    tell(transfer, failed, answer);
}

static const struct upload_ops upload_ops = {.progress = on_progress, .done = on_sent};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int transfer_send(struct app_context *app, struct screen *screen, const char *path, json_t *end,
                  transfer_done *done, void *context)
{
    struct transfer *transfer = begin(app, screen, base_name(path), done, context);
    int failed = upload_start(app->link, path, end, &upload_ops, transfer, &transfer->upload);
    if (failed)
        transfer_free(transfer);
    return failed;
}

/* ---- from the server */

static void ask_part(struct transfer *transfer);

static bool checksum_fits(const struct transfer *transfer)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1];
    unsigned n = 0;
    if (!EVP_Digest(transfer->bytes.data, transfer->bytes.len, digest, &n, EVP_sha256(), NULL))
        memory_exhausted();
    hex_encode(text, digest, n);
    return (int64_t)transfer->bytes.len == transfer->total && strcmp(text, transfer->sha256) == 0;
}

static int keep(struct transfer *transfer)
{
    if (!transfer->to_file)
        return checksum_fits(transfer) ? 0 : -EBADMSG;
    json_t *about = json_object();
    json_object_set_new(about, "size", json_integer(transfer->total));
    json_object_set_new(about, "sha256", json_string(transfer->sha256));
    int failed = part_keep(&transfer->part, about, false);
    json_decref(about);
    return failed;
}

/* Bytes taken, or -errno. */
static int64_t take(struct transfer *transfer, const json_t *object)
{
    const char *data = json_string_value(json_object_get(object, "data"));
    size_t len = data ? strlen(data) : 0;
    unsigned char *bytes = memory_alloc(len / 4 * 3 + 4);
    int n = EVP_DecodeBlock(bytes, (const unsigned char *)(data ? data : ""), (int)len);
    if (n > 0 && len >= 4)
        n -= (data[len - 1] == '=') + (data[len - 2] == '=');
    int failed = n <= 0 ? -EBADMSG : 0;
    if (!failed && transfer->to_file) {
        json_t *row = json_object();
        json_object_set_new(row, "at", json_integer(transfer->at));
        json_object_set_new(row, "data", json_string(data));
        failed = part_take(&transfer->part, row);
        json_decref(row);
    } else if (!failed) {
        str_add_n(&transfer->bytes, bytes, (size_t)n);
    }
    free(bytes);
    return failed ? failed : n;
}

static void on_part(void *context, const struct answer *answer)
{
    struct transfer *transfer = context;
    transfer->call = 0;
    int64_t took = answer->code ? 0 : take(transfer, answer->object);
    if (answer->code || took < 0) {
        tell(transfer, answer->code ? 0 : (int)took, answer);
        return;
    }
    transfer->at += took;
    ui_redraw(transfer->app->ui);
    if (transfer->at < transfer->total)
        ask_part(transfer);
    else
        tell(transfer, keep(transfer), answer);
}

static void ask_part(struct transfer *transfer)
{
    json_t *args = json_object();
    json_object_set_new(args, "id", json_integer(transfer->id));
    json_object_set_new(args, "offset", json_integer(transfer->at));
    json_object_set_new(args, "length", json_integer(WIRE_FILE_CHUNK_MAX));
    transfer->call = link_call(transfer->app->link, "file.read", args, CALL_READ, NULL, on_part, transfer);
}

int transfer_fetch(struct app_context *app, struct screen *screen, const struct transfer_file *file,
                   const char *path, transfer_done *done, void *context)
{
    struct transfer *transfer = begin(app, screen, file->name, done, context);
    transfer->id = file->id;
    transfer->total = file->size;
    transfer->sha256 = memory_strdup(file->sha256);
    int failed = path ? part_open(&transfer->part, path) : 0;
    transfer->to_file = path && !failed;
    if (failed)
        transfer_free(transfer);
    else
        ask_part(transfer);
    return failed;
}

bool transfer_stop_all(void)
{
    bool any = transfers.count > 0;
    while (transfers.count)
        tell(transfers.items[0], -ECANCELED, NULL);
    return any;
}

void transfer_finish(void)
{
    while (transfers.count)
        transfer_free(transfers.items[0]);
}
