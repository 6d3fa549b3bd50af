/* file.begin and file.chunk: bytes come in parts, in order; what is there is in the database, so any server goes on with it. */
#include "base/arena.h"
#include "server/areas/files/files.h"
#include "wire/limits.h"

#include <inttypes.h>
#include <string.h>

/*
 * Whole, but for the checksum: bytes that do not fit it are of no use. One's own upload comes first, then one whose terminal fell silent:
 * what another terminal of the same person is sending just now is left to it.
 */
static const struct sql sql_same = {
    "file_same",
    "SELECT f.id, f.received, f.received < f.size OR f.sha256 = (SELECT encode(sha256(string_agg(p.data, "
    "''::bytea ORDER BY p.at)), 'hex') FROM file_part p WHERE p.file_id = f.id) FROM file f "
    "WHERE f.owner = $1 AND f.sha256 = $2 AND f.size = $3 AND f.ended_at IS NULL AND (f.session_id = $4 "
    "OR f.session_id IS NULL OR f.touched_at < now() - interval '10 seconds' OR EXISTS (SELECT FROM session "
    "s "
    "WHERE s.id = f.session_id AND s.ended_at IS NOT NULL)) "
    "ORDER BY f.session_id = $4 DESC NULLS LAST, f.received DESC, f.id LIMIT 1 FOR NO KEY UPDATE OF f"};
static const struct sql sql_limits = {
    "file_limits", "SELECT (SELECT value::bigint FROM setting WHERE name = 'file.max_bytes'), "
                   "(SELECT value::bigint FROM setting WHERE name = 'file.unfinished_bytes'), "
                   "(SELECT value FROM setting WHERE name = 'file.types'), "
                   "(SELECT coalesce(sum(size), 0)::bigint FROM file WHERE owner = $1 AND entity IS NULL AND "
                   "removed_at IS NULL), "
                   "nextval('file_id_seq')"};
static const struct sql sql_new = {
    "file_new",
    "INSERT INTO file (id, owner, name, size, sha256, session_id) VALUES ($1, $2, $3, $4, $5, $6)"};
static const struct sql sql_anew = {"file_anew", "UPDATE file SET received = $2, name = $3, session_id = $4, "
                                                 "touched_at = now() WHERE id = $1 RETURNING 1"};
static const struct sql sql_drop_parts = {
    "file_drop_parts",
    "WITH gone AS (DELETE FROM file_part WHERE file_id = $1 RETURNING 1) SELECT count(*) FROM gone"};

static bool is_checksum(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
    const char *last = slash > back ? slash : back;
    return last ? last + 1 : name;
}

static const char *number(struct request *request, int64_t n)
{
    return arena_printf(request->arena, "%" PRId64, n);
}

static int check_limits(struct request *request, struct rows *limits, int64_t size, bool known)
{
    int64_t most = rows_int(limits, 0, 0), loose_most = rows_int(limits, 0, 1);
    const char *type = request_text(request, "type"), *types = rows_text(limits, 0, 2);
    if (most != NIL && size > most)
        return request_fail(request, ERR_LIMIT, "size", N_("A file may have at most {max} bytes"), "max",
                            number(request, most), NULL);
    if (!known && loose_most != NIL && rows_int(limits, 0, 3) + size > loose_most)
        return request_fail(
            request, ERR_LIMIT, "size",
            N_("You have sent files that hang on no record yet: together at most {max} bytes"), "max",
            number(request, loose_most), NULL);
    if (type && types && !file_type_among(types, type))
        return request_fail(request, ERR_INVALID, "type", N_("Files of type {type} are not taken"), "type",
                            type, NULL);
    return 0;
}

int file_begin(struct request *request)
{
    const char *sha256 = request_text(request, "sha256"), *name = base_name(request_text(request, "name"));
    int64_t size = request_int(request, "size"), self = request->session->employee_id;
    int64_t session = request->session->id;
    if (!is_checksum(sha256))
        return request_fail(request, ERR_INVALID, "sha256", N_("A SHA-256 is 64 digits of 0-9 and a-f"),
                            NULL);
    if (!*name)
        return request_fail(request, ERR_INVALID, "name", N_("This is no name of a file"), NULL);
    struct rows *same =
        tx_read(request->tx, &sql_same, p_int(self), p_text(sha256), p_int(size), p_int(session));
    struct rows *limits = tx_read(request->tx, &sql_limits, p_int(self));
    int result = request_need(request);
    bool known = rows_count(same) == 1, good = known && rows_bool(same, 0, 2);
    if (!result)
        result = check_limits(request, limits, size, known);
    if (result)
        return result;
    int64_t id = known ? rows_int(same, 0, 0) : rows_int(limits, 0, 4);
    int64_t offset = good ? rows_int(same, 0, 1) : 0;
    if (known && !good)
        tx_read(request->tx, &sql_drop_parts, p_int(id));
    if (known)
        tx_write_one(request->tx, &sql_anew, p_int(id), p_int(offset), p_text(name), p_int(session));
    else
        tx_write(request->tx, &sql_new, p_int(id), p_int(self), p_text(name), p_int(size), p_text(sha256),
                 p_int(session));
    str_addf(&request->out, "{\"upload\":%" PRId64 ",\"offset\":%" PRId64 "}", id, offset);
    return 0;
}

/* ---- parts */

static const struct sql sql_own = {"file_own",
                                   "SELECT size, received, ended_at IS NOT NULL FROM file WHERE id = $1 "
                                   "AND owner = $2 AND entity IS NULL FOR NO KEY UPDATE"};
static const struct sql sql_part = {
    "file_part", "INSERT INTO file_part (file_id, at, data) VALUES ($1, $2, decode($3, 'base64'))"};
static const struct sql sql_received = {"file_received",
                                        "UPDATE file SET received = received + $3, touched_at = now() WHERE "
                                        "id = $1 AND received = $2 RETURNING 1"};

static int judge_part(struct request *request, struct rows *own, int64_t offset, int64_t len)
{
    if (rows_count(own) == 0)
        return request_fail(request, ERR_NOT_FOUND, "upload", N_("There is no such upload"), NULL);
    int64_t received = rows_int(own, 0, 1);
    if (offset > received || (offset < received && offset + len > received)) {
        request_fail_detail(request, "offset", number(request, received));
        return request_fail(request, ERR_CONFLICT, "offset", N_("The upload goes on at {offset}"), "offset",
                            number(request, received), NULL);
    }
    if (offset + len > rows_int(own, 0, 0))
        return request_fail(request, ERR_INVALID, "data", N_("That is more than the file has"), NULL);
    return 0;
}

int file_chunk(struct request *request)
{
    const char *data = request_text(request, "data");
    int64_t upload = request_int(request, "upload"), offset = request_int(request, "offset");
    int64_t len = base64_raw_size(data);
    if (len <= 0)
        return request_fail(request, ERR_INVALID, "data", N_("This is no base64"), NULL);
    if (len > FILE_READ_MAX)
        return request_fail(request, ERR_LIMIT, "data", N_("A part has at most {max} bytes"), "max",
                            number(request, FILE_READ_MAX), NULL);
    struct rows *own = tx_read(request->tx, &sql_own, p_int(upload), p_int(request->session->employee_id));
    int result = request_need(request);
    if (!result)
        result = judge_part(request, own, offset, len);
    if (result)
        return result;
    int64_t received = rows_int(own, 0, 1);
    if (offset == received) {
        tx_write(request->tx, &sql_part, p_int(upload), p_int(offset), p_text(data));
        tx_write_one(request->tx, &sql_received, p_int(upload), p_int(received), p_int(len));
        received += len;
    }
    str_addf(&request->out, "{\"offset\":%" PRId64 "}", received);
    return 0;
}
