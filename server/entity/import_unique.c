/* What may stand only once: in the file, and in the table it goes to. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "server/db/array.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

static const struct sql sql_keys = {"import_unique_keys",
                                    "SELECT array_agg(a.attname ORDER BY k.n) FROM pg_index i, "
                                    "unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, n), "
                                    "pg_attribute a WHERE i.indrelid = to_regclass($1) AND i.indisunique AND "
                                    "NOT i.indisprimary AND i.indexprs IS NULL "
                                    "AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = "
                                    "'(disabled_at IS NULL)') AND a.attrelid = i.indrelid AND a.attnum = "
                                    "k.attnum GROUP BY i.indexrelid HAVING count(*) > 1"};
static const struct sql sql_indexes = {
    "import_indexes",
    "SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = to_regclass($1) "
    "AND i.indisunique AND NOT i.indisprimary ORDER BY length(pg_get_indexdef(i.indexrelid))"};

void import_unique_queue(struct import *import, struct rows **indexes_r, struct rows **keys_r)
{
    *keys_r = tx_read(import->request->tx, &sql_keys, p_text(import->entity->table));
    *indexes_r = tx_read(import->request->tx, &sql_indexes, p_text(import->entity->table));
}

static bool holds_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        bool before = at > text && (at[-1] == '(' || at[-1] == ' ' || at[-1] == '"');
        if (before && strchr(",) \"", at[len]))
            return true;
    }
    return false;
}

/* How the table keeps the field unique: by branch or in all, with what is out of use or without. */
static void learn_index(struct import_column *column, struct rows *indexes)
{
    for (size_t i = 0; i < rows_count(indexes); i++) {
        const char *definition = rows_text(indexes, i, 0);
        const char *list = strchr(definition, '(');
        if (!list || !holds_word(list, field_column(column->field)))
            continue;
        column->unique->by_branch = holds_word(list, "branch_id");
        column->unique->folded = strstr(list, "(COALESCE(branch_id, 0), ") == list;
        column->unique->live_only = strstr(list, "disabled_at IS NULL") != NULL;
        return;
    }
}

static const char *branch_text(const struct import *import, const struct sheet_row *row)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        const struct field *field = import->columns[i].field;
        if (field && strcmp(field->name, "branch_id") == 0)
            return import_cell(import, row, i);
    }
    return "";
}

/* What a value is known by among the lines of the file. */
static const char *line_key(struct import *import, const struct import_column *column,
                            const struct sheet_row *row, size_t at, struct arena *arena)
{
    const char *text = import_plain(import, column, import_cell(import, row, at), arena);
    if (!text)
        return NULL;
    return column->unique->by_branch ? arena_printf(arena, "%s %s", text, branch_text(import, row)) : text;
}

static void taken(struct import *import, struct import_row *row, const struct field *field, const char *msgid,
                  const char *line)
{
    (void)request_fail(import->request, ERR_DUPLICATE, field->name, msgid, "field",
                       field->label ? field->label : field->name, "line", line, NULL);
    import_row_fail(import, row);
}

/* Several columns that together stand once, where all of them are fields. */
static void learn_key(struct import *import, struct text_set columns)
{
    struct import_key *key = &import->keys[import->nkeys];
    if (import->nkeys == IMPORT_KEYS_MAX || columns.count > IMPORT_KEY_COLUMNS_MAX)
        return;
    *key = (struct import_key){.count = columns.count};
    for (size_t c = 0; c < columns.count; c++) {
        for (size_t i = 0; i < import->entity->nfields && !key->fields[c]; i++) {
            const struct field *field = &import->entity->fields[i];
            if (field_is_stored(field) && strcmp(field_column(field), columns.items[c]) == 0)
                key->fields[c] = field;
        }
        if (!key->fields[c])
            return;
    }
    map_init(&key->lines);
    import->nkeys++;
}

void import_keys_clear(struct import *import)
{
    for (size_t i = 0; i < import->nkeys; i++)
        map_clear(&import->keys[i].lines);
}

void import_keys_finish(struct import *import)
{
    for (size_t i = 0; i < import->nkeys; i++)
        map_finish(&import->keys[i].lines);
}

static const char *key_text(struct arena *arena, const struct import_key *key, const void *record)
{
    struct str text;
    str_init(&text, arena);
    for (size_t i = 0; i < key->count; i++) {
        struct value value = record_get(key->fields[i], record);
        if (value.null)
            return NULL;
        str_addf(&text, "%s\n", value_text(arena, &value));
    }
    return text.data;
}

void import_keys_judge(struct import *import, struct import_row *row)
{
    for (size_t i = 0; i < import->nkeys && row->state == ROW_NEW; i++) {
        struct import_key *key = &import->keys[i];
        const char *text = key_text(import->request->arena, key, row->command->act.now);
        int64_t line = text ? (int64_t)(uintptr_t)map_get(&key->lines, text) : 0;
        if (text && !line)
            map_put(&key->lines, text, (void *)(uintptr_t)row->row->line);
        if (!line || line == row->row->line)
            continue;
        if (import->duplicates == DUPLICATES_SKIP)
            row->state = ROW_SKIPPED;
        else
            taken(import, row, key->fields[key->count - 1],
                  N_("{field}: line {line} of the file has the same values"),
                  arena_printf(import->request->arena, "%" PRId64, line));
    }
}

void import_unique_read(struct import *import, struct rows *indexes, struct rows *keys)
{
    for (size_t i = 0; i < rows_count(keys); i++)
        learn_key(import, rows_set(keys, i, 0));
    struct arena *passing = arena_create(0);
    for (size_t i = 0; i < import->ncolumns; i++) {
        if (import->columns[i].field && import->columns[i].unique)
            learn_index(&import->columns[i], indexes);
    }
    for (size_t r = 1; r < import->sheet.rows.count; r++) {
        const struct sheet_row *row = &import->sheet.rows.items[r];
        arena_reset(passing);
        for (size_t i = 0; i < import->ncolumns; i++) {
            struct import_column *column = &import->columns[i];
            const char *key =
                column->field && column->unique ? line_key(import, column, row, i, passing) : NULL;
            if (key && !map_get(&column->unique->lines, key))
                map_put(&column->unique->lines, key, (void *)(uintptr_t)row->line);
        }
    }
    arena_destroy(passing);
}

/* ---- the table */

enum { FEW_BRANCHES = 8 };

static struct rows *queue_column(struct import *import, size_t at, struct import_row *rows, size_t count)
{
    struct request *request = import->request;
    const struct import_column *column = &import->columns[at];
    const struct entity *entity = import->entity;
    struct array_text texts;
    bool any = false;
    array_begin(&texts, request->arena);
    for (size_t i = 0; i < count; i++) {
        struct value value = rows[i].state == ROW_NEW ? record_get(column->field, rows[i].command->act.now)
                                                      : value_null(column->field);
        if (value.null)
            continue;
        array_add_text(&texts, value_text(request->arena, &value));
        any = true;
    }
    if (!any)
        return NULL;
    struct builder b;
    builder_init(&b, request->arena);
    str_addf(&b.text, "SELECT t.\"%s\"::text, t.id, %s, %s, %s, %s FROM \"%s\" t WHERE t.\"%s\" = ANY (",
             field_column(column->field), entity_has_version(entity) ? "t.version" : "0",
             entity_is_scoped(entity) && !entity_is_branch(entity) ? "t.branch_id" : "NULL",
             entity->only ? entity->only : "true",
             entity_has_version(entity) ? "t.disabled_at IS NOT NULL" : "false", entity->table,
             field_column(column->field));
    builder_param(&b, array_end(&texts));
    str_addf(&b.text, "::%s[])", field_storage_of(column->field) == STORE_INT ? "bigint" : "text");
    if (column->unique->live_only)
        str_add(&b.text, " AND t.disabled_at IS NULL");
    if (column->unique->folded && request->grant->count <= FEW_BRANCHES) { /* so that the index serves */
        str_add(&b.text, " AND coalesce(t.branch_id, 0) = ANY (0 || ");
        builder_param(&b, p_text(request->grant->scope));
        str_add(&b.text, "::int[])");
    }
    str_addf(&b.text, " ORDER BY t.\"%s\"::text COLLATE \"C\"", field_column(column->field));
    return builder_read_unnamed(&b, request->tx); /* planned anew: the table grows under it */
}

/* By column of the file; NULL where nothing is unique. */
struct rows **import_known_queue(struct import *import, struct import_row *rows, size_t count)
{
    struct rows **known = arena_alloc(import->request->arena, (import->ncolumns + 1) * sizeof(struct rows *));
    for (size_t i = 0; i < import->ncolumns; i++) {
        if (import->columns[i].field && import->columns[i].unique)
            known[i] = queue_column(import, i, rows, count);
    }
    return known;
}

/* First row with this value, as they are in order; rows_count: none. */
static size_t lower_bound(struct rows *rows, const char *text)
{
    size_t low = 0, high = rows_count(rows);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(rows_text(rows, middle, 0), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum { KNOWN_ID = 1, KNOWN_VERSION, KNOWN_BRANCH, KNOWN_MINE, KNOWN_DISABLED };

/* A record of the company is told beside one of a branch, too, as E.create warns. */
static bool is_near(const struct import *import, const struct import_row *row, int64_t branch)
{
    int64_t own = row->command->act.branch_id;
    return branch == NIL || branch == (own == NIL ? import->request->session->branch_id : own);
}

/* A value of another line. The first line that has it stands. */
static bool judge_lines(struct import *import, struct import_row *row, const struct import_column *column,
                        size_t at)
{
    struct arena *arena = import->request->arena;
    const char *key = line_key(import, column, row->row, at, arena);
    int64_t line = key ? (int64_t)(uintptr_t)map_get(&column->unique->lines, key) : 0;
    if (!line || line == row->row->line)
        return true;
    if (import->duplicates == DUPLICATES_SKIP)
        row->state = ROW_SKIPPED;
    else
        taken(import, row, column->field, N_("{field}: line {line} of the file has this value, too"),
              arena_printf(arena, "%" PRId64, line));
    return false;
}

/* A record that is there already: told, passed over, or changed instead. */
static void meet(struct import *import, struct import_row *row, const struct import_column *column,
                 struct rows *known, size_t at)
{
    const struct grant *grant = grant_of(import->request->session, import->entity->name, "update");
    int64_t id = rows_int(known, at, KNOWN_ID);
    bool changeable = rows_bool(known, at, KNOWN_MINE) && !rows_bool(known, at, KNOWN_DISABLED) && grant &&
                      grant_covers(grant, rows_int(known, at, KNOWN_BRANCH)) &&
                      (row->state == ROW_NEW || row->id == id);
    if (import->duplicates == DUPLICATES_SKIP) {
        row->state = ROW_SKIPPED;
    } else if (import->duplicates == DUPLICATES_UPDATE && changeable) {
        row->state = ROW_KNOWN;
        row->id = id;
        row->version = rows_int(known, at, KNOWN_VERSION);
    } else {
        taken(import, row, column->field, N_("{field}: this value is taken already"), "");
    }
}

static void judge_table(struct import *import, struct import_row *row, const struct import_column *column,
                        struct rows *known)
{
    struct value value = record_get(column->field, row->command->act.now);
    const char *text = value.null ? NULL : value_text(import->request->arena, &value);
    if (!text || !known)
        return;
    for (size_t i = lower_bound(known, text);
         i < rows_count(known) && strcmp(rows_text(known, i, 0), text) == 0; i++) {
        if (!column->unique->by_branch || is_near(import, row, rows_int(known, i, KNOWN_BRANCH))) {
            meet(import, row, column, known, i);
            return;
        }
    }
}

void import_known_judge(struct import *import, struct import_row *row, struct rows **known)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        const struct import_column *column = &import->columns[i];
        if (!column->field || !column->unique)
            continue;
        if (!judge_lines(import, row, column, i))
            return;
        judge_table(import, row, column, known[i]);
        if (row->state == ROW_SKIPPED || row->state == ROW_BAD)
            return;
    }
}
