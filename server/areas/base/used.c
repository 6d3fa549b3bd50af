/* Which records hold a code: every field of every entity that takes its codes from the kind is looked at, wherever its table. */
#include "server/areas/base/used.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum { COLUMNS_MAX = 200 };

struct columns {
    const char *tables[COLUMNS_MAX], *names[COLUMNS_MAX];
    struct str sets; /* array literal of booleans */
    size_t count;
};

static const struct sql sql_used = {"base_code_used", "SELECT base_code_used($1, $2, $3::boolean[], $4, $5)"};

static bool known(const struct columns *columns, const char *table, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(columns->tables[i], table) == 0 && strcmp(columns->names[i], name) == 0)
            return true;
    return false;
}

static void add_field(struct columns *columns, const struct entity *entity, const struct field *field,
                      const char *kind)
{
    const char *name = field->column ? field->column : field->name;
    if (!field->base || strcmp(field->base, kind) != 0 || field->virtual_ || field->no_column ||
        columns->count == COLUMNS_MAX || known(columns, entity->table, name))
        return;
    str_addf(&columns->sets, "%s%s", columns->count ? "," : "", field->storage == STORE_SET ? "t" : "f");
    columns->tables[columns->count] = entity->table;
    columns->names[columns->count++] = name;
}

static void add_entity(struct columns *columns, const struct entity *entity, const char *kind)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        add_field(columns, entity, &entity->fields[i], kind);
        if (entity->fields[i].lines)
            add_entity(columns, entity->fields[i].lines, kind);
    }
}

/* What the table's records are called, for people. */
static const char *plural_of(const char *table)
{
    for (size_t i = 0; i < entity_count(); i++)
        if (strcmp(entity_at(i)->table, table) == 0)
            return entity_at(i)->plural;
    return N_("Records");
}

int base_refuse_used(struct act *act, const char *kind, const char *code)
{
    struct request *request = act->request;
    struct columns *columns = arena_new(request->arena, struct columns);
    str_init(&columns->sets, request->arena);
    str_add_char(&columns->sets, '{');
    for (size_t i = 0; i < entity_count(); i++)
        add_entity(columns, entity_at(i), kind);
    str_add_char(&columns->sets, '}');
    size_t len = strlen(kind), tail = strlen("_reason");
    bool reason = len > tail && strcmp(kind + len - tail, "_reason") == 0;
    struct rows *rows =
        tx_read(request->tx, &sql_used, p_set((struct text_set){columns->tables, columns->count}),
                p_set((struct text_set){columns->names, columns->count}), p_text(columns->sets.data),
                p_text(code), p_bool(reason));
    int result = request_need(request);
    if (result)
        return result;
    const char *table = rows_text(rows, 0, 0);
    if (!table)
        return 0;
    return request_fail(request, ERR_CONFLICT, "code",
                        N_("{code} is used ({where}): it can be disabled, not deleted"), "code", code,
                        "where", plural_of(table), NULL);
}
