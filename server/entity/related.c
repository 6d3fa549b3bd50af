/* What of one entity names a record of another: the newest rows, for screens that show a record with all that belongs to it. */
#include "server/entity/entity-private.h"

#include <string.h>

#include "base/arena.h"

static void add_shown(struct builder *b, const struct related *related)
{
    const struct field *field;
    const char *const *column = related->columns;
    str_add(&b->text, "t.id");
    for (; *column; column++) {
        if (strcmp(*column, "id") == 0)
            continue;
        field = entity_field(related->entity, *column);
        if (!field || !field_is_readable(field))
            continue;
        str_add(&b->text, ", ");
        sql_json_value(&b->text, field, !related->unmasked);
        str_addf(&b->text, " AS \"%s\"", field->name);
        size_t before = b->text.len;
        str_add(&b->text, ", ");
        if (sql_label(b, related->request, field)) {
            str_add(&b->text, " AS ");
            sql_label_name(&b->text, field);
        } else {
            str_truncate(&b->text, before);
        }
    }
}

static void add_equal(struct builder *b, const struct related *related)
{
    str_addf(&b->text, " AND t.\"%s\" = ", related->by);
    builder_param(b, p_int(related->id));
    str_add(&b->text, "::bigint");
}

/* The same and the branch, told in a way that leads to the index (branch_id, by, …) alone: by the record's own index all its rows would be looked
 * at for a branch that has few of them. */
static void add_equal_here(struct builder *b, const struct related *related)
{
    static const char *const bounds[] = {">=", "<="};
    str_addf(&b->text, " AND t.\"%s\" IS NOT NULL", related->by);
    for (size_t i = 0; i < array_len(bounds); i++) {
        str_addf(&b->text, " AND (t.branch_id, t.\"%s\") %s (b.id, ", related->by, bounds[i]);
        builder_param(b, p_int(related->id));
        str_add(&b->text, "::bigint)");
    }
}

static void add_only(struct builder *b, const struct related *related)
{
    if (related->entity->only)
        str_addf(&b->text, " AND (%s)", related->entity->only);
}

/* `first`: columns that are the same in all rows, named as the index has them. */
static void add_newest(struct builder *b, const struct related *related, const char *first)
{
    str_addf(&b->text, " ORDER BY %st.created_at DESC, t.id DESC LIMIT ", first);
    builder_param(b, p_int(related->limit + 1));
    str_add(&b->text, "::bigint");
}

static void add_source(struct builder *b, const struct related *related, const char *where)
{
    str_addf(&b->text, "SELECT t.id, t.created_at FROM \"%s\" t WHERE %s", related->entity->table, where);
}

static void add_whole(struct builder *b, const struct related *related)
{
    add_source(b, related, "true");
    add_equal(b, related);
    add_only(b, related);
    add_newest(b, related, "");
}

/* Each branch's newest: of many branches' rows no more are looked at than that. */
static void add_branches(struct builder *b, const struct related *related)
{
    str_add(&b->text, "(SELECT t.* FROM unnest(");
    builder_param(b, p_text(related->grant->scope));
    str_add(&b->text, "::int[]) AS b (id) CROSS JOIN LATERAL (");
    add_source(b, related, "t.branch_id = b.id");
    add_equal_here(b, related);
    add_only(b, related);
    add_newest(b, related, arena_printf(b->arena, "t.\"%s\" DESC, ", related->by));
    str_add(&b->text, ") t)");
    if (related->entity->scope != SCOPE_SHARED)
        return;
    str_add(&b->text, " UNION ALL (");
    add_source(b, related, "t.branch_id IS NULL");
    add_equal(b, related);
    add_only(b, related);
    add_newest(b, related, "t.branch_id DESC, ");
    str_add(&b->text, ")");
}

/* Few, and known by their ids. */
static void add_among(struct builder *b, const struct related *related)
{
    add_source(b, related, "t.id IN (SELECT ");
    const char *id = strstr(related->among, "%s");
    str_add_n(&b->text, related->among, (size_t)(id - related->among));
    builder_param(b, p_int(related->id));
    str_addf(&b->text, "::bigint%s)", id + strlen("%s"));
    sql_scope(b, related->entity, related->grant, related->request->session);
    add_newest(b, related, "");
}

struct rows *entity_related(const struct related *related)
{
    struct builder b;
    builder_init(&b, related->request->arena);
    str_add(&b.text, "SELECT row_to_json(x)::text FROM (SELECT t.id, t.created_at FROM (");
    if (related->among)
        add_among(&b, related);
    else if (entity_is_scoped(related->entity))
        add_branches(&b, related);
    else
        add_whole(&b, related);
    str_add(&b.text, ") t");
    add_newest(&b, related, "");
    str_addf(&b.text, ") p JOIN \"%s\" t ON t.id = p.id CROSS JOIN LATERAL (SELECT ", related->entity->table);
    add_shown(&b, related);
    str_add(&b.text, ") x ORDER BY p.created_at DESC, p.id DESC");
    return builder_read(&b, related->request->tx);
}

/* In the grant's branches; shared with all who have any. */
static void add_seen(struct builder *b, const struct related *related)
{
    bool shared = related->entity->scope == SCOPE_SHARED && related->grant->count;
    if (entity_is_scoped(related->entity)) {
        str_add(&b->text, " AND (t.branch_id = ANY (");
        builder_param(b, p_text(related->grant->scope));
        str_add(&b->text, shared ? "::int[]) OR t.branch_id IS NULL)" : "::int[]))");
    }
    add_only(b, related);
}

struct rows *entity_shown(const struct related *related)
{
    struct builder b;
    builder_init(&b, related->request->arena);
    str_addf(&b.text, "SELECT row_to_json(x)::text FROM \"%s\" t CROSS JOIN LATERAL (SELECT ",
             related->entity->table);
    add_shown(&b, related);
    str_add(&b.text, ") x WHERE t.id = ");
    builder_param(&b, p_int(related->id));
    str_add(&b.text, "::bigint");
    add_seen(&b, related);
    return builder_read(&b, related->request->tx);
}
