/* One file of notices, line by line, as if its third party had told each over the line. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"
#include "server/areas/partner/drop.h"
#include "server/areas/partner/partner.h"
#include "server/entity/import_lines.h"
#include "wire/json.h"

enum { LOCK_CLASS = 1092 };

static const struct sql sql_folder = {"notice_folder",
                                      "SELECT party_id, name, time_zone FROM partner_of_folder($1)"};
static const struct sql sql_lock = {"notice_file_lock", "SELECT pg_try_advisory_lock($1::int, hashtext($2))"};
static const struct sql sql_unlock = {"notice_file_unlock",
                                      "SELECT pg_advisory_unlock($1::int, hashtext($2))"};
static const struct sql sql_known = {
    "notice_known", "SELECT id, source FROM order_notice WHERE partner_id = $1 AND foreign_number = $2"};

static const struct sql sql_ring = {"notice_file_ring",
                                    "SELECT notice_add(NULL, r.role, q.branch_id, 'warning', $2, "
                                    "jsonb_build_object('partner', $3::text, 'file', "
                                    "$4::text, 'count', $5::bigint), NULL, NULL, NULL, NULL, NULL) FROM "
                                    "partner_quota($1) q CROSS JOIN (VALUES "
                                    "('order_clerk'), ('admin')) r (role)"};

struct taking {
    struct inside *inside;
    const struct drop_file *file;
    struct arena *arena; /* of the file */
    struct inside_who who;
    struct sheet sheet;
    struct import_lines *lines;
    struct str results;
    int64_t refused; /* lines, or the file */
    atomic_bool *stopping;
};

#define READ(taking, party, sql, ...)                                                                        \
    inside_read((taking)->inside, (party), (sql), (const struct param[]){__VA_ARGS__},                       \
                sizeof((const struct param[]){__VA_ARGS__}) / sizeof(struct param))

/* ------------------------------------------------------------------------------------------------- lines */

static const char *source_of(struct taking *taking, int64_t line)
{
    return arena_printf(taking->arena, "%s:%" PRId64, taking->file->name, line);
}

/* Their number stands in an order of ours: made by this very line, before it was broken off, or by another. */
static enum drop_outcome add_known(struct taking *taking, int64_t line, const char *number)
{
    struct rows *rows =
        READ(taking, taking->who.party_id, &sql_known, p_int(taking->who.party_id), p_text(number));
    if (!rows || rows_count(rows) != 1)
        return DROP_AGAIN;
    const char *source = rows_text(rows, 0, 1);
    bool mine = source && strcmp(source, taking->who.source) == 0;
    drop_add_result(&taking->results, line, number, mine ? "taken" : "known", rows_int(rows, 0, 0), NULL);
    return DROP_DONE;
}

static void refuse(struct taking *taking, int64_t line, const char *number, const char *outcome,
                   const char *words)
{
    drop_add_result(&taking->results, line, number, outcome, NIL, words);
    taking->refused++;
}

static bool is_passing(int code)
{
    return code == ERR_UNAVAILABLE || code == ERR_BUSY || code == ERR_UNKNOWN_OUTCOME;
}

static enum drop_outcome judge(struct taking *taking, const struct request *request, int code, int64_t line,
                               const char *number)
{
    int64_t id = NIL;
    if (is_passing(code))
        return DROP_AGAIN;
    if (code == ERR_DUPLICATE && number)
        return add_known(taking, line, number);
    if (code) {
        refuse(taking, line, number, code == ERR_LIMIT ? "limit" : "refused", inside_refusal(taking->inside));
        return DROP_DONE;
    }
    if (sscanf(request->out.data, "{\"id\":%" SCNd64, &id) != 1)
        return DROP_AGAIN;
    drop_add_result(&taking->results, line, number, "taken", id, NULL);
    return DROP_DONE;
}

static enum drop_outcome take_line(struct taking *taking, size_t row)
{
    int64_t line = taking->sheet.rows.items[row].line;
    taking->who.source = source_of(taking, line);
    struct request *request = inside_request(taking->inside, "order_notice.create", &taking->who);
    if (!request)
        return DROP_AGAIN;
    struct arena *before = json_use_arena(request->arena);
    const char *number = NULL;
    int code = import_lines_read(taking->lines, request, row, &request->args);
    if (code == 0) {
        number = request_text(request, "foreign_number");
        number = number ? arena_strdup(taking->arena, number) : NULL;
        code = inside_run(taking->inside);
    }
    json_use_arena(before);
    return judge(taking, request, code, line, number);
}

static enum drop_outcome take_lines(struct taking *taking)
{
    for (size_t row = 1; row < taking->sheet.rows.count; row++) {
        if (atomic_load(taking->stopping))
            return DROP_AGAIN;
        enum drop_outcome outcome = take_line(taking, row);
        if (outcome != DROP_DONE)
            return outcome;
    }
    return DROP_DONE;
}

/* The head: which column is what. A file that cannot be read as such is refused as a whole. */
static enum drop_outcome take_sheet(struct taking *taking, const char *bytes, size_t n)
{
    enum sheet_fault fault = sheet_read_csv(&taking->sheet, bytes, n);
    if (!fault && taking->sheet.rows.count > DROP_LINES_MAX + 1)
        fault = SHEET_TOO_BIG;
    if (!fault && taking->sheet.rows.count < 2)
        fault = SHEET_EMPTY;
    if (fault) {
        refuse(taking, 0, NULL, "refused", sheet_fault_text(fault));
        return DROP_DONE;
    }
    taking->who.source = taking->file->name;
    struct request *request = inside_request(taking->inside, "order_notice.create", &taking->who);
    if (!request)
        return DROP_AGAIN;
    taking->lines = import_lines_open(request, &order_notice_entity, &taking->sheet, taking->arena);
    if (!taking->lines) {
        refuse(taking, 1, NULL, "refused", inside_refusal(taking->inside));
        return DROP_DONE;
    }
    const char *title;
    for (size_t i = 0; (title = import_lines_ignored(taking->lines, i)); i++)
        drop_add_result(&taking->results, 1, NULL, "ignored", NIL,
                        arena_printf(taking->arena, "%s: no column of ours", title));
    enum drop_outcome outcome = take_lines(taking);
    import_lines_close(taking->lines);
    return outcome;
}

/* ------------------------------------------------------------------------------------------------- the file */

/* A plain file with no other name, the one that was seen. Neither a link nor what one would wait for. */
static int open_plain(const struct drop_file *file, struct stat *is)
{
    int fd = openat(file->folder, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, is) == 0 && S_ISREG(is->st_mode) && is->st_nlink == 1)
        return fd;
    close(fd);
    return -EINVAL;
}

static bool is_as_seen(const struct stat *is, const struct stat *seen)
{
    return is->st_dev == seen->st_dev && is->st_ino == seen->st_ino && is->st_size == seen->st_size &&
           is->st_mtim.tv_sec == seen->st_mtim.tv_sec && is->st_mtim.tv_nsec == seen->st_mtim.tv_nsec;
}

/* malloc'd; NULL: it is shorter than it was. */
static char *read_whole(int fd, size_t size)
{
    char *bytes = memory_alloc(size + 1);
    size_t at = 0;
    while (at < size) {
        ssize_t n = pread(fd, bytes + at, size - at, (off_t)at);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    if (at == size)
        return bytes;
    free(bytes);
    return NULL;
}

static void digest_of(const char *bytes, size_t n, char digest[2 * SHA256_DIGEST_LENGTH + 1])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)bytes, n, hash);
    hex_encode(digest, hash, sizeof(hash));
}

/* Who could ask the third party hears of it, once: only one server put the file away. */
static void ring(struct taking *taking)
{
    if (taking->refused)
        (void)READ(taking, taking->who.party_id, &sql_ring, p_int(taking->who.party_id),
                   p_text(N_("{partner}'s file {file}: {count} not taken")), p_text(taking->who.name),
                   p_text(taking->file->name), p_int(taking->refused));
}

static enum drop_outcome put_away(struct taking *taking, int fd, const char *digest)
{
    int result = drop_put_away(taking->file, fd, !taking->refused, digest, &taking->results);
    if (result == 0)
        ring(taking);
    if (result == 0)
        log_info("notices: %s/%s %s", taking->file->code, taking->file->name,
                 taking->refused ? "refused, or in part" : "taken");
    else if (result != -ESTALE && result != -ENOENT)
        log_error("notices: %s/%s cannot be put away: %s", taking->file->code, taking->file->name,
                  strerror(-result));
    return result == 0 ? DROP_DONE : DROP_AGAIN;
}

static enum drop_outcome take_bytes(struct taking *taking, int fd, size_t size)
{
    char digest[2 * SHA256_DIGEST_LENGTH + 1] = "toobig";
    enum drop_outcome outcome = DROP_DONE;
    sheet_init(&taking->sheet);
    if (size > DROP_BYTES_MAX) {
        refuse(taking, 0, NULL, "refused", sheet_fault_text(SHEET_TOO_BIG));
    } else {
        char *bytes = read_whole(fd, size);
        if (bytes) {
            digest_of(bytes, size, digest);
            outcome = take_sheet(taking, bytes, size);
        } else {
            outcome = DROP_AGAIN;
        }
        free(bytes);
    }
    sheet_finish(&taking->sheet);
    return outcome == DROP_DONE ? put_away(taking, fd, digest) : outcome;
}

static enum drop_outcome take_open(struct taking *taking)
{
    struct stat is;
    int fd = open_plain(taking->file, &is);
    if (fd < 0)
        return fd == -ENOENT ? DROP_DONE : fd == -EINVAL || fd == -ELOOP ? DROP_NO_FILE : DROP_AGAIN;
    enum drop_outcome outcome =
        is_as_seen(&is, &taking->file->seen) ? take_bytes(taking, fd, (size_t)is.st_size) : DROP_AGAIN;
    close(fd);
    return outcome;
}

/* Several servers may look into one folder: one at a time has a file. Should the database let go of the lock, two of them do the same, and it is done
 * once all the same. */
static enum drop_outcome take_locked(struct taking *taking)
{
    const char *path = arena_printf(taking->arena, "%s/%s", taking->file->code, taking->file->name);
    struct rows *locked = READ(taking, 0, &sql_lock, p_int(LOCK_CLASS), p_text(path));
    if (!locked || !rows_bool(locked, 0, 0))
        return DROP_AGAIN;
    drop_begin_results(&taking->results);
    enum drop_outcome outcome = take_open(taking);
    (void)READ(taking, 0, &sql_unlock, p_int(LOCK_CLASS), p_text(path));
    return outcome;
}

static enum drop_outcome take_of(struct taking *taking)
{
    struct rows *folder = READ(taking, 0, &sql_folder, p_text(taking->file->code));
    if (!folder || rows_count(folder) != 1)
        return DROP_AGAIN;
    taking->who = (struct inside_who){.party_id = rows_int(folder, 0, 0),
                                      .name = arena_strdup(taking->arena, rows_text(folder, 0, 1)),
                                      .time_zone = arena_strdup(taking->arena, rows_text(folder, 0, 2))};
    return take_locked(taking);
}

enum drop_outcome drop_take(struct inside *inside, const struct drop_file *file, atomic_bool *stopping)
{
    struct taking taking = {.inside = inside, .file = file, .arena = arena_create(0), .stopping = stopping};
    str_init(&taking.results, NULL);
    enum drop_outcome outcome = take_of(&taking);
    str_finish(&taking.results);
    arena_destroy(taking.arena);
    return outcome;
}
