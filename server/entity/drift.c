#include "server/entity/drift.h"

#include "base/arena.h"
#include "server/db/connection.h"
#include "server/entity/entity-private.h"

#include <errno.h>
#include <string.h>

struct drift {
    struct connection *connection;
    struct arena *arena;
    FILE *out;
    int found;
    bool broken; /* the database could not be asked */
    const struct entity *entity;
    struct rows *columns, *indexes;
    bool view; /* of other tables: knows neither NOT NULL nor indexes of its own */
};

enum { DRIFT_MS = 20 * 1000 };

static void differ(struct drift *drift, const char *what, const char *which)
{
    fprintf(drift->out, "%s: %s %s\n", drift->entity->name ? drift->entity->name : drift->entity->table, what,
            which ? which : "");
    drift->found++;
}

/* One statement in a transaction of its own, so that a wrong one spoils no other; NULL when it failed. */
static struct rows *ask(struct drift *drift, const char *text, const char *first, const char *second)
{
    struct sql *sql = arena_new(drift->arena, struct sql);
    struct param params[2] = {p_text(first), p_text(second)};
    sql->text = arena_strdup(drift->arena, text);
    struct tx *tx = tx_begin(drift->connection, drift->arena, time_monotonic_ms() + DRIFT_MS);
    tx_set_scope(tx, "{}", "{}", 0);
    struct rows *rows = tx_read_params(tx, sql, params, second ? 2 : first ? 1 : 0);
    enum tx_fault fault = tx_need(tx);
    tx_rollback(tx);
    if (fault == TX_UNAVAILABLE || fault == TX_TIMEOUT)
        drift->broken = true;
    return fault == TX_OK ? rows : NULL;
}

/* name, type, not null, has default (or generated), values of check constraints on it alone, table its foreign key points to */
static const char columns_sql[] =
    "SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull, a.atthasdef OR a.attidentity <> '', "
    "(SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint c WHERE c.conrelid = a.attrelid "
    "AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum]), "
    "(SELECT f.relname FROM pg_constraint c JOIN pg_class f ON f.oid = c.confrelid WHERE c.conrelid = "
    "a.attrelid "
    "AND c.contype = 'f' AND c.conkey = ARRAY[a.attnum] LIMIT 1) "
    "FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY "
    "a.attnum";

/* unique, not partial, the first four keys with their collation behind, and whether it is one over all branches (list.c) */
static const char indexes_sql[] =
    "SELECT i.indisunique, i.indpred IS NULL, k1, k2, k3, k4, all_branches FROM (SELECT i.*, "
    "pg_get_indexdef(i.indexrelid, 1, true) || coalesce(' ' || (SELECT collname FROM pg_collation WHERE oid "
    "= i.indcollation[0] AND collname <> 'default'), '') AS k1, "
    "pg_get_indexdef(i.indexrelid, 2, true) || coalesce(' ' || (SELECT collname FROM pg_collation WHERE oid "
    "= i.indcollation[1] AND collname <> 'default'), '') AS k2, "
    "pg_get_indexdef(i.indexrelid, 3, true) || coalesce(' ' || (SELECT collname FROM pg_collation WHERE oid "
    "= i.indcollation[2] AND collname <> 'default'), '') AS k3, "
    "pg_get_indexdef(i.indexrelid, 4, true) AS k4, "
    "coalesce(pg_get_expr(i.indpred, i.indrelid) = '(id > 0)', false) AS all_branches FROM pg_index i WHERE "
    "i.indrelid = to_regclass($1)) i";

static int find_column(const struct drift *drift, const char *name)
{
    for (size_t i = 0; i < rows_count(drift->columns); i++) {
        if (!strcmp(rows_text(drift->columns, i, 0), name))
            return (int)i;
    }
    return -1;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (!strcmp(text, *words))
            return true;
    }
    return false;
}

static bool type_fits(const struct field *field, const char *type)
{
    static const char *const ints[] = {"smallint", "integer", "bigint", NULL};
    static const char *const texts[] = {"text",      "character varying",
                                        "character", "time without time zone",
                                        "inet",      "uuid",
                                        "json",      "jsonb",
                                        "xid8",      NULL};
    static const char *const reals[] = {"double precision", "real", "numeric", NULL};
    switch (field_storage_of(field)) {
    case STORE_INT: return is_one_of(type, ints);
    case STORE_TEXT: return is_one_of(type, texts);
    case STORE_BOOL: return !strcmp(type, "boolean");
    case STORE_REAL: return is_one_of(type, reals);
    case STORE_TIME: return !strcmp(type, "timestamp with time zone");
    case STORE_DATE: return !strcmp(type, "date");
    case STORE_SET: return !strcmp(type, "text[]");
    default: return true;
    }
}

static bool has_choice(const struct choice *choices, const char *code, size_t len)
{
    for (; choices->code; choices++) {
        if (strlen(choices->code) == len && !strncmp(choices->code, code, len))
            return true;
    }
    return false;
}

/* Where the column has a list of values, both lists are the same. Of an entity that is a part of a table, the rest may have others. */
static void look_choices(struct drift *drift, const struct field *field, const char *check)
{
    if (!check || !field->choices || !strstr(check, "ANY"))
        return;
    for (const struct choice *choice = field->choices; choice->code; choice++) {
        const char *quoted = arena_printf(drift->arena, "'%s'", choice->code);
        if (!strstr(check, quoted))
            differ(drift, "the database refuses the choice",
                   arena_printf(drift->arena, "%s %s", field->name, choice->code));
    }
    for (const char *at = strchr(check, '\''); at; at = strchr(at, '\'')) {
        size_t len = strcspn(++at, "'");
        if (len && at[0] != '{' && !drift->entity->only && !has_choice(field->choices, at, len))
            differ(drift, "a choice the rows lack:",
                   arena_printf(drift->arena, "%s %.*s", field->name, (int)len, at));
        at += len + 1;
    }
}

static void look_null(struct drift *drift, const struct field *field, size_t row)
{
    bool not_null = rows_bool(drift->columns, row, 2), has_default = rows_bool(drift->columns, row, 3);
    bool never = field_never_null(drift->entity, field);
    bool computed = entity_is_branch(drift->entity) && !strcmp(field->name, "branch_id");
    if (drift->view || computed)
        return;
    if (never && !not_null && !drift->entity->only)
        differ(drift, "may be NULL in the database, but is required or filled:", field->name);
    if (!never && not_null)
        differ(drift,
               has_default || field->readonly ? "never NULL in the database: say .filled of"
                                              : "NOT NULL without default, but not required:",
               field->name);
}

static void look_reference(struct drift *drift, const struct field *field, size_t row)
{
    const char *to = rows_text(drift->columns, row, 5);
    const struct entity *entity = field->ref ? entity_find(field->ref) : NULL;
    if (to && entity && strcmp(entity->table, to) != 0)
        differ(drift, "the foreign key points to another table:",
               arena_printf(drift->arena, "%s %s", field->name, to));
}

enum { INDEX_NOT_PARTIAL = 1, INDEX_KEYS = 2, INDEX_ALL_BRANCHES = 6 };

/* An index that begins so, of that sort. */
static bool index_leads(const struct drift *drift, const char *const *keys, size_t count, int sort)
{
    for (size_t row = 0; row < rows_count(drift->indexes); row++) {
        size_t i = 0;
        for (; i < count; i++) {
            const char *key = rows_text(drift->indexes, row, INDEX_KEYS + (int)i);
            if (!key || strcmp(key, keys[i]) != 0)
                break;
        }
        if (i == count && rows_bool(drift->indexes, row, sort))
            return true;
    }
    return false;
}

/* The key as PostgreSQL prints it. */
static const char *sort_expression(struct drift *drift, const struct field *field)
{
    struct str text;
    enum field_type type = field_type_of(field);
    const char *collation = type == FIELD_TEXT || type == FIELD_NOTE ? " zh-x-icu" : "";
    if (field_never_null(drift->entity, field))
        return arena_printf(drift->arena, "%s%s", field_column(field), collation);
    str_init(&text, drift->arena);
    str_addf(&text, "COALESCE(%s, ", field_column(field));
    switch (field_storage_of(field)) {
    case STORE_INT: str_add(&text, "'-9223372036854775807'::bigint)"); break;
    case STORE_REAL: str_add(&text, "'-Infinity'::double precision)"); break;
    case STORE_TIME: str_add(&text, "'-infinity'::timestamp with time zone)"); break;
    case STORE_DATE: str_add(&text, "'-infinity'::date)"); break;
    default: str_add(&text, "''::text)"); break;
    }
    str_add(&text, collation);
    return text.data;
}

/* Sortable columns of a big entity: an index led by the branch, in that order, id last; without it a page reads the branch. */
static void look_sortable(struct drift *drift, const struct field *field)
{
    const struct entity *entity = drift->entity;
    if (!(entity->flags & ENTITY_BIG) || !field_is_indexed(entity, field) || !strcmp(field->name, "id"))
        return;
    const char *key = sort_expression(drift, field);
    const char *led[] = {"branch_id", key, "id"}, *plain[] = {key, "id"};
    bool scoped = entity_is_scoped(entity);
    if (!index_leads(drift, scoped ? led : plain, scoped ? 3 : 2, INDEX_NOT_PARTIAL))
        differ(drift, "no index for sorting by",
               arena_printf(drift->arena, "%s (%s%s, id)", field->name, scoped ? "branch_id, " : "", key));
    if (scoped && entity->flags & ENTITY_WHOLE && !index_leads(drift, plain, 2, INDEX_ALL_BRANCHES))
        differ(drift, "no index for sorting all branches by",
               arena_printf(drift->arena, "%s (%s, id) WHERE id > 0", field->name, key));
}

static void look_unique(struct drift *drift, const struct field *field)
{
    if (!field->unique)
        return;
    for (size_t row = 0; row < rows_count(drift->indexes); row++) {
        for (int i = 0; i < 4 && rows_bool(drift->indexes, row, 0); i++) {
            const char *key = rows_text(drift->indexes, row, 2 + i);
            if (key && strstr(key, field_column(field)))
                return;
        }
    }
    differ(drift, "no unique index on", field->name);
}

static void look_field(struct drift *drift, const struct field *field)
{
    if (!field_is_stored(field))
        return;
    int row = find_column(drift, field_column(field));
    if (row < 0) {
        differ(drift, "no column for", field->name);
        return;
    }
    const char *type = rows_text(drift->columns, (size_t)row, 1);
    if (!type_fits(field, type))
        differ(drift, "another type:", arena_printf(drift->arena, "%s %s", field->name, type));
    look_null(drift, field, (size_t)row);
    look_choices(drift, field, rows_text(drift->columns, (size_t)row, 4));
    look_reference(drift, field, (size_t)row);
    if (drift->view)
        return;
    look_sortable(drift, field);
    look_unique(drift, field);
}

static void look_states(struct drift *drift)
{
    const struct entity *entity = drift->entity;
    const char *sort = entity->sort ? entity->sort : "-created_at";
    const struct field *field = entity_field(entity, sort + (*sort == '-'));
    if (!(entity->flags & ENTITY_BIG) || !entity->state || !entity_is_scoped(entity) || !field)
        return;
    const char *keys[] = {"branch_id", field_column(entity_field(entity, entity->state)),
                          sort_expression(drift, field), "id"};
    if (!index_leads(drift, keys, 4, INDEX_NOT_PARTIAL))
        differ(drift, "no index for one state's list:",
               arena_printf(drift->arena, "(%s, %s, %s, id)", keys[0], keys[1], keys[2]));
}

static void look_expression(struct drift *drift, const char *what, const char *which, const char *expression,
                            bool condition)
{
    const char *text = arena_printf(drift->arena,
                                    condition ? "SELECT 1 FROM \"%s\" t WHERE (%s) LIMIT 0"
                                              : "SELECT (%2$s) FROM \"%1$s\" t LIMIT 0",
                                    drift->entity->table, expression);
    if (!ask(drift, text, NULL, NULL))
        differ(drift, what, which);
}

static void look_expressions(struct drift *drift)
{
    const struct entity *entity = drift->entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        if (entity->fields[i].virtual_)
            look_expression(drift, "its sql does not work:", entity->fields[i].name, entity->fields[i].sql,
                            false);
    }
    if (entity->only)
        look_expression(drift, "`only` does not work", NULL, entity->only, true);
}

static void look_table(struct drift *drift)
{
    const struct entity *entity = drift->entity;
    const char *sequence =
        entity->sequence ? entity->sequence : arena_printf(drift->arena, "%s_id_seq", entity->table);
    bool draws = entity->verbs & VERB_CREATE || (entity->parent && !drift->view);
    struct rows *rows = ask(
        drift, "SELECT to_regclass($1) IS NOT NULL, relrowsecurity FROM pg_class WHERE oid = to_regclass($2)",
        sequence, entity->table);
    if (draws && !rows_bool(rows, 0, 0))
        differ(drift, "no sequence", sequence);
    if (entity_is_scoped(entity) && !rows_bool(rows, 0, 1) && !drift->view)
        differ(drift, "has branches but no row-level security", NULL);
    if (entity->own_column && find_column(drift, entity->own_column) < 0)
        differ(drift, "no column for own rows:", entity->own_column);
    if (entity->party_column && find_column(drift, entity->party_column) < 0)
        differ(drift, "no column for a third party's rows:", entity->party_column);
    if (entity->parent && find_column(drift, entity->parent) < 0)
        differ(drift, "no column for the owner:", entity->parent);
}

static void look_entity(struct drift *drift, const struct entity *entity)
{
    const struct field *fields[ENTITY_ALL_FIELDS_MAX];
    drift->entity = entity;
    drift->columns = ask(drift, columns_sql, entity->table, NULL);
    drift->view = rows_bool(
        ask(drift, "SELECT relkind = 'v' FROM pg_class WHERE oid = to_regclass($1)", entity->table, NULL), 0,
        0);
    drift->indexes = ask(drift, indexes_sql, entity->table, NULL);
    if (!drift->columns || !drift->indexes || !rows_count(drift->columns)) {
        differ(drift, "no table", entity->table);
        return;
    }
    size_t n = entity_all_fields(entity, fields);
    for (size_t i = 0; i < n; i++)
        look_field(drift, fields[i]);
    look_table(drift);
    look_states(drift);
    look_expressions(drift);
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!entity->fields[i].lines)
            continue;
        look_entity(drift, entity->fields[i].lines);
        drift->entity = entity;
    }
}

int drift_check(const char *conninfo, FILE *out)
{
    struct drift drift = {
        .out = out, .arena = arena_create(64 * 1024), .connection = connection_create(conninfo, "drift")};
    int rc = connection_open(drift.connection, time_monotonic_ms() + DRIFT_MS);
    for (size_t i = 0; rc == 0 && i < entity_count() && !drift.broken; i++)
        look_entity(&drift, entity_at(i));
    connection_destroy(drift.connection);
    arena_destroy(drift.arena);
    return rc < 0 ? rc : drift.broken ? -EIO : drift.found;
}
