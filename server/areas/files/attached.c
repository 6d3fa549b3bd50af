/* The files of a record: who may see it sees them, who may change it or attach to it hangs others on it and takes them away. */
#include "base/arena.h"
#include "server/areas/files/files.h"
#include "server/core/change.h"

#include <inttypes.h>
#include <string.h>

static const struct grant *grant_for(struct request *request, const char *entity, bool changing)
{
    static const char *const seeing[] = {"get", NULL}, *const attaching[] = {"update", "attach", NULL};
    const struct grant *grant = NULL;
    for (const char *const *verb = changing ? attaching : seeing; *verb && !grant; verb++)
        grant = session_grant(request->session, arena_printf(request->arena, "%s.%s", entity, *verb));
    return grant;
}

int file_record_look(struct request *request, const char *entity, int64_t id, bool changing,
                     struct file_record *record_r)
{
    const struct session *session = request->session;
    *record_r = (struct file_record){.entity = entity_find(entity), .id = id};
    if (!record_r->entity || !entity_takes_files(record_r->entity))
        return request_fail(request, ERR_INVALID, "entity", N_("No files hang on such records"), NULL);
    const struct grant *grant = grant_for(request, entity, changing);
    if (!grant)
        return request_fail(request, ERR_FORBIDDEN, NULL, N_("This is not for you"), NULL);
    const struct grant *vehicles = session_grant(session, "vehicle.list");
    tx_set_scope(request->tx, grant->scope, vehicles ? vehicles->scope : "{}", session->employee_id);
    record_r->look = entity_look(request, record_r->entity, id, grant);
    return 0;
}

int file_record_judge(struct request *request, const struct file_record *record)
{
    if (rows_count(record->look) == 1)
        return 0;
    return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
}

void file_record_tell(struct request *request, const struct file_record *record, const char *action,
                      const char *was, const char *now)
{
    int64_t owner = rows_int(record->look, 0, 2);
    bool owned = record->entity->own_column || record->entity->party_column;
    change_add(request, &(struct change){.entity = record->entity->name,
                                         .id = record->id,
                                         .action = action,
                                         .version = rows_int(record->look, 0, 0),
                                         .branch_id = rows_int(record->look, 0, 1),
                                         .old_branch_id = NIL,
                                         .own_id = !owned         ? 0
                                                   : owner == NIL ? CHANGE_NOBODY
                                                                  : owner,
                                         .reason = request_text(request, "reason"),
                                         .was = was,
                                         .now = now});
}

/* ---- file.list */

static const struct sql sql_list = {
    "file_list",
    "SELECT coalesce(json_agg(row_to_json(x)), '[]')::text FROM (SELECT f.id, f.name, f.type, f.size, "
    "f.sha256, f.note, f.kind, "
    "f.owner AS by, (SELECT e.name FROM employee e WHERE e.id = f.owner) AS by_label, "
    "to_char(f.attached_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS at, "
    "to_char(f.removed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS removed_at, f.removed_by, "
    "(SELECT e.name FROM employee e WHERE e.id = f.removed_by) AS removed_by_label, f.removed_reason "
    "FROM file f WHERE f.entity = $1 AND f.row_id = $2 ORDER BY f.removed_at IS NOT NULL, f.attached_at, "
    "f.id LIMIT $3) x"};

int file_list(struct request *request)
{
    const char *entity = request_text(request, "entity");
    struct file_record record;
    int result = file_record_look(request, entity, request_int(request, "id"), false, &record);
    if (result)
        return result;
    struct rows *rows =
        tx_read(request->tx, &sql_list, p_text(entity), p_int(record.id), p_int(FILES_OF_RECORD_MAX));
    result = request_need(request);
    if (!result)
        result = file_record_judge(request, &record);
    if (result)
        return result;
    const struct grant *changing = grant_for(request, entity, true);
    str_add(&request->out, "{\"rows\":");
    str_add(&request->out, rows_text(rows, 0, 0));
    str_addf(&request->out, ",\"may_attach\":%s}", changing ? "true" : "false");
    return 0;
}

/* ---- one file, by its own number */

static const struct sql sql_find = {
    "file_find",
    "SELECT entity, row_id, owner, size, removed_at IS NOT NULL, name, type FROM file WHERE id = $1 "
    "AND ended_at IS NOT NULL"};

static int no_such_file(struct request *request)
{
    return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such file"), NULL);
}

/* The file, and the record behind it: an own loose one has none. A file that may not be seen is told like one that is not there. */
static int find(struct request *request, bool changing, struct rows **file_r, struct file_record *record_r)
{
    struct rows *file = *file_r = tx_read(request->tx, &sql_find, p_int(request_int(request, "id")));
    *record_r = (struct file_record){0};
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(file) == 0)
        return no_such_file(request);
    const char *entity = rows_text(file, 0, 0);
    if (!entity)
        return rows_int(file, 0, 2) == request->session->employee_id ? 0 : no_such_file(request);
    result = file_record_look(request, entity, rows_int(file, 0, 1), changing, record_r);
    if (!result)
        result = request_need(request);
    if (!result && rows_count(record_r->look) == 0)
        return no_such_file(request);
    return result;
}

static const struct sql sql_bytes = {"file_bytes",
                                     "SELECT translate(encode(substr(string_agg(p.data, ''::bytea ORDER BY "
                                     "p.at), ($2::bigint - min(p.at) + 1)::int, "
                                     "$3::int), "
                                     "'base64'), E'\\n', '') FROM file_part p WHERE p.file_id = $1 AND p.at "
                                     "< $2::bigint + $3::int AND p.at > $2::bigint - $4::int "
                                     "AND p.at + length(p.data) > $2::bigint"};

int file_read(struct request *request)
{
    struct file_record record;
    struct rows *file;
    int64_t offset = request_int(request, "offset"), length = request_int(request, "length");
    int result = find(request, false, &file, &record);
    if (result)
        return result;
    if (rows_bool(file, 0, 4))
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("The file was removed"), NULL);
    offset = offset == NIL ? 0 : offset;
    length = length == NIL ? FILE_READ_MAX : length;
    struct rows *bytes = tx_read(request->tx, &sql_bytes, p_int(request_int(request, "id")), p_int(offset),
                                 p_int(length), p_int(FILE_READ_MAX));
    result = request_need(request);
    if (result)
        return result;
    const char *data = rows_text(bytes, 0, 0);
    str_addf(&request->out, "{\"data\":\"%s\",\"size\":%" PRId64 "}", data ? data : "", rows_int(file, 0, 3));
    return 0;
}

static const struct sql sql_remove = {
    "file_remove",
    "UPDATE file SET removed_at = now(), removed_by = $2, removed_reason = $3 WHERE id = $1 AND "
    "removed_at IS NULL RETURNING 1"};
static const struct sql sql_drop_parts = {
    "file_drop",
    "WITH gone AS (DELETE FROM file_part WHERE file_id = $1 RETURNING 1) SELECT count(*) FROM gone"};

static const char *in_words(struct request *request, int64_t id, struct rows *file)
{
    struct str json;
    str_init(&json, request->arena);
    str_addf(&json, "{\"file\":{\"id\":%" PRId64 ",\"name\":", id);
    str_add_json(&json, rows_text(file, 0, 5));
    str_addf(&json, ",\"type\":\"%s\",\"size\":%" PRId64 "}}", rows_text(file, 0, 6), rows_int(file, 0, 3));
    return json.data;
}

int file_remove(struct request *request)
{
    int64_t id = request_int(request, "id");
    struct file_record record;
    struct rows *file;
    int result = find(request, true, &file, &record);
    if (result)
        return result;
    if (!record.entity)
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("The file hangs on no record: it goes by itself after a day"), NULL);
    if (rows_bool(file, 0, 4))
        return request_fail(request, ERR_CONFLICT, NULL, N_("The file was removed"), NULL);
    tx_write_one(request->tx, &sql_remove, p_int(id), p_int(request->session->employee_id),
                 p_text(request_text(request, "reason")));
    tx_read(request->tx, &sql_drop_parts, p_int(id));
    file_record_tell(request, &record, "remove_file", in_words(request, id, file), "{\"file\":null}");
    str_addf(&request->out, "{\"id\":%" PRId64 "}", id);
    return 0;
}
