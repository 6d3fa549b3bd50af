/* How far an import is: in the database, written with the rows it counts. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "server/db/array.h"

#include <inttypes.h>
#include <string.h>

static import_source *source_read;
static import_drop *source_drop;

void import_set_source(import_source *read, import_drop *drop)
{
    source_read = read;
    source_drop = drop;
}

enum {
    RUN_ID,
    RUN_ENTITY,
    RUN_UPLOAD,
    RUN_ASKED,
    RUN_NEXT,
    RUN_CREATED,
    RUN_UPDATED,
    RUN_SKIPPED,
    RUN_BAD,
    RUN_ENDED
};

#define RUN_COLUMNS                                                                                          \
    "SELECT id, entity, upload, asked, next, created, updated, skipped, bad, ended_at IS NOT NULL FROM "     \
    "import_run"

static const struct sql sql_by_key = {"import_by_key",
                                      RUN_COLUMNS " WHERE employee_id = $1 AND key = $2 FOR NO KEY UPDATE"};
static const struct sql sql_by_id = {"import_by_id",
                                     RUN_COLUMNS " WHERE employee_id = $1 AND id = $2 FOR NO KEY UPDATE"};
static const struct sql sql_begin = {"import_begin",
                                     "INSERT INTO import_run (employee_id, key, entity, upload, asked) "
                                     "VALUES ($1, $2, $3, $4, $5) RETURNING id"};
static const struct sql sql_note = {
    "import_note",
    "UPDATE import_run SET next = $3, created = created + $4, updated = updated + $5, skipped = skipped + "
    "$6, "
    "bad = bad + $7, touched_at = now() WHERE id = $1 AND next = $2 AND ended_at IS NULL RETURNING 1"};
static const struct sql sql_faults = {
    "import_faults", "INSERT INTO import_fault (run_id, line, fault) SELECT $1::bigint, u.line, u.fault FROM "
                     "unnest($2::bigint[], $3::text[]) u (line, fault) ON CONFLICT DO NOTHING"};
static const struct sql sql_told = {
    "import_told", "SELECT fault FROM import_fault WHERE run_id = $1 ORDER BY line LIMIT 100000"};
static const struct sql sql_end = {
    "import_end", "UPDATE import_run SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING 1"};

/* The same key for something else; a run that is over; another entity's. */
static int take_run(struct import *import, struct rows *run)
{
    struct request *request = import->request;
    bool asked = import->run != NIL;
    if (rows_count(run) == 0)
        return asked ? request_fail(request, ERR_NOT_FOUND, "run", N_("There is no such import"), NULL) : 0;
    if (strcmp(rows_text(run, 0, RUN_ENTITY), import->entity->name) != 0)
        return asked ? request_fail(request, ERR_NOT_FOUND, "run", N_("There is no such import"), NULL)
                     : request_fail(request, ERR_CONFLICT, "key", N_("This key was used for another request"),
                                    NULL);
    if (strcmp(rows_text(run, 0, RUN_ASKED), import->hash) != 0)
        return request_fail(request, ERR_CONFLICT, asked ? "run" : "key",
                            N_("This import was begun with other arguments"), NULL);
    if (rows_bool(run, 0, RUN_ENDED))
        return request_fail(request, ERR_CONFLICT, asked ? "run" : "key", N_("This import has ended"), NULL);
    import->run = rows_int(run, 0, RUN_ID);
    import->upload = rows_int(run, 0, RUN_UPLOAD);
    import->next = (size_t)rows_int(run, 0, RUN_NEXT);
    import->created = rows_int(run, 0, RUN_CREATED);
    import->updated = rows_int(run, 0, RUN_UPDATED);
    import->skipped = rows_int(run, 0, RUN_SKIPPED);
    import->bad_lines = rows_int(run, 0, RUN_BAD);
    import->checked = true;
    return 0;
}

static int read_table(struct import *import)
{
    struct request *request = import->request;
    const char *type = import->file.type;
    enum sheet_fault fault = SHEET_BROKEN;
    if (strcmp(type, "xlsx") == 0)
        fault = sheet_read_xlsx(&import->sheet, import->file.bytes, import->file.size);
    else if (strcmp(type, "csv") == 0 || strcmp(type, "text") == 0)
        fault = sheet_read_csv(&import->sheet, import->file.bytes, import->file.size);
    if (!fault && import->sheet.rows.count < 2 && !import->look)
        fault = SHEET_EMPTY;
    if (fault)
        return request_fail(request, fault == SHEET_TOO_BIG ? ERR_LIMIT : ERR_INVALID, "upload",
                            sheet_fault_text(fault), NULL);
    return 0;
}

/* What was passed over before the run was broken off. */
static int tell_again(struct import *import, struct rows *told)
{
    for (size_t i = 0; told && i < rows_count(told); i++) {
        const char *fault = rows_text(told, i, 0);
        int rc = request_send_row(import->request, fault, strlen(fault));
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int open_all(struct import *import, struct rows *run, struct rows *indexes, struct rows *keys)
{
    struct request *request = import->request;
    struct rows *told = NULL;
    int rc = take_run(import, run);
    if (!rc && import->checked)
        told = tx_read(request->tx, &sql_told, p_int(import->run));
    if (!rc && import->upload == NIL)
        rc = request_fail(request, ERR_INVALID, "upload", N_("{field} is required"), "field", N_("Upload"),
                          NULL);
    if (!rc)
        rc = source_read(request, import->upload, &import->file);
    if (!rc)
        rc = read_table(import);
    if (!rc)
        rc = import_map_columns(import);
    if (!rc)
        import_unique_read(import, indexes, keys);
    if (!rc)
        import->file.name = arena_strdup(import->whole, import->file.name);
    return rc ? rc : tell_again(import, told);
}

int import_open(struct import *import)
{
    struct request *request = import->request;
    struct rows *indexes, *keys, *run;
    int64_t self = request->session->employee_id;
    request->key = import->dry || import->look ? NULL : import->key;
    request_begin(request);
    run = import->run == NIL ? tx_read(request->tx, &sql_by_key, p_int(self), p_text(import->key))
                             : tx_read(request->tx, &sql_by_id, p_int(self), p_int(import->run));
    import_unique_queue(import, &indexes, &keys);
    struct rows *types = import_types_queue(import);
    int rc = request_need(request);
    request->key = NULL; /* stored with the answer, at the end */
    import_types_read(import, types);
    if (!rc)
        rc = open_all(import, run, indexes, keys);
    return request_end(request, rc);
}

static int begin_run(struct import *import)
{
    struct request *request = import->request;
    request_begin(request);
    struct rows *rows =
        tx_read(request->tx, &sql_begin, p_int(request->session->employee_id), p_text(import->key),
                p_text(import->entity->name), p_int(import->upload), p_text(import->hash));
    int rc = request_need(request);
    if (!rc)
        import->run = rows_int(rows, 0, 0);
    bool read = rc == 0;
    rc = request_reread(request, request_end(request, rc));
    request_next(request, read && rc == 0);
    return rc;
}

int import_run_begin(struct import *import)
{
    int rc = 0;
    for (int tries = 0; tries < IMPORT_TRIES_MAX && !rc && import->run == NIL; tries++)
        rc = begin_run(import);
    return rc || import->run != NIL ? rc : import_unsettled(import);
}

void import_run_note(struct import *import, size_t next, const struct import_counts *counts,
                     const struct import_row *rows, size_t count)
{
    struct tx *tx = import->request->tx;
    struct array_text lines, faults;
    tx_write_one(tx, &sql_note, p_int(import->run), p_int((int64_t)import->next), p_int((int64_t)next),
                 p_int(counts->created), p_int(counts->updated), p_int(counts->skipped), p_int(counts->bad));
    if (!counts->bad)
        return;
    array_begin(&lines, import->request->arena);
    array_begin(&faults, import->request->arena);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].state != ROW_BAD)
            continue;
        array_add_int(&lines, rows[i].row->line);
        array_add_text(&faults, rows[i].fault);
    }
    tx_write(tx, &sql_faults, p_int(import->run), array_end(&lines), array_end(&faults));
}

void import_write_result(struct import *import, struct str *out)
{
    char delimiter[2] = {import->sheet.delimiter, '\0'};
    str_clear(out);
    str_add(out, "{\"run\":");
    if (import->run == NIL)
        str_add(out, "null");
    else
        str_addf(out, "%" PRId64, import->run);
    str_addf(out,
             ",\"rows\":%zu,\"created\":%" PRId64 ",\"updated\":%" PRId64 ",\"skipped\":%" PRId64
             ",\"bad\":%" PRId64 ",\"dry_run\":%s,\"format\":\"%s\",\"encoding\":\"%s\",\"delimiter\":",
             import->sheet.rows.count - 1, import->created, import->updated, import->skipped,
             import->bad_lines, import->dry ? "true" : "false", delimiter[0] ? "csv" : "xlsx",
             import->sheet.encoding);
    str_add_json(out, delimiter[0] ? delimiter : NULL);
    str_add_char(out, '}');
}

static int end_run(struct import *import, bool *done_r)
{
    struct request *request = import->request;
    request_begin(request);
    int rc = request_need(request);
    if (!rc) {
        tx_write_one(request->tx, &sql_end, p_int(import->run));
        source_drop(request, import->upload);
        import_write_result(import, &request->out);
    }
    *done_r = rc == 0;
    return request_reread(request, request_end(request, rc));
}

/* The last transaction keeps the answer under the key; the bytes are needed no more. */
int import_run_end(struct import *import)
{
    bool done = false;
    int rc = 0;
    import->request->key = import->key;
    for (int tries = 0; tries < IMPORT_TRIES_MAX && !rc && !done; tries++)
        rc = end_run(import, &done);
    return rc || done ? rc : import_unsettled(import);
}
