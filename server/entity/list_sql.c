/* The statements of a list: its page, and what is counted over all of it. */
#include "base/arena.h"
#include "server/entity/list-private.h"

#include <stdio.h>
#include <string.h>

bool list_names_few(const struct list *list)
{
    const struct filter *filter = &list->filter;
    for (size_t i = 0; i < filter->count && !list->few; i++) {
        const struct filter_term *term = &filter->terms[i];
        bool narrow = term->op == FILTER_EQ || term->op == FILTER_IN || term->op == FILTER_LIKE;
        enum field_type type = field_type_of(term->field);
        bool counted = list->many && filter_has_keys(list->entity, term);
        if (narrow && !counted && type != FIELD_CHOICE && type != FIELD_BOOL &&
            strcmp(term->field->name, "branch_id") != 0)
            return true;
    }
    return list->few;
}

static bool names_one_branch(const struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->terms[i].op == FILTER_EQ && !strcmp(filter->terms[i].field->name, "branch_id"))
            return true;
    }
    return false;
}

/* All branches of a table that has indexes for it, or a search in several: what is found there has no order by branch.
 * Those are partial, for the rows whose id is above 0, which are all, and serve a statement that asks for these: else the
 * planner, asked for the page of a branch with few rows, now and then walks through all branches' rows. */
static bool leads_whole(const struct list *list)
{
    const struct grant *grant = list->request->grant;
    bool wide = grant->all || (list->filter.q && grant->count > 1);
    return wide && list->entity->flags & ENTITY_WHOLE && !list->sort.by_offset && !list_names_few(list) &&
           !names_one_branch(&list->filter);
}

bool list_is_by_branch(const struct list *list)
{
    const struct grant *grant = list->request->grant;
    bool many = grant->count > 1 || (list->entity->scope == SCOPE_SHARED && grant->count == 1);
    return list->entity->flags & ENTITY_BIG && entity_is_scoped(list->entity) &&
           !entity_is_branch(list->entity) && many && !(grant->all && list->entity->flags & ENTITY_WHOLE) &&
           list->by != SEARCH_OWN && !list->sort.by_offset && !list_names_few(list);
}

/* Many branches of a big table: each one's page by its own index, then the best of them (an index led by the branch
 * gives no order across branches). A filter that names few rows is quicker without, and so is a search. */
static bool by_branch(const struct list *list)
{
    return list_is_by_branch(list) && !list->filter.q;
}

/* Whether the page is made of ids alone and its rows are fetched again: where far more rows are looked at than shown, and for
 * computed fields, which may speak of any column of the table. */
static bool is_fetched_again(const struct list *list)
{
    if (by_branch(list) || list->few || list->walks || list->cannot)
        return true;
    for (size_t i = 0; i < list->nfields; i++) {
        if (list->fields[i]->virtual_)
            return true;
    }
    return false;
}

/* What the page itself must hold: the raw columns shown, and the values it is sorted by under names of their own. */
static void add_page_columns(struct builder *b, const struct list *list)
{
    str_add(&b->text, "t.id AS \"~id\"");
    for (size_t i = 0; i < list->nfields && !is_fetched_again(list); i++) {
        if (!field_is_stored(list->fields[i]))
            continue;
        str_add(&b->text, ", ");
        sql_value(&b->text, list->fields[i]);
    }
    list_add_keys(b, list);
}

void list_add_keys(struct builder *b, const struct list *list)
{
    for (size_t i = 0; i < list->sort.count; i++) {
        str_add(&b->text, ", ");
        sql_value(&b->text, list->sort.keys[i].field);
        str_addf(&b->text, " AS \"~%zu\"", i);
    }
}

void list_add_scope(struct builder *b, const struct list *list, bool scope)
{
    const struct grant *listing =
        list->unmask ? grant_of(list->request->session, list->entity->name, "list") : NULL;
    if (listing) /* seeing in full reaches no further than seeing */
        sql_scope(b, list->entity, listing, list->request->session);
    if (scope)
        sql_scope(b, list->entity, list->request->grant, list->request->session);
    else if (list->entity->only)
        str_addf(&b->text, " AND (%s)", list->entity->only);
    if (scope && leads_whole(list))
        str_add(&b->text, " AND t.id > 0");
}

void list_add_conditions(struct builder *b, const struct list *list, bool scope)
{
    list_add_scope(b, list, scope);
    if (list->few) {
        str_add(&b->text, " AND t.id = ANY (");
        builder_param(b, p_text(list->few));
        str_add(&b->text, "::bigint[])");
    }
    sql_filter(b, list->entity, &list->filter, list->by);
    sql_search(b, list->entity, list->filter.q, list->by);
}

static void add_limit(struct builder *b, const struct list *list)
{
    str_add(&b->text, " LIMIT ");
    builder_param(b, p_int(list->limit + 1));
    str_add(&b->text, "::bigint");
    if (list->sort.by_offset && list->cursor.offset) {
        str_add(&b->text, " OFFSET ");
        builder_param(b, p_int(list->cursor.offset));
        str_add(&b->text, "::bigint");
    }
}

/* The order once more over rows of pages: the same keys under their page names. */
static void add_page_order(struct builder *b, const struct list *list, const char *alias)
{
    str_add(&b->text, " ORDER BY ");
    for (size_t i = 0; i < list->sort.count; i++) {
        const struct sort_key *key = &list->sort.keys[i];
        struct field named = *key->field;
        named.virtual_ = true;
        named.sql = arena_printf(b->arena, "%s.\"~%zu\"", alias, i);
        if (i)
            str_add(&b->text, ", ");
        sql_sort_key(&b->text, list->entity, &(struct sort_key){&named, key->descending});
        if (key->descending)
            str_add(&b->text, " DESC");
    }
}

static void add_part(struct builder *b, const struct list *list, const char *where, bool scope)
{
    str_add(&b->text, "SELECT ");
    add_page_columns(b, list);
    str_addf(&b->text, " FROM \"%s\" t WHERE %s", list->entity->table, where);
    list_add_conditions(b, list, scope);
    sql_after(b, list->entity, &list->sort, &list->cursor);
    list_add_from(b, list);
}

/* That branch_id is NULL does not tell the planner the order of an index led by it; naming it first does. */
void list_add_order(struct builder *b, const struct list *list, bool shared)
{
    struct str order;
    str_init(&order, b->arena);
    sql_order(&order, list->entity, &list->sort);
    if (shared)
        str_addf(&b->text, " ORDER BY t.branch_id%s,%s", list->sort.keys[0].descending ? " DESC" : "",
                 order.data + strlen(" ORDER BY"));
    else
        str_add(&b->text, order.data);
}

/* The company's own rows beside the branches': one page more. */
static void add_shared_part(struct builder *b, const struct list *list)
{
    add_part(b, list, LIST_SHARED, false);
    list_add_order(b, list, true);
    add_limit(b, list);
}

/* Few rows, whatever order they are wanted in: OFFSET keeps the planner from walking through the order to find them. */
static void add_few(struct builder *b, const struct list *list)
{
    str_add(&b->text, "SELECT t.* FROM (");
    add_part(b, list, "true", true);
    str_add(&b->text, " OFFSET 0) t");
    add_page_order(b, list, "t");
    add_limit(b, list);
}

static void add_page(struct builder *b, const struct list *list)
{
    bool shared = list->entity->scope == SCOPE_SHARED;
    if (list->few || list->walks) {
        (list->few ? add_few : list_add_walk)(b, list);
        return;
    }
    if (!by_branch(list)) {
        add_part(b, list, "true", true);
        list_add_order(b, list, false);
        add_limit(b, list);
        return;
    }
    str_add(&b->text, shared ? "SELECT t.* FROM ((" : "");
    str_add(&b->text, "SELECT t.* FROM unnest(");
    builder_param(b, p_text(list->request->grant->scope));
    str_add(&b->text, "::int[]) AS b (id) CROSS JOIN LATERAL (");
    add_part(b, list, "t.branch_id = b.id", false);
    list_add_order(b, list, false);
    add_limit(b, list);
    str_add(&b->text, ") t");
    if (shared) {
        str_add(&b->text, ") UNION ALL (");
        add_shared_part(b, list);
        str_add(&b->text, ")) t");
    }
    add_page_order(b, list, "t");
    add_limit(b, list);
}

static void add_shown(struct builder *b, const struct list *list)
{
    for (size_t i = 0; i < list->nfields; i++) {
        const struct field *field = list->fields[i];
        if (i)
            str_add(&b->text, ", ");
        sql_json_value(&b->text, field, !list->unmask);
        str_addf(&b->text, " AS \"%s\"", field->name);
        size_t before = b->text.len;
        str_add(&b->text, ", ");
        if (sql_label(b, list->request, field)) {
            str_add(&b->text, " AS ");
            sql_label_name(&b->text, field);
        } else {
            str_truncate(&b->text, before);
        }
    }
}

static void add_cannot(struct builder *b, const struct list *list)
{
    size_t before = b->text.len;
    str_add(&b->text, ", ");
    if (list->cannot && cannot_add(b, list->entity, list->request->session))
        str_add(&b->text, " AS cannot");
    else
        str_truncate(&b->text, before);
}

/* Labels and computed fields are worked out for the rows of the page only. */
void list_queue_page(struct list *list)
{
    struct builder b;
    bool again = is_fetched_again(list);
    const char *alias = again ? "p" : "t";
    builder_init(&b, list->request->arena);
    str_add(&b.text, "SELECT row_to_json(x)::text");
    for (size_t i = 0; i < list->sort.count; i++)
        str_addf(&b.text, ", %s.\"~%zu\"", alias, i);
    if (list->walks)
        list_add_walk_columns(&b);
    str_add(&b.text, " FROM (");
    add_page(&b, list);
    str_addf(&b.text, ") %s", alias);
    if (again)
        str_addf(&b.text, " JOIN \"%s\" t ON t.id = p.\"~id\"", list->entity->table);
    str_add(&b.text, " CROSS JOIN LATERAL (SELECT ");
    add_shown(&b, list);
    add_cannot(&b, list);
    str_add(&b.text, ") x");
    if (again)
        add_page_order(&b, list, "p");
    list->page = builder_read_unnamed(&b, list->request->tx);
}

/* One row more than is counted tells that there are more. */
static void add_counted(struct builder *b, const struct list *list)
{
    bool capped = list->total_most != NIL;
    str_addf(&b->text, " FROM %s\"%s\" t WHERE true", capped ? "(SELECT t.* FROM " : "", list->entity->table);
    list_add_conditions(b, list, true);
    if (!capped)
        return;
    str_add(&b->text, " LIMIT ");
    builder_param(b, p_int(list->total_most + 1));
    str_add(&b->text, "::bigint) t");
}

void list_queue_totals(struct list *list)
{
    struct builder b;
    if (!list->total && !list->nsums)
        return;
    builder_init(&b, list->request->arena);
    str_add(&b.text, "SELECT count(*)");
    for (size_t i = 0; i < list->nsums; i++) {
        str_add(&b.text, ", coalesce(sum(");
        sql_value(&b.text, list->sums[i]);
        str_add(&b.text, field_storage_of(list->sums[i]) == STORE_INT ? "), 0)::bigint" : "), 0)");
    }
    add_counted(&b, list);
    list->totals = builder_read_unnamed(&b, list->request->tx);
}
