/* One transaction of an import. What a rule of the database refuses is narrowed down to the line, by halves. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "server/core/fail.h"

#include <inttypes.h>
#include <string.h>

struct chunk {
    struct import *import;
    struct import_row *rows;
    size_t from, count;
    struct rows *ids, **known;
    struct import_search *search;
    bool again; /* a hook refused a row after it may have written: once more, without it */
};

void import_row_fail(struct import *import, struct import_row *row)
{
    struct str json;
    str_init(&json, import->chunk);
    fail_write_request(&json, import->request);
    row->fault = arena_printf(import->chunk, "{\"line\":%" PRId64 ",%s", row->row->line, json.data + 1);
    row->state = ROW_BAD;
    request_forgive(import->request);
}

static struct command *new_command(struct import *import)
{
    struct command *command = command_create(import->request);
    command->act.reason = NULL;
    command->act.many = true;
    return command;
}

static void begin(struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++) {
        struct import_row *row = &chunk->rows[i];
        row->row = &chunk->import->sheet.rows.items[chunk->from + i];
        if (row->fault)
            continue;
        row->state = ROW_NEW;
        row->command = new_command(chunk->import);
        if (!import_bind(chunk->import, row))
            import_row_fail(chunk->import, row);
    }
}

static void queue_look_ups(struct chunk *chunk)
{
    struct import *import = chunk->import;
    const struct entity *entity = import->entity;
    struct builder b;
    builder_init(&b, import->request->arena);
    str_addf(&b.text, "SELECT nextval('%s%s') FROM generate_series(1, ",
             entity->sequence ? entity->sequence : entity->table, entity->sequence ? "" : "_id_seq");
    builder_param(&b, p_int((int64_t)chunk->count));
    str_add(&b.text, "::int)");
    chunk->ids = builder_read(&b, import->request->tx);
    chunk->search = import_refs_queue(import, chunk->rows, chunk->count);
    chunk->known = import_known_queue(import, chunk->rows, chunk->count);
}

/* What E.create does before it asks the database. */
static int prepare(struct import *import, struct command *command)
{
    int rc = create_settle_branch(command);
    if (rc)
        return rc;
    bind_defaults(command);
    rc = bind_finish(command, true);
    return rc || !import->entity->check ? rc : import->entity->check(&command->act);
}

static void judge(struct chunk *chunk)
{
    struct import *import = chunk->import;
    import_refs_take(import, chunk->search);
    for (size_t i = 0; i < chunk->count; i++) {
        struct import_row *row = &chunk->rows[i];
        if (row->state != ROW_NEW)
            continue;
        bool good = import_refs_bind(import, row) && create_settle_branch(row->command) == 0;
        if (!good)
            import_row_fail(import, row);
        else
            import_known_judge(import, row, chunk->known);
        if (row->state != ROW_NEW)
            continue;
        if (prepare(import, row->command))
            import_row_fail(import, row);
        else
            import_keys_judge(import, row);
        if (row->state == ROW_NEW && import->entity->load && import->entity->load(&row->command->act))
            import_row_fail(import, row);
    }
}

static void decide(struct chunk *chunk)
{
    struct import *import = chunk->import;
    for (size_t i = 0; i < chunk->count; i++) {
        struct import_row *row = &chunk->rows[i];
        if (row->state != ROW_NEW)
            continue;
        create_identify(row->command, rows_int(chunk->ids, i, 0));
        if (import->entity->in_tx && import->entity->in_tx(&row->command->act)) {
            import_row_fail(import, row);
            chunk->again = true;
        }
        create_take_branch(row->command);
    }
}

/* ---- records that are there: changed by E.update itself, as if the line had been typed */

static json_t *update_args(struct import *import, const struct import_row *row)
{
    json_t *args = json_object();
    json_object_set_new(args, "id", json_integer(row->id));
    json_object_set_new(args, "version", json_integer(row->version));
    for (size_t i = 0; i < import->ncolumns; i++) {
        const struct import_column *column = &import->columns[i];
        if (!column->field || column->index < 0 || column->field->create_only ||
            !*import_cell(import, row->row, i))
            continue;
        struct value value = record_get(column->field, row->command->act.now);
        struct str text;
        str_init(&text, import->request->arena);
        value_write(&text, &value);
        json_object_set_new(args, column->field->name,
                            json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL));
    }
    json_object_set_new(
        args, "reason",
        json_string(arena_printf(import->request->arena, "%s:%" PRId64, import->file.name, row->row->line)));
    return args;
}

static int update_row(struct import *import, struct import_row *row)
{
    struct request *request = import->request;
    const struct verb *verb = request->verb;
    const struct grant *grant = request->grant;
    json_t *args = request->args;
    request->verb = verb_find(arena_printf(request->arena, "%s.update", import->entity->name));
    request->grant = grant_of(request->session, import->entity->name, "update");
    request->args = update_args(import, row);
    int rc = entity_run_change(request);
    request->verb = verb;
    request->grant = grant;
    request->args = args;
    return rc;
}

static int update_known(struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++) {
        struct import_row *row = &chunk->rows[i];
        if (row->state != ROW_KNOWN)
            continue;
        int rc = update_row(chunk->import, row);
        if (rc && tx_fault(chunk->import->request->tx) != TX_OK)
            return rc;
        if (rc) {
            import_row_fail(chunk->import, row);
            chunk->again = true;
        }
    }
    return 0;
}

/* ---- the transaction */

static int run_once(struct chunk *chunk)
{
    struct request *request = chunk->import->request;
    begin(chunk);
    queue_look_ups(chunk);
    int rc = request_need(request);
    if (rc)
        return rc;
    judge(chunk);
    rc = request_need(request);
    if (rc)
        return rc;
    decide(chunk);
    if (chunk->again && !chunk->import->dry)
        return 0;
    import_write_rows(chunk->import, chunk->rows, chunk->count);
    rc = update_known(chunk);
    return rc ? rc : request_need(request);
}

static size_t count_of(const struct chunk *chunk, enum import_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < chunk->count; i++)
        n += chunk->rows[i].state == state;
    return n;
}

static bool refused_by_rule(struct request *request)
{
    enum tx_fault fault = tx_fault(request->tx);
    return fault == TX_DUPLICATE || fault == TX_REFUSED || fault == TX_MISSED;
}

static void drop(struct import *import)
{
    tx_rollback(import->request->tx);
    import->request->tx = NULL;
    request_next(import->request, false);
}

static int report(struct chunk *chunk)
{
    struct import *import = chunk->import;
    for (size_t i = 0; i < chunk->count; i++) {
        const struct import_row *row = &chunk->rows[i];
        if (row->state != ROW_BAD)
            continue;
        int rc = request_send_row(import->request, row->fault, strlen(row->fault));
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* It was good when all lines were looked at, and is not any more. */
static int refuse_late(struct import *import)
{
    return request_fail(import->request, ERR_CONFLICT, NULL,
                        N_("{done} records were imported before a line was refused"), "done",
                        arena_printf(import->chunk, "%" PRId64, import->created + import->updated), NULL);
}

static int finish(struct chunk *chunk)
{
    struct import *import = chunk->import;
    struct import_counts counts = {
        .created = (int64_t)count_of(chunk, ROW_NEW),
        .updated = (int64_t)count_of(chunk, ROW_KNOWN),
        .skipped = (int64_t)count_of(chunk, ROW_SKIPPED),
        .bad = (int64_t)count_of(chunk, ROW_BAD),
    };
    size_t next = chunk->from + chunk->count;
    if (import->dry) {
        drop(import);
    } else if (counts.bad && import->bad == BAD_REFUSE) {
        drop(import);
        int rc = report(chunk);
        return rc ? rc : refuse_late(import);
    } else {
        import_run_note(import, next, &counts, chunk->rows, chunk->count);
        int rc = request_end(import->request, 0);
        if (rc)
            return rc;
        request_next(import->request, true);
    }
    import->next = next;
    import->created += counts.created;
    import->updated += counts.updated;
    import->skipped += counts.skipped;
    import->bad_lines += counts.bad;
    return report(chunk);
}

static int run_chunk(struct import *import, struct import_row *rows, size_t from, size_t count);

/* A rule of the database refused something in these rows: each half by itself, down to the one. */
static int narrow(struct chunk *chunk, int rc)
{
    struct import *import = chunk->import;
    size_t candidates = count_of(chunk, ROW_NEW) + count_of(chunk, ROW_KNOWN);
    if (candidates <= 1) {
        for (size_t i = 0; i < chunk->count; i++) {
            if (chunk->rows[i].state == ROW_NEW || chunk->rows[i].state == ROW_KNOWN)
                import_row_fail(import, &chunk->rows[i]);
        }
        drop(import);
        return run_chunk(import, chunk->rows, chunk->from, chunk->count);
    }
    size_t half = chunk->count / 2;
    drop(import);
    rc = run_chunk(import, chunk->rows, chunk->from, half);
    return rc ? rc : run_chunk(import, chunk->rows + half, chunk->from + half, chunk->count - half);
}

static int run_chunk(struct import *import, struct import_row *rows, size_t from, size_t count)
{
    struct request *request = import->request;
    int rc = 0;
    for (int tries = 0; tries < IMPORT_TRIES_MAX && !rc;) {
        struct chunk chunk = {.import = import, .rows = rows, .from = from, .count = count};
        request_begin(request);
        rc = run_once(&chunk);
        if (!rc && (!chunk.again || import->dry))
            return finish(&chunk);
        if (rc > 0 && refused_by_rule(request))
            return narrow(&chunk, rc);
        if (rc) { /* its own rows may have changed its rights: branches do */
            rc = request_reread(request, request_end(request, rc));
            tries++;
        } else {
            drop(import);
        }
    }
    return rc ? rc : import_unsettled(import);
}

int import_unsettled(struct import *import)
{
    return request_fail(import->request, ERR_BUSY, NULL, N_("Rights are changing; try again"), NULL);
}

int import_chunk(struct import *import, size_t from, size_t to)
{
    struct import_row *rows = arena_alloc(import->chunk, (to - from + 1) * sizeof(*rows));
    return run_chunk(import, rows, from, to - from);
}
