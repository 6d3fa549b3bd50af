/*
 * A search is for few records or for many, and which is looked at first. The few are fetched and put in order. Of what many have, and of what is within
 * a text, the list is walked through in its order and each row is asked, no more rows than are quickly gone through: what was found until there is a page,
 * though it may be a short one, and the next goes on from where the walk ended. Only where that was next to nothing, all there is is looked through, on the
 * long lane.
 */
#include "base/arena.h"
#include "server/entity/list-private.h"

#include <string.h>

/* The values of the order stand in front, then whether the row is one of the page's, then whether the walk ended with it. */
enum { COLUMN_HIT = 1, COLUMN_END = 2 };

int list_count_words(struct list *list)
{
    static const struct sql sql = {"entity_search_few", "SELECT search_few($1, $2, $3::int)"};
    struct request *request = list->request;
    const struct entity *entity = list->entity;
    list->by = search_for(entity, request->grant, request->session);
    list->words = search_words(request->arena, entity, &list->filter);
    if (list->by != SEARCH_KEYS || !(entity->flags & ENTITY_BIG) || !list->words.count)
        return 0;
    struct rows *rows =
        tx_read(request->tx, &sql, p_text(entity->table), p_set(list->words), p_int(LIST_FEW_MOST));
    int rc = request_need(request);
    if (rc)
        return rc;
    list->few = rows_text(rows, 0, 0);
    list->many = !list->few;
    list->by = list->few ? SEARCH_DONE : SEARCH_KEYS;
    return 0;
}

/* Whether the rows of an index in the list's order are those with this value, or beside each other. */
static bool leads(const struct list *list, const struct filter_term *term)
{
    const char *columns[ENTITY_STATES_MAX], *name = term->field->name;
    size_t n = entity_state_columns(list->entity, columns);
    if (term->op == FILTER_CONTAINS)
        return false;
    if (term->field == list->sort.keys[0].field)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(columns[i], name))
            return true;
    }
    return term->op == FILTER_EQ && !strcmp(name, "branch_id");
}

/* No index tells what is within a text. */
static bool asks_within(const struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->terms[i].op == FILTER_CONTAINS)
            return true;
    }
    return false;
}

void list_plan_walk(struct list *list)
{
    const struct filter *filter = &list->filter;
    bool finds = list->by == SEARCH_OWN || list->sort.by_offset || list_names_few(list);
    bool within = list->entity->flags & ENTITY_BIG && asks_within(filter);
    list->walks = (list->many || within) && !finds;
    for (size_t i = 0; list->walks && i < filter->count; i++) {
        struct filter *part = leads(list, &filter->terms[i]) ? &list->led : &list->asked;
        part->terms[part->count++] = filter->terms[i];
    }
}

static void add_order(struct builder *b, const struct list *list)
{
    for (size_t i = 0; i < list->sort.count; i++)
        str_addf(&b->text, "%s\"~s%zu\"%s", i ? ", " : " ORDER BY ", i,
                 list->sort.keys[i].descending ? " DESC" : "");
}

static void add_most(struct builder *b)
{
    str_addf(&b->text, " LIMIT %d", LIST_WALK_MOST);
}

static void add_part(struct builder *b, const struct list *list, const char *where, bool scope)
{
    const struct entity *entity = list->entity;
    str_add(&b->text, "(SELECT t.id AS \"~id\"");
    list_add_keys(b, list);
    for (size_t i = 0; i < list->sort.count; i++) {
        str_add(&b->text, ", ");
        sql_sort_key(&b->text, entity, &list->sort.keys[i]);
        str_addf(&b->text, " AS \"~s%zu\"", i);
    }
    str_add(&b->text, ", coalesce(true");
    sql_filter(b, entity, &list->asked, SEARCH_EACH);
    for (size_t i = 0; i < list->words.count; i++)
        sql_search_word(b, entity, list->words.items[i], strlen(list->words.items[i]), SEARCH_EACH);
    str_addf(&b->text, ", false) AS \"~hit\" FROM \"%s\" t WHERE %s", entity->table, where);
    list_add_scope(b, list, scope);
    sql_filter(b, entity, &list->led, SEARCH_EACH);
    sql_after(b, entity, &list->sort, &list->cursor);
    list_add_from(b, list);
    list_add_order(b, list, !strcmp(where, LIST_SHARED));
    add_most(b);
    str_add_char(&b->text, ')');
}

/* Each branch has an index of its own; of several the rows are merged as they come, so no more of one are read than are wanted. */
static void add_parts(struct builder *b, const struct list *list)
{
    const struct grant *grant = list->request->grant;
    if (!list_is_by_branch(list) || grant->count > LIST_WALK_BRANCHES) {
        add_part(b, list, "true", true);
        return;
    }
    str_add(&b->text, "(SELECT * FROM (");
    for (size_t i = 0; i < grant->count; i++) {
        str_add(&b->text, i ? " UNION ALL " : "");
        add_part(b, list, arena_printf(b->arena, "t.branch_id = %lld", (long long)grant->branches[i]), false);
    }
    if (list->entity->scope == SCOPE_SHARED) {
        str_add(&b->text, " UNION ALL ");
        add_part(b, list, LIST_SHARED, false);
    }
    str_add(&b->text, ") w");
    add_order(b, list);
    add_most(b);
    str_add_char(&b->text, ')');
}

void list_add_walk(struct builder *b, const struct list *list)
{
    str_add(&b->text, "SELECT * FROM (SELECT w.*, row_number() OVER (");
    add_order(b, list);
    str_add(&b->text, ") AS \"~at\" FROM ");
    add_parts(b, list);
    str_addf(&b->text, " w) w WHERE \"~hit\" OR \"~at\" = %d", LIST_WALK_MOST);
    add_order(b, list);
    str_add(&b->text, " LIMIT ");
    builder_param(b, p_int(list->limit + 1));
    str_add(&b->text, "::bigint");
}

void list_add_walk_columns(struct builder *b)
{
    str_addf(&b->text, ", p.\"~hit\", p.\"~at\" = %d", LIST_WALK_MOST);
}

static bool last_row_says(const struct list *list, int column)
{
    size_t count = rows_count(list->page);
    return list->walks && count && rows_bool(list->page, count - 1, (int)list->sort.count + column);
}

bool list_walk_ended(const struct list *list)
{
    return last_row_says(list, COLUMN_END);
}

bool list_walk_missed(const struct list *list)
{
    return list_walk_ended(list) && !last_row_says(list, COLUMN_HIT);
}
