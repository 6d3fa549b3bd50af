/* file.end: all bytes are here and are those that were announced; then the file is one, and may hang on a record. */
#include "base/arena.h"
#include "server/areas/files/files.h"
#include "server/core/change.h"

#include <inttypes.h>
#include <string.h>

enum {
    COLUMN_SIZE,
    COLUMN_RECEIVED,
    COLUMN_ENDED,
    COLUMN_TYPE,
    COLUMN_NAME,
    COLUMN_SHA,
    COLUMN_HOLDS,
    COLUMN_HEAD,
    COLUMN_TAIL,
    COLUMN_TYPES
};

/* The checksum is counted once: an upload that ended keeps its type. */
static const struct sql sql_whole = {
    "file_whole",
    "SELECT f.size, f.received, f.ended_at IS NOT NULL, f.type, f.name, f.sha256, "
    "f.ended_at IS NOT NULL OR (f.received = f.size AND f.sha256 = (SELECT encode(sha256(string_agg(p.data, "
    "''::bytea ORDER BY p.at)), 'hex') FROM file_part p WHERE p.file_id = f.id)), "
    "(SELECT encode(substr(p.data, 1, $3::int), 'hex') FROM file_part p WHERE p.file_id = f.id AND p.at = "
    "0), "
    "(SELECT encode(string_agg(p.data, ''::bytea ORDER BY p.at), 'hex') FROM file_part p "
    "WHERE p.file_id = f.id AND p.at + length(p.data) > f.size - $4::bigint), "
    "(SELECT value FROM setting WHERE name = 'file.types') "
    "FROM file f WHERE f.id = $1 AND f.owner = $2 AND f.entity IS NULL AND f.removed_at IS NULL FOR UPDATE "
    "OF f"};
static const struct sql sql_end = {
    "file_end",
    "UPDATE file SET ended_at = coalesce(ended_at, now()), touched_at = now(), type = $2, entity = $3::text, "
    "row_id = $4::bigint, note = $5, kind = $6, attached_at = CASE WHEN $3::text IS NOT NULL THEN now() END "
    "WHERE id = $1 RETURNING 1"};

/* Its kind; NULL: none that is known. */
static const char *kind_of(struct request *request, struct rows *whole)
{
    struct file_ends ends;
    size_t size = (size_t)rows_int(whole, 0, COLUMN_SIZE);
    ends.head = hex_bytes(request->arena, rows_text(whole, 0, COLUMN_HEAD), &ends.nhead);
    ends.tail = hex_bytes(request->arena, rows_text(whole, 0, COLUMN_TAIL), &ends.ntail);
    ends.whole = ends.nhead == size;
    return file_sniff(&ends, rows_text(whole, 0, COLUMN_NAME));
}

static int judge(struct request *request, struct rows *whole, const char **type_r)
{
    if (rows_count(whole) == 0)
        return request_fail(request, ERR_NOT_FOUND, "upload", N_("There is no such upload"), NULL);
    int64_t received = rows_int(whole, 0, COLUMN_RECEIVED);
    const char *offset = arena_printf(request->arena, "%" PRId64, received);
    if (received < rows_int(whole, 0, COLUMN_SIZE)) {
        request_fail_detail(request, "offset", offset);
        return request_fail(request, ERR_CONFLICT, "offset", N_("The upload goes on at {offset}"), "offset",
                            offset, NULL);
    }
    if (!rows_bool(whole, 0, COLUMN_HOLDS))
        return request_fail(request, ERR_INVALID, "sha256",
                            N_("The bytes that came are not those that were announced: send it again"), NULL);
    *type_r = rows_bool(whole, 0, COLUMN_ENDED) ? rows_text(whole, 0, COLUMN_TYPE) : kind_of(request, whole);
    const char *types = rows_text(whole, 0, COLUMN_TYPES);
    if (!*type_r)
        return request_fail(request, ERR_INVALID, "type", N_("This is no file of a kind that is taken"),
                            NULL);
    if (types && !file_type_among(types, *type_r))
        return request_fail(request, ERR_INVALID, "type", N_("Files of type {type} are not taken"), "type",
                            *type_r, NULL);
    return 0;
}

static const char *in_words(struct request *request, int64_t id, struct rows *whole, const char *type)
{
    struct str json;
    str_init(&json, request->arena);
    str_addf(&json, "{\"file\":{\"id\":%" PRId64 ",\"name\":", id);
    str_add_json(&json, rows_text(whole, 0, COLUMN_NAME));
    str_addf(&json, ",\"type\":\"%s\",\"size\":%" PRId64 ",\"sha256\":\"%s\",\"note\":", type,
             rows_int(whole, 0, COLUMN_SIZE), rows_text(whole, 0, COLUMN_SHA));
    str_add_json(&json, request_text(request, "note"));
    str_add(&json, ",\"kind\":");
    str_add_json(&json, request_text(request, "kind"));
    str_add(&json, "}}");
    return json.data;
}

/* What hangs on nothing yet is its sender's alone. */
static void tell_loose(struct request *request, int64_t id, const char *now)
{
    change_add(request, &(struct change){.entity = "file",
                                         .id = id,
                                         .action = "end",
                                         .version = 1,
                                         .branch_id = request->session->branch_id,
                                         .old_branch_id = NIL,
                                         .now = now});
}

int file_end(struct request *request)
{
    const char *entity = request_text(request, "entity"), *type = NULL;
    int64_t upload = request_int(request, "upload"), id = request_int(request, "id");
    struct file_record record = {0};
    if (!entity != (id == NIL))
        return request_fail(request, ERR_INVALID, entity ? "id" : "entity",
                            N_("A record is named by its entity and its id"), NULL);
    int result = entity ? file_record_look(request, entity, id, true, &record) : 0;
    if (result)
        return result;
    struct rows *whole = tx_read(request->tx, &sql_whole, p_int(upload), p_int(request->session->employee_id),
                                 p_int(FILE_HEAD_BYTES), p_int(FILE_TAIL_BYTES));
    result = request_need(request);
    if (!result && entity)
        result = file_record_judge(request, &record);
    if (!result)
        result = judge(request, whole, &type);
    if (result)
        return result;
    const char *now = in_words(request, upload, whole, type);
    tx_write_one(request->tx, &sql_end, p_int(upload), p_text(type), p_text(entity), p_int(id),
                 p_text(request_text(request, "note")), p_text(request_text(request, "kind")));
    if (entity)
        file_record_tell(request, &record, "attach", NULL, now);
    else
        tell_loose(request, upload, now);
    str_addf(&request->out, "{\"id\":%" PRId64 ",\"type\":\"%s\"}", upload, type);
    return 0;
}
