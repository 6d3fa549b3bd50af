#include "server/entity/entity-private.h"

#include "base/arena.h"
#include "base/map.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Generated statements that come again and again: name by text. Shared by the workers, only ever grows, up to STATEMENTS_MAX. */
static struct {
    pthread_rwlock_t lock;
    struct map by_text;
    size_t count;
    bool ready;
} statements = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static const struct sql *statement_add(const char *text)
{
    pthread_rwlock_wrlock(&statements.lock);
    if (!statements.ready) {
        map_init(&statements.by_text);
        statements.ready = true;
    }
    struct sql *sql = map_get(&statements.by_text, text);
    if (!sql && statements.count < STATEMENTS_MAX) {
        char name[32];
        snprintf(name, sizeof(name), "entity_%zu", ++statements.count);
        sql = memory_zeroed(1, sizeof(*sql));
        *sql = (struct sql){.name = memory_strdup(name), .text = memory_strdup(text)};
        map_put(&statements.by_text, text, sql);
    }
    pthread_rwlock_unlock(&statements.lock);
    return sql;
}

static const struct sql *statement_of(struct arena *arena, const char *text)
{
    pthread_rwlock_rdlock(&statements.lock);
    const struct sql *sql = statements.ready ? map_get(&statements.by_text, text) : NULL;
    pthread_rwlock_unlock(&statements.lock);
    if (!sql)
        sql = statement_add(text);
    if (sql)
        return sql;
    struct sql *unnamed = arena_new(arena, struct sql);
    unnamed->text = text;
    return unnamed;
}

void builder_init(struct builder *b, struct arena *arena)
{
    *b = (struct builder){.arena = arena, .cap = 32};
    b->params = arena_alloc(arena, b->cap * sizeof(*b->params));
    str_init(&b->text, arena);
    str_reserve(&b->text, 1024);
}

void builder_param(struct builder *b, struct param param)
{
    if (b->count == b->cap) {
        struct param *grown = arena_alloc(b->arena, 2 * b->cap * sizeof(*grown));
        memcpy(grown, b->params, b->count * sizeof(*grown));
        b->params = grown;
        b->cap *= 2;
    }
    b->params[b->count++] = param;
    str_addf(&b->text, "$%zu", b->count);
}

void builder_name(struct builder *b, const char *identifier)
{
    str_add_char(&b->text, '"');
    str_add(&b->text, identifier);
    str_add_char(&b->text, '"');
}

struct rows *builder_read(struct builder *b, struct tx *tx)
{
    return tx_read_params(tx, statement_of(b->arena, b->text.data), b->params, b->count);
}

struct rows *builder_read_unnamed(struct builder *b, struct tx *tx)
{
    struct sql *sql = arena_new(b->arena, struct sql);
    sql->text = b->text.data;
    return tx_read_params(tx, sql, b->params, b->count);
}

void builder_write(struct builder *b, struct tx *tx)
{
    tx_write_params(tx, statement_of(b->arena, b->text.data), b->params, b->count);
}

void builder_write_one(struct builder *b, struct tx *tx)
{
    tx_write_one_params(tx, statement_of(b->arena, b->text.data), b->params, b->count);
}

struct param value_param(const struct value *value)
{
    switch (value->storage) {
    case STORE_INT: return p_int(value->null ? NIL : value->number);
    case STORE_TEXT: return p_text(value->null ? NULL : value->text);
    case STORE_BOOL: return p_bool(!value->null && value->truth);
    case STORE_REAL: return value->null ? p_null() : p_real(value->real);
    case STORE_TIME: return value->null ? p_null() : p_time(value->time);
    case STORE_DATE: return value->null ? p_null() : p_date(value->day);
    case STORE_SET: return p_set(value->set);
    default: return p_null();
    }
}

static const char *cast_of(const struct field *field)
{
    switch (field_storage_of(field)) {
    case STORE_INT: return "::bigint";
    case STORE_BOOL: return "::boolean";
    case STORE_REAL: return "::double precision";
    case STORE_TIME: return "::timestamptz";
    case STORE_DATE: return "::date";
    case STORE_SET: return "::text[]";
    default: return "";
    }
}

void builder_value(struct builder *b, const struct field *field, const struct value *value)
{
    builder_param(b, value_param(value));
    str_add(&b->text, cast_of(field));
}

void sql_value(struct str *out, const struct field *field)
{
    if (field->virtual_)
        str_addf(out, "(%s)", field->sql);
    else
        str_addf(out, "t.\"%s\"", field_column(field));
}

/* The same to be compared with a text: a column of another type that is shown as text (a time of day, JSON) compares as it is shown. Of a
 * text column the cast is nothing, so its indexes serve. */
void sql_plain_value(struct str *out, const struct field *field)
{
    sql_value(out, field);
    if (field_storage_of(field) == STORE_TEXT)
        str_add(out, "::text");
}

/* A phone keeps its ends, other text its first character; what is no text is not told. */
static void add_masked(struct str *out, const struct field *field)
{
    if (field_storage_of(field) != STORE_TEXT) {
        str_add(out, "NULL");
        return;
    }
    str_add(out, "CASE WHEN length(");
    sql_value(out, field);
    str_add(out, ") > 7 THEN left(");
    sql_value(out, field);
    str_add(out, ", 3) || '****' || right(");
    sql_value(out, field);
    str_add(out, ", 4) ELSE left(");
    sql_value(out, field);
    str_add(out, ", 1) || '***' END");
}

void sql_json_value(struct str *out, const struct field *field, bool masked)
{
    if (masked && field->pii) {
        add_masked(out, field);
    } else if (field_storage_of(field) == STORE_TIME) {
        str_add(out, "to_char(");
        sql_value(out, field);
        str_add(out, " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
    } else {
        sql_value(out, field);
    }
}

/* Whoever reaches further with this verb than over the other entity gets no names out of it by the way. */
static const struct grant *label_grant(struct request *request, const struct entity *to)
{
    const struct grant *grant = ref_grant(request, to->name);
    return grant == request->grant || grant->all ? NULL : grant;
}

static void add_scope(struct builder *b, const struct entity *entity, const struct grant *grant,
                      const struct session *session);

bool sql_label(struct builder *b, struct request *request, const struct field *field)
{
    struct str *out = &b->text;
    if (field_storage_of(field) != STORE_INT || !field->ref)
        return false;
    if (field->label_by) {
        str_addf(out, "%s(", field->label_by);
        sql_value(out, field);
        str_add_char(out, ')');
        return true;
    }
    const struct entity *to = entity_find(field->ref);
    const struct field *title = to && to->title ? entity_field(to, to->title) : NULL;
    if (!title || !field_is_readable(title))
        return false;
    const struct grant *grant = label_grant(request, to);
    if (title->virtual_ ||
        grant) { /* what is said of the other table speaks of t, so the outer t hands its id through another name */
        str_add(out, "(SELECT ");
        sql_value(out, title);
        str_add(out, " FROM (SELECT ");
        sql_value(out, field);
        str_addf(out, " AS id) o, \"%s\" t WHERE t.id = o.id", to->table);
        if (grant)
            add_scope(b, to, grant, request->session);
        str_add_char(out, ')');
        return true;
    }
    str_addf(out, "(SELECT r.\"%s\" FROM \"%s\" r WHERE r.id = ", field_column(title), to->table);
    sql_value(out, field);
    str_add_char(out, ')');
    return true;
}

void sql_label_name(struct str *out, const struct field *field)
{
    size_t len = strlen(field->name);
    if (len > 3 && !strcmp(field->name + len - 3, "_id"))
        len -= 3;
    str_addf(out, "\"%.*s_label\"", (int)len, field->name);
}

/* One branch is an equality, so that an index led by it serves any order; of several, all rows would be read and sorted. */
static void add_branches(struct builder *b, const struct grant *grant)
{
    if (grant->count == 1) {
        str_add(&b->text, "t.branch_id = ");
        builder_param(b, p_int(grant->branches[0]));
        str_add(&b->text, "::int");
    } else {
        str_add(&b->text, "t.branch_id = ANY (");
        builder_param(b, p_text(grant->scope));
        str_add(&b->text, "::int[])");
    }
}

struct own entity_own(const struct entity *entity, const struct session *session)
{
    if (session->party_id > 0)
        return (struct own){entity->party_column, session->party_id};
    return (struct own){entity->own_column, session->employee_id};
}

static void add_scope(struct builder *b, const struct entity *entity, const struct grant *grant,
                      const struct session *session)
{
    struct own whose = entity_own(entity, session);
    bool own = grant->own && whose.column;
    bool branches = grant->count > 0;
    if (entity->scope == SCOPE_COMPANY && !entity->own_column)
        return;
    if (grant->all || (entity->scope == SCOPE_COMPANY && branches))
        return;
    if (!own && !branches) {
        str_add(&b->text, entity->scope == SCOPE_COMPANY && !grant->own ? "" : " AND false");
        return;
    }
    str_add(&b->text, " AND (");
    if (branches) {
        add_branches(b, grant);
        if (entity->scope == SCOPE_SHARED)
            str_add(&b->text, " OR t.branch_id IS NULL");
    }
    if (own) {
        str_addf(&b->text, "%st.\"%s\" = ", branches ? " OR " : "", whose.column);
        builder_param(b, p_int(whose.self));
    }
    str_add_char(&b->text, ')');
}

void sql_scope(struct builder *b, const struct entity *entity, const struct grant *grant,
               const struct session *session)
{
    add_scope(b, entity, grant, session);
    if (entity->only)
        str_addf(&b->text, " AND (%s)", entity->only);
}

void sql_meta(struct builder *b, const struct entity *entity, const struct session *session)
{
    struct own whose = entity_own(entity, session);
    const char *states[ENTITY_STATES_MAX];
    size_t n = entity_state_columns(entity, states);
    str_add(&b->text, entity_has_version(entity) ? "t.version, t.disabled_at IS NOT NULL, " : "0, false, ");
    str_add(&b->text, entity_is_scoped(entity) ? "t.branch_id, " : "NULL, ");
    if (whose.column) {
        str_addf(&b->text, "coalesce(t.\"%s\" = ", whose.column);
        builder_param(b, p_int(whose.self));
        str_add(&b->text, ", false), ");
    } else {
        str_add(&b->text, "false, ");
    }
    for (size_t i = 0; i < n; i++)
        str_addf(&b->text, "t.\"%s\", ", field_column(entity_field(entity, states[i])));
    for (size_t i = 0; i < entity->nactions; i++) {
        for (size_t j = 0; j < entity->actions[i].nconditions; j++)
            str_addf(&b->text, "coalesce(%s, false), ", entity->actions[i].conditions[j].holds);
    }
}

static size_t count_conditions(const struct entity *entity)
{
    size_t count = 0;
    for (size_t i = 0; i < entity->nactions; i++)
        count += entity->actions[i].nconditions;
    return count;
}

int meta_read(const struct entity *entity, struct rows *rows, size_t row, struct meta *meta_r)
{
    const char *states[ENTITY_STATES_MAX];
    size_t n = entity_state_columns(entity, states);
    *meta_r = (struct meta){
        .version = rows_int(rows, row, 0),
        .disabled = rows_bool(rows, row, 1),
        .branch_id = rows_int(rows, row, 2),
        .own = rows_bool(rows, row, 3),
    };
    for (size_t i = 0; i < n; i++)
        meta_r->states[i] = rows_text(rows, row, 4 + (int)i);
    size_t conditions = count_conditions(entity);
    for (size_t i = 0; i < conditions; i++)
        meta_r->holds |= (uint64_t)rows_bool(rows, row, 4 + (int)(n + i)) << i;
    return 4 + (int)(n + conditions);
}

/* The rows of a line table of the record t as a JSON array. The lines' own references get their labels, too. */
void sql_lines_json(struct builder *b, struct request *request, const struct field *field, bool masked)
{
    struct str *out = &b->text;
    const struct entity *line = field->lines;
    const struct field *fields[ENTITY_ALL_FIELDS_MAX];
    size_t n = entity_all_fields(line, fields);
    str_add(out, "(SELECT coalesce(json_agg(row_to_json(l)), '[]') FROM (SELECT ");
    for (size_t i = 0; i < n; i++) {
        if (!field_is_readable(fields[i]))
            continue;
        str_add(out, i ? ", " : "");
        sql_json_value(out, fields[i], masked);
        str_addf(out, " AS \"%s\"", fields[i]->name);
        size_t before = out->len;
        str_add(out, ", ");
        if (!sql_label(b, request, fields[i])) {
            str_truncate(out, before);
            continue;
        }
        str_add(out, " AS ");
        sql_label_name(out, fields[i]);
    }
    str_addf(out, " FROM (SELECT t.id) o, \"%s\" t WHERE t.\"%s\" = o.id ORDER BY %s) l)", line->table,
             line->parent, entity_field_index(line, "position") >= 0 ? "t.\"position\", t.id" : "t.id");
}
