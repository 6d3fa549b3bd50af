/* Uploads as imports read them. */
#include "base/arena.h"
#include "server/areas/files/files.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

static const struct sql sql_source = {
    "file_source",
    "SELECT name, type, size FROM file WHERE id = $1 AND owner = $2 AND entity IS NULL AND ended_at IS NOT "
    "NULL AND removed_at IS NULL FOR SHARE"};
static const struct sql sql_parts = {
    "file_parts",
    "SELECT at, encode(data, 'hex') FROM file_part WHERE file_id = $1 AND at >= $2 ORDER BY at LIMIT 64"};
static const struct sql sql_used = {
    "file_used",
    "UPDATE file SET removed_at = now(), removed_by = $2, removed_reason = 'imported' WHERE id = $1 AND "
    "entity IS NULL AND removed_at IS NULL RETURNING 1"};
static const struct sql sql_drop_parts = {
    "file_used_drop",
    "WITH gone AS (DELETE FROM file_part WHERE file_id = $1 RETURNING 1) SELECT count(*) FROM gone"};

/* Bytes taken; negative: the request failed, or a part is not what it should be. */
static int64_t take_parts(struct request *request, int64_t upload, int64_t at, char *bytes, int64_t size)
{
    struct rows *parts = tx_read(request->tx, &sql_parts, p_int(upload), p_int(at));
    int64_t began = at;
    if (tx_need(request->tx) != TX_OK)
        return -1;
    for (size_t i = 0; i < rows_count(parts); i++) {
        const char *hex = rows_text(parts, i, 1);
        size_t len = strlen(hex);
        if (rows_int(parts, i, 0) != at || at + (int64_t)(len / 2) > size ||
            hex_decode(bytes + at, hex, len) < 0)
            return -1;
        at += (int64_t)(len / 2);
    }
    return at - began;
}

int files_read_upload(struct request *request, int64_t upload, struct import_file *file_r)
{
    struct rows *rows =
        tx_read(request->tx, &sql_source, p_int(upload), p_int(request->session->employee_id));
    *file_r = (struct import_file){0};
    int rc = request_need(request);
    if (rc)
        return rc;
    if (rows_count(rows) == 0)
        return request_fail(request, ERR_NOT_FOUND, "upload", N_("There is no such upload"), NULL);
    int64_t size = rows_int(rows, 0, 2), at = 0;
    file_r->name = rows_text(rows, 0, 0);
    file_r->type = rows_text(rows, 0, 1);
    file_r->bytes = memory_alloc((size_t)size + 1);
    for (int64_t took = 1; at < size && took > 0; at += took > 0 ? took : 0)
        took = take_parts(request, upload, at, file_r->bytes, size);
    file_r->bytes[at] = '\0';
    file_r->size = (size_t)at;
    if (tx_fault(request->tx) != TX_OK)
        return request_tx_failed(request);
    return at == size ? 0
                      : request_fail(request, ERR_NOT_FOUND, "upload", N_("There is no such upload"), NULL);
}

void files_drop_upload(struct request *request, int64_t upload)
{
    tx_write_one(request->tx, &sql_used, p_int(upload), p_int(request->session->employee_id));
    tx_read(request->tx, &sql_drop_parts, p_int(upload));
}
