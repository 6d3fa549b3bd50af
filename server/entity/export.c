/*
 * E.export: the rows of a list as a file, however many: the database writes them, they go through here and out as the client reads them. Who takes
 * what away is in the trail before the first byte leaves, and how much it was at the end.
 */
#include "server/entity/export-private.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/money.h"
#include "server/entity/export.h"
#include "server/entity/filtered.h"
#include "server/entity/words.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *export_word(const struct export *export, const char *msgid)
{
    return words_get(export->language, msgid);
}

int export_file_failed(struct request *request, const char *what)
{
    log_error("export: %s: %s", request->verb->name, what);
    return -EIO;
}

const char *export_file_name(struct request *request, const char *what, const char *extension)
{
    int offset = 0, year, month, day;
    if (time_zone_offset(session_zone(request->session), request->now, &offset) < 0)
        offset = 0;
    day_split(day_of(request->now, offset), &year, &month, &day);
    return arena_printf(request->arena, "%s-%04d%02d%02d.%s", what, year, month, day, extension);
}

/* ------------------------------------------------------------------------------------------------- what is asked for */

static int check_arguments(struct request *request)
{
    static const char *const known[] = {"format", "filter", "q",     "sort",    "columns",
                                        "sum",    "total",  "title", "language"};
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        size_t i = 0;
        while (i < array_len(known) && strcmp(known[i], name) != 0)
            i++;
        if (i == array_len(known)) {
            const char *kept = arena_strndup(request->arena, name, strnlen(name, 64));
            return request_fail(request, ERR_INVALID, kept, N_("There is no argument {name}"), "name", kept,
                                NULL);
        }
    }
    return 0;
}

static int read_format(struct export *export)
{
    static const struct export_writer *const writers[] = {&export_csv, &export_xlsx, &export_pdf};
    const char *format = request_text(export->request, "format");
    for (size_t i = 0; i < array_len(writers) && !export->writer; i++) {
        if (!strcmp(format ? format : "csv", writers[i]->name))
            export->writer = writers[i];
    }
    if (!export->writer)
        return request_fail(export->request, ERR_INVALID, "format", N_("This is not a valid value"), NULL);
    return 0;
}

int export_read_language(struct request *request, const char **language_r)
{
    const char *language = request_text(request, "language");
    *language_r = language ? language : "en";
    if (!words_know(*language_r))
        return request_fail(request, ERR_INVALID, "language", N_("This is not a valid value"), NULL);
    return 0;
}

static int read_export(struct export *export)
{
    struct request *request = export->request;
    const char *title = request_text(request, "title");
    int rc = check_arguments(request);
    if (!rc && !export->listing)
        rc = request_fail(request, ERR_FORBIDDEN, NULL, N_("You may not list these records"), NULL);
    if (!rc)
        rc = read_format(export);
    if (!rc)
        rc = export_read_language(request, &export->language);
    if (!rc)
        rc = sort_read(request, export->entity, &export->sort);
    if (!rc)
        rc = filtered_arguments(request, export->entity, export->zone, &export->filter);
    if (!rc)
        rc = export_read_columns(export);
    if (!rc)
        export->title = title && *title ? title : export_word(export, export->entity->plural);
    return rc;
}

/* ------------------------------------------------------------------------------------------------- the trail */

static void note(struct export *export, const char *action, const char *now)
{
    struct change change = {.entity = export->entity->name,
                            .id = NIL,
                            .action = action,
                            .branch_id = NIL,
                            .old_branch_id = NIL,
                            .now = now};
    change_add(export->request, &change);
}

static void note_begin(struct export *export)
{
    struct str now;
    str_init(&now, export->request->arena);
    str_addf(&now, "{\"format\":\"%s\",\"filter\":", export->writer->name);
    filter_write(&export->filter, &now);
    str_add(&now, ",\"q\":");
    str_add_json(&now, export->filter.q);
    str_addf(&now, ",\"full\":%s,\"columns\":[", export->full ? "true" : "false");
    for (size_t i = 0; i < export->ncolumns; i++) {
        if (export->columns[i].code) /* beside its words */
            continue;
        str_add(&now, i ? "," : "");
        str_add_json(&now, export->columns[i].field->name);
    }
    str_add(&now, "]}");
    note(export, "export", now.data);
}

static void note_end(struct export *export, const char *how)
{
    note(export, "exported",
         arena_printf(export->request->arena, "{\"format\":\"%s\",\"rows\":%lld,\"ended\":\"%s\"}",
                      export->writer->name, (long long)export->rows, how));
}

/* It broke off: what was sent until then was sent. In a transaction of its own, past the cancelled request; the cancel itself may come late and
 * meet this one, so it is tried again. Of a database that is away, only the beginning is known. */
static void note_broken(struct export *export, int rc)
{
    enum { TRIES = 3 };
    struct request *request = export->request;
    const char *how = rc == -EPIPE                 ? "the reader is gone"
                      : rc == -ETIMEDOUT           ? "the reader stalled"
                      : request_cancelled(request) ? "cancelled"
                                                   : "failed";
    bool noted = false;
    for (int i = 0; i < TRIES && !noted; i++) {
        request_begin_note(request);
        note_end(export, how);
        noted = tx_commit(request->tx) == TX_OK;
    }
    if (!noted)
        log_warn("export: %s: its end is not in the trail", request->verb->name);
    request->tx = NULL;
}

/* ------------------------------------------------------------------------------------------------- rows */

size_t export_split(char *row, const char **cells, size_t most)
{
    size_t n = 0;
    char *in = row;
    while (n < most) {
        char *out = in;
        bool null = in[0] == '\\' && in[1] == 'N';
        cells[n++] = null ? NULL : out;
        for (; *in && *in != '\t' && *in != '\n'; in++) {
            static const char letters[] = "bfnrtv", meant[] = "\b\f\n\r\t\v";
            if (*in == '\\' && in[1]) {
                const char *letter = strchr(letters, *++in);
                *out++ = letter ? meant[letter - letters] : *in;
            } else {
                *out++ = *in;
            }
        }
        bool more = *in == '\t';
        *out = '\0';
        in++;
        if (!more)
            break;
    }
    return n;
}

/* "-12.50" is -1250 fen; a plain number is itself. */
void export_add_sum(struct export_column *column, const char *cell)
{
    int64_t number;
    if (!cell || !column->summed)
        return;
    if (column->kind == CELL_MONEY && money_parse(cell, &number) == 0)
        column->sum += number;
    else if (column->kind != CELL_MONEY)
        column->sum += strtoll(cell, NULL, 10);
}

const char *export_sum_text(const struct export_column *column, char *buf, size_t size)
{
    if (column->kind == CELL_MONEY)
        return money_print(buf, size, column->sum);
    snprintf(buf, size, "%lld", (long long)column->sum);
    return buf;
}

int export_tick(struct export *export, int64_t done, int64_t total)
{
    if (request_cancelled(export->request))
        return -ECANCELED;
    int64_t now = time_monotonic_ms();
    if (now < export->progress_ms)
        return 0;
    export->progress_ms = now + WIRE_PROGRESS_AFTER_MS;
    return request_send_progress(export->request, done, total);
}

static int too_many(struct export *export)
{
    return request_fail(
        export->request, ERR_LIMIT, "format",
        N_("These are too many rows for {format}, which takes {max}: narrow the filter, or take CSV"),
        "format", export->writer->name, "max",
        arena_printf(export->request->arena, "%lld", (long long)export->writer->rows_max), NULL);
}

static int count(struct export *export)
{
    struct builder b;
    int64_t most = export->writer->rows_max;
    if (!most && !request_bool(export->request, "total"))
        return 0;
    builder_init(&b, export->request->arena);
    export_count(&b, export);
    struct rows *rows = builder_read_unnamed(&b, export->request->tx);
    int rc = request_need(export->request);
    export->total = rc ? 0 : rows_int(rows, 0, 0);
    return !rc && most && export->total > most ? too_many(export) : rc;
}

static int copy_rows(struct export *export)
{
    struct tx *tx = export->request->tx;
    char *row;
    for (int len; (len = tx_copy_row(tx, &row)) > 0;) {
        int rc = export->writer->row(export, row, (size_t)len);
        tx_copy_free(row);
        if (!rc && ++export->rows == export->writer->rows_max + 1 && export->writer->rows_max)
            rc = too_many(export);
        if (!rc)
            rc = export_tick(export, export->rows, export->total);
        if (rc) {
            tx_copy_drop(tx);
            return rc;
        }
    }
    return tx_fault(tx) == TX_OK ? 0 : request_tx_failed(export->request);
}

/* The rows, in one transaction, on one snapshot. */
static int take_rows(struct export *export, const struct builder *select)
{
    struct request *request = export->request;
    request_begin(request);
    int rc = request_need(request);
    if (!rc)
        rc = count(export);
    if (!rc)
        rc = export->writer->begin(export);
    if (!rc && tx_copy_open(request->tx, select->text.data, select->params, select->count,
                            export->writer->copy) != TX_OK)
        rc = request_tx_failed(request);
    if (!rc)
        rc = copy_rows(export);
    if (!rc)
        note_end(export, "complete");
    return request_end(request, rc);
}

static void reply(struct export *export)
{
    struct request *request = export->request;
    str_clear(&request->out);
    str_add(&request->out, "{\"name\":");
    str_add_json(&request->out, export_file_name(request, export->entity->name, export->writer->name));
    str_addf(&request->out, ",\"type\":\"%s\",\"rows\":%lld", export->writer->type, (long long)export->rows);
    export_stream_reply(&export->stream, &request->out);
    str_add_char(&request->out, '}');
}

static int run(struct export *export)
{
    struct request *request = export->request;
    struct builder select;
    builder_init(&select, request->arena);
    export_select(&select, export); /* first: it finds whether persons' data are in it */
    request_begin(request);
    note_begin(export);
    int rc = request_end(request, request_need(request));
    if (rc)
        return rc;
    rc = take_rows(export, &select);
    if (rc)
        note_broken(export, rc);
    if (!rc)
        rc = export->writer->end(export);
    if (!rc)
        reply(export);
    return rc;
}

static int run_export(struct request *request)
{
    struct export *export = arena_new(request->arena, struct export);
    export->request = request;
    export->entity = entity_verb_of(request)->entity;
    export->zone = session_zone(request->session);
    export->listing = grant_of(request->session, export->entity->name, "list");
    export->pii = session_grant(request->session, "pii.view");
    export->progress_ms = time_monotonic_ms() + WIRE_PROGRESS_AFTER_MS;
    int rc = read_export(export);
    if (rc)
        return rc;
    export_stream_init(&export->stream, request);
    rc = run(export);
    if (export->writer->drop)
        export->writer->drop(export);
    export_stream_finish(&export->stream);
    return rc;
}

/* ------------------------------------------------------------------------------------------------- the verb */

static const struct field export_args[] = {
    ARG(format, FIELD_CHOICE, .label = N_("Format"), .help = N_("csv, xlsx or pdf; left out: csv.")),
    FILTERED_ARGS,
    ARG(sort, FIELD_SET, .label = N_("Sort"), .help = N_("Columns; - in front of one: descending.")),
    ARG(columns, FIELD_SET, .label = N_("Columns"),
        .help = N_("The fields wanted, in this order; left out: all.")),
    ARG(sum, FIELD_SET, .label = N_("Sums"),
        .help = N_("Number columns added up at the end; left out: all amounts.")),
    ARG(total, FIELD_BOOL, .label = N_("Total"), .help = N_("Counts the rows first, for the progress.")),
    ARG(language, FIELD_TEXT, .label = N_("Language"),
        .help = N_("Of the words in the file: en, zh_CN or zh_TW.")),
    ARG(title, FIELD_TEXT, .label = N_("Title"), .help = N_("What stands above the rows.")),
};

static const struct field print_args[] = {
    ARG(language, FIELD_TEXT, .label = N_("Language"),
        .help = N_("Of the words in the file: en, zh_CN or zh_TW.")),
};

/* Whoever sees a record may print it. */
static void register_print(const struct entity *entity)
{
    struct entity_verb *verb =
        entity_verb_create(entity, "print", ACT_GET, VERB_NO_TX | VERB_NOTED, entity_run_print);
    size_t size = strlen(entity->name) + sizeof(".get");
    char *permission = memory_alloc(size);
    snprintf(permission, size, "%s.get", entity->name);
    verb->row.permission = permission;
    verb->row.label = N_("Print");
    verb->row.help = N_("One record on paper (PDF), with its lines and steps; it is in the trail.");
    verb->row.lane = LANE_LONG;
    verb->row.takes = TAKES_ID;
    verb->row.args = print_args;
    verb->row.nargs = array_len(print_args);
    verb_register(&verb->row);
}

void export_register(const struct entity *entity)
{
    if (entity->verbs & VERB_GET)
        register_print(entity);
    if (!(entity->verbs & VERB_LIST))
        return;
    struct entity_verb *verb =
        entity_verb_create(entity, "export", ACT_GET, VERB_NO_TX | VERB_NOTED, run_export);
    verb->row.label = N_("Export");
    verb->row.help = N_("The rows of a list as a file; who took what is in the trail.");
    verb->row.lane = LANE_LONG;
    verb->row.takes = TAKES_ANY;
    verb->row.args = export_args;
    verb->row.nargs = array_len(export_args);
    verb_register(&verb->row);
}
