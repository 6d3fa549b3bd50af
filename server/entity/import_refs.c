/* References in a file are numbers, codes or names of other records: all of a chunk are looked up at once, where this user may see them. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "server/db/array.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { BY_MAX = 6 };

/* One way to name records of the other entity: its number, a unique field, its title. */
struct way {
    const struct field *field; /* NULL: the number */
    struct rows *rows;         /* id, text */
};

struct column_search {
    struct way ways[BY_MAX];
    size_t nways;
};

struct import_search {
    struct column_search *columns; /* by column of the file */
};

static bool is_text(const struct field *field)
{
    return field_storage_of(field) == STORE_TEXT && !field->secret && field_is_readable(field);
}

/* Codes before the number, but in a column that was written by name: there stand numbers. */
static size_t ways_of(const struct import_column *column, const struct entity *to, struct way ways[BY_MAX])
{
    size_t n = 0;
    if (column->by_name)
        ways[n++] = (struct way){0};
    for (size_t i = 0; i < to->nfields && n < BY_MAX - 2; i++) {
        if (to->fields[i].unique && is_text(&to->fields[i]))
            ways[n++] = (struct way){.field = &to->fields[i]};
    }
    if (!column->by_name)
        ways[n++] = (struct way){0};
    const struct field *title = to->title ? entity_field(to, to->title) : NULL;
    if (title && is_text(title) && !title->unique)
        ways[n++] = (struct way){.field = title};
    return n;
}

/* As the other table keeps it: plates without dots, phones without strokes. */
static const char *form_of(const struct field *field, struct arena *arena, const char *text)
{
    const char *out = text;
    if (!field) {
        size_t digits = strspn(text, "0123456789");
        return digits && digits < 19 && !text[digits] ? text : NULL;
    }
    enum field_type type = field_type_of(field);
    if (type == FIELD_PLATE || type == FIELD_PHONE || type == FIELD_CODE)
        return field_parse_text(field, arena, text, &out) == FIELD_OK ? out : NULL;
    return text;
}

static void queue_way(struct import *import, size_t at, const struct entity *to, struct way *way,
                      struct import_row *rows, size_t count)
{
    struct request *request = import->request;
    struct import_column *column = &import->columns[at];
    struct array_text texts;
    bool any = false;
    array_begin(&texts, request->arena);
    for (size_t i = 0; i < count; i++) {
        const char *text = rows[i].state == ROW_NEW && rows[i].texts ? rows[i].texts[at] : NULL;
        if (!text || !*text || map_get(&column->ids, text))
            continue;
        const char *form = form_of(way->field, request->arena, text);
        if (form)
            array_add_text(&texts, form);
        any |= form != NULL;
    }
    if (!any)
        return;
    struct builder b;
    builder_init(&b, request->arena);
    str_add(&b.text, "SELECT t.id, ");
    struct sort_key key = {way->field, false};
    if (way->field)
        sql_value(&b.text, way->field);
    else
        str_add(&b.text, "t.id::text");
    str_addf(&b.text, " FROM \"%s\" t WHERE ", to->table);
    if (way->field && way->field->sortable && !way->field->virtual_)
        sql_sort_key(&b.text, to, &key); /* the expression that has an index */
    else if (way->field)
        sql_value(&b.text, way->field);
    else
        str_add(&b.text, "t.id");
    str_add(&b.text, " = ANY (");
    builder_param(&b, array_end(&texts));
    str_add(&b.text, way->field ? "::text[])" : "::bigint[])");
    if (entity_has_version(to))
        str_add(&b.text, " AND t.disabled_at IS NULL");
    sql_scope(&b, to, ref_grant(request, to->name), request->session);
    way->rows = builder_read_unnamed(&b, request->tx);
}

struct import_search *import_refs_queue(struct import *import, struct import_row *rows, size_t count)
{
    struct arena *arena = import->request->arena;
    struct import_search *search = arena_new(arena, struct import_search);
    search->columns = arena_alloc(arena, (import->ncolumns + 1) * sizeof(*search->columns));
    for (size_t i = 0; i < import->ncolumns; i++) {
        const struct field *field = import->columns[i].field;
        const struct entity *to =
            field && field_storage_of(field) == STORE_INT ? entity_find(field->ref) : NULL;
        if (!to)
            continue;
        struct column_search *column = &search->columns[i];
        column->nways = ways_of(&import->columns[i], to, column->ways);
        for (size_t w = 0; w < column->nways; w++)
            queue_way(import, i, to, &column->ways[w], rows, count);
    }
    return search;
}

/* 0: nobody is called so; NIL: several are. */
enum { REF_NOBODY = 0 };

static void keep(struct import *import, struct map *ids, const char *text, int64_t id)
{
    int64_t *known = map_get(ids, text);
    if (!known) {
        known = arena_new(import->arena, int64_t);
        *known = id;
        map_put(ids, text, known);
    } else if (*known != id) {
        *known = NIL;
    }
}

/* The first way that leads anywhere counts, so each way's finds are kept under its own mark. */
void import_refs_take(struct import *import, struct import_search *search)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        struct column_search *column = &search->columns[i];
        for (size_t w = 0; w < column->nways; w++) {
            struct rows *rows = column->ways[w].rows;
            for (size_t row = 0; rows && row < rows_count(rows); row++) {
                const char *text = rows_text(rows, row, 1);
                if (text)
                    keep(import, &import->columns[i].ids,
                         arena_printf(import->request->arena, "%zu:%s", w, text), rows_int(rows, row, 0));
            }
        }
    }
}

static int64_t found(struct import *import, struct import_column *column, const char *text)
{
    int64_t *known = map_get(&column->ids, text);
    struct way ways[BY_MAX];
    if (known)
        return *known;
    size_t n = ways_of(column, entity_find(column->field->ref), ways);
    for (size_t w = 0; w < n && !known; w++) {
        const char *form = form_of(ways[w].field, import->request->arena, text);
        known = form ? map_get(&column->ids, arena_printf(import->request->arena, "%zu:%s", w, form)) : NULL;
    }
    if (known && *known != NIL)
        keep(import, &column->ids, text, *known);
    return known ? *known : REF_NOBODY;
}

static bool refuse(struct import *import, const struct field *field, const char *msgid)
{
    return request_fail(import->request, ERR_INVALID, field->name, msgid, "field",
                        field->label ? field->label : field->name, NULL) == 0;
}

static void put(struct import_row *row, const struct import_column *column, int64_t id)
{
    struct act *act = &row->command->act;
    struct value value = {.storage = STORE_INT, .number = id};
    if (column->index < 0) {
        act->branch_id = id;
        row->command->branch_given = true;
        return;
    }
    record_set(column->field, act->now, &value);
    bit_set(act->set, (size_t)column->index);
}

bool import_refs_bind(struct import *import, struct import_row *row)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        struct import_column *column = &import->columns[i];
        const char *text = row->texts[i];
        if (!text)
            continue;
        int64_t id = *text && entity_find(column->field->ref) ? found(import, column, text) : REF_NOBODY;
        if (id == NIL)
            return refuse(import, column->field, N_("{field}: several records are called so"));
        if (id == REF_NOBODY)
            return refuse(import, column->field, N_("{field}: there is no such record, or it is disabled"));
        put(row, column, id);
    }
    return true;
}
