#include "server/entity/entity-private.h"

#include "base/arena.h"
#include "wire/limits.h"

#include <stdio.h>
#include <string.h>

/* One list request, read. */
struct list {
    struct request *request;
    const struct entity *entity;
    const struct field *fields[ENTITY_ALL_FIELDS_MAX]; /* of the rows, in order */
    size_t nfields;
    struct filter filter;
    struct sort sort;
    struct cursor cursor;
    uint64_t hash;
    int64_t limit;
    bool total, unmask; /* unmask: persons' data in full, by the verb of that name */
    const struct field *sums[16];
    size_t nsums;
    struct rows *page, *totals;
};

static const struct field *find_field(const void *context, const char *name)
{
    const struct field *field = entity_field(context, name);
    return field && field_is_readable(field) ? field : NULL;
}

static int unknown_column(struct list *list, const char *argument, const char *name)
{
    return request_fail(list->request, ERR_INVALID, argument, N_("There is no column {name}"), "name",
                        arena_strndup(list->request->arena, name, strnlen(name, 64)), NULL);
}

static int read_filter(struct list *list)
{
    struct filter_fault fault;
    struct str text;
    const char *q = request_text(list->request, "q");
    if (filter_read(json_object_get(list->request->args, "filter"), find_field, list->entity,
                    list->request->arena, session_zone(list->request->session), &list->filter, &fault) < 0)
        return request_fail(list->request, ERR_INVALID, fault.field ? fault.field : "filter", fault.msgid,
                            "field", fault.field ? fault.field : "filter", NULL);
    if (q && *q)
        list->filter.q = q;
    str_init(&text, list->request->arena);
    filter_write(&list->filter, &text);
    list->hash = cursor_hash(text.data, list->filter.q, &list->sort);
    return 0;
}

static bool wanted(const json_t *columns, const char *name)
{
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *item = json_string_value(json_array_get(columns, i));
        if (item && !strcmp(item, name))
            return true;
    }
    return false;
}

/* id and version always come along: what acts on a row needs them. */
static int read_columns(struct list *list)
{
    const struct field *all[ENTITY_ALL_FIELDS_MAX];
    const json_t *columns = json_object_get(list->request->args, "columns");
    size_t n = entity_all_fields(list->entity, all);
    if (columns && !json_is_null(columns) && !json_is_array(columns))
        return unknown_column(list, "columns", "");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *name = json_string_value(json_array_get(columns, i));
        if (!name || !find_field(list->entity, name))
            return unknown_column(list, "columns", name ? name : "");
    }
    for (size_t i = 0; i < n; i++) {
        bool always = !strcmp(all[i]->name, "id") || !strcmp(all[i]->name, "version");
        if (field_is_readable(all[i]) && (always || !json_is_array(columns) || wanted(columns, all[i]->name)))
            list->fields[list->nfields++] = all[i];
    }
    return 0;
}

static int read_sums(struct list *list)
{
    const json_t *sums = json_object_get(list->request->args, "sum");
    for (size_t i = 0; i < json_array_size(sums); i++) {
        const char *name = json_string_value(json_array_get(sums, i));
        const struct field *field = name ? find_field(list->entity, name) : NULL;
        if (!field || !field_is_number(field) || list->nsums == array_len(list->sums))
            return unknown_column(list, "sum", name ? name : "");
        list->sums[list->nsums++] = field;
    }
    return 0;
}

static int check_arguments(struct list *list)
{
    static const char *const known[] = {"filter", "q", "sort", "limit", "after", "columns", "total", "sum"};
    const char *name;
    json_t *value;
    json_object_foreach(list->request->args, name, value)
    {
        size_t i = 0;
        while (i < array_len(known) && strcmp(known[i], name) != 0)
            i++;
        if (i == array_len(known)) {
            const char *kept = arena_strndup(list->request->arena, name, strnlen(name, 64));
            return request_fail(list->request, ERR_INVALID, kept, N_("There is no argument {name}"), "name",
                                kept, NULL);
        }
    }
    return 0;
}

static int read_page(struct list *list)
{
    const json_t *limit = json_object_get(list->request->args, "limit");
    list->limit = json_is_integer(limit) ? json_integer_value(limit) : LIST_LIMIT_DEFAULT;
    if (list->limit < 1 || (limit && !json_is_null(limit) && !json_is_integer(limit)))
        return request_fail(list->request, ERR_INVALID, "limit", N_("This is not a valid value"), NULL);
    if (list->limit > WIRE_LIST_LIMIT_MAX)
        return request_fail(list->request, ERR_LIMIT, "limit", N_("A page has at most 500 rows"), NULL);
    list->total = json_is_true(json_object_get(list->request->args, "total"));
    return 0;
}

static int read_list(struct list *list)
{
    const json_t *after = json_object_get(list->request->args, "after");
    int rc = check_arguments(list);
    if (!rc)
        rc = read_page(list);
    if (!rc)
        rc = sort_read(list->request, list->entity, &list->sort);
    if (!rc)
        rc = read_filter(list);
    if (!rc)
        rc = read_columns(list);
    if (!rc)
        rc = read_sums(list);
    if (!rc && after && !json_is_null(after) && !json_is_string(after))
        rc = request_fail(list->request, ERR_INVALID, "after", N_("This is not a valid value"), NULL);
    return rc ? rc
              : cursor_read(list->request, json_string_value(after), &list->sort, list->hash, &list->cursor);
}

static bool names_few(const struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_term *term = &filter->terms[i];
        bool narrow = term->op == FILTER_EQ || term->op == FILTER_IN || term->op == FILTER_LIKE;
        enum field_type type = field_type_of(term->field);
        if (narrow && type != FIELD_CHOICE && type != FIELD_BOOL &&
            strcmp(term->field->name, "branch_id") != 0)
            return true;
    }
    return false;
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
    return wide && list->entity->flags & ENTITY_WHOLE && !list->sort.by_offset && !names_few(&list->filter) &&
           !names_one_branch(&list->filter);
}

/* Rows of his own, wherever they stand. */
static bool sees_own(const struct list *list)
{
    const struct grant *grant = list->request->grant;
    return grant->own && !grant->all && list->entity->own_column;
}

/* Many branches of a big table: each one's page by its own index, then the best of them (an index led by the branch
 * gives no order across branches). A filter that names few rows is quicker without. */
static bool by_branch(const struct list *list)
{
    const struct grant *grant = list->request->grant;
    bool many = grant->count > 1 || (list->entity->scope == SCOPE_SHARED && grant->count == 1);
    return list->entity->flags & ENTITY_BIG && entity_is_scoped(list->entity) &&
           !entity_is_branch(list->entity) && many && !(grant->all && list->entity->flags & ENTITY_WHOLE) &&
           !sees_own(list) && !list->sort.by_offset && !names_few(&list->filter) && !list->filter.q;
}

/* Whether the page is made of ids alone and its rows are fetched again: where far more rows are looked at than shown, and for
 * computed fields, which may speak of any column of the table. */
static bool is_fetched_again(const struct list *list)
{
    if (by_branch(list))
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
    for (size_t i = 0; i < list->sort.count; i++) {
        str_add(&b->text, ", ");
        sql_value(&b->text, list->sort.keys[i].field);
        str_addf(&b->text, " AS \"~%zu\"", i);
    }
}

static void add_conditions(struct builder *b, const struct list *list, bool scope)
{
    const struct grant *listing =
        list->unmask ? grant_of(list->request->session, list->entity->name, "list") : NULL;
    if (listing) /* seeing in full reaches no further than seeing */
        sql_scope(b, list->entity, listing, list->request->session->employee_id);
    if (scope)
        sql_scope(b, list->entity, list->request->grant, list->request->session->employee_id);
    else if (list->entity->only)
        str_addf(&b->text, " AND (%s)", list->entity->only);
    if (leads_whole(list))
        str_add(&b->text, " AND t.id > 0");
    sql_filter(b, list->entity, &list->filter, sees_own(list));
    sql_search(b, list->entity, list->filter.q, sees_own(list));
}

static void add_limit(struct builder *b, const struct list *list)
{
    sql_order(&b->text, list->entity, &list->sort);
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
    add_conditions(b, list, scope);
    sql_after(b, list->entity, &list->sort, &list->cursor);
}

/* The company's own rows beside the branches': one page more. That branch_id is NULL does not tell the planner the order of an index led
 * by it; naming it first does. */
static void add_shared_part(struct builder *b, const struct list *list)
{
    struct str order;
    str_init(&order, b->arena);
    sql_order(&order, list->entity, &list->sort);
    add_part(b, list, "t.branch_id IS NULL", false);
    str_addf(&b->text, " ORDER BY t.branch_id%s, %s LIMIT ", list->sort.keys[0].descending ? " DESC" : "",
             order.data + strlen(" ORDER BY "));
    builder_param(b, p_int(list->limit + 1));
    str_add(&b->text, "::bigint");
}

static void add_page(struct builder *b, const struct list *list)
{
    bool shared = list->entity->scope == SCOPE_SHARED;
    if (!by_branch(list)) {
        add_part(b, list, "true", true);
        add_limit(b, list);
        return;
    }
    str_add(&b->text, shared ? "SELECT t.* FROM ((" : "");
    str_add(&b->text, "SELECT t.* FROM unnest(");
    builder_param(b, p_text(list->request->grant->scope));
    str_add(&b->text, "::int[]) AS b (id) CROSS JOIN LATERAL (");
    add_part(b, list, "t.branch_id = b.id", false);
    add_limit(b, list);
    str_add(&b->text, ") t");
    if (shared) {
        str_add(&b->text, ") UNION ALL (");
        add_shared_part(b, list);
        str_add(&b->text, ")) t");
    }
    add_page_order(b, list, "t");
    str_add(&b->text, " LIMIT ");
    builder_param(b, p_int(list->limit + 1));
    str_add(&b->text, "::bigint");
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

/* Labels and computed fields are worked out for the rows of the page only. */
static void queue_page(struct list *list)
{
    struct builder b;
    bool again = is_fetched_again(list);
    const char *alias = again ? "p" : "t";
    builder_init(&b, list->request->arena);
    str_add(&b.text, "SELECT row_to_json(x)::text");
    for (size_t i = 0; i < list->sort.count; i++)
        str_addf(&b.text, ", %s.\"~%zu\"", alias, i);
    str_add(&b.text, " FROM (");
    add_page(&b, list);
    str_addf(&b.text, ") %s", alias);
    if (again)
        str_addf(&b.text, " JOIN \"%s\" t ON t.id = p.\"~id\"", list->entity->table);
    str_add(&b.text, " CROSS JOIN LATERAL (SELECT ");
    add_shown(&b, list);
    str_add(&b.text, ") x");
    if (again)
        add_page_order(&b, list, "p");
    list->page = builder_read_unnamed(&b, list->request->tx);
}

static void queue_totals(struct list *list)
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
    str_addf(&b.text, " FROM \"%s\" t WHERE true", list->entity->table);
    add_conditions(&b, list, true);
    list->totals = builder_read_unnamed(&b, list->request->tx);
}

/* Whoever looks at persons' data in full is in the trail. */
static void note_unmasked(struct list *list)
{
    if (!list->unmask)
        return;
    struct change change = {
        .entity = list->entity->name, .id = NIL, .action = "unmask", .branch_id = NIL, .old_branch_id = NIL};
    struct str filter;
    str_init(&filter, list->request->arena);
    str_add(&filter, "{\"filter\":");
    filter_write(&list->filter, &filter);
    str_add(&filter, ",\"q\":");
    str_add_json(&filter, list->filter.q);
    str_addf(&filter, ",\"rows\":%zu}", rows_count(list->page));
    change.now = filter.data;
    change_add(list->request, &change);
}

static size_t shown_count(const struct list *list)
{
    size_t count = rows_count(list->page);
    return count > (size_t)list->limit ? (size_t)list->limit : count;
}

static const char *next_cursor(struct list *list)
{
    size_t count = shown_count(list);
    struct cursor next = {.offset = list->cursor.offset + (int64_t)count};
    if (rows_count(list->page) <= (size_t)list->limit)
        return NULL;
    for (size_t i = 0; i < list->sort.count; i++)
        next.values[i] = rows_value(list->page, count - 1, 1 + (int)i, list->sort.keys[i].field);
    return cursor_write(list->request->arena, &list->sort, &next, list->hash);
}

static void add_totals(struct list *list, struct str *out)
{
    if (list->total)
        str_addf(out, ",\"total\":%lld", (long long)rows_int(list->totals, 0, 0));
    if (!list->nsums)
        return;
    str_add(out, ",\"sum\":{");
    for (size_t i = 0; i < list->nsums; i++) {
        if (i)
            str_add_char(out, ',');
        str_add_json(out, list->sums[i]->name);
        str_add_char(out, ':');
        str_add(out, rows_text(list->totals, 0, 1 + (int)i));
    }
    str_add_char(out, '}');
}

static int stream_rows(struct list *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *row = rows_text(list->page, i, 0);
        if (request_cancelled(list->request))
            return 0;
        int rc = request_send_row(list->request, row, strlen(row));
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int reply(struct list *list)
{
    struct str *out = &list->request->out;
    size_t count = shown_count(list), bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(rows_text(list->page, i, 0)) + 1;
    bool streamed = bytes > WIRE_LIST_AS_ROWS;
    if (streamed) {
        int rc = stream_rows(list, count);
        if (rc)
            return rc;
    }
    str_clear(out);
    str_reserve(out, streamed ? 256 : bytes + 256);
    str_add(out, streamed ? "{" : "{\"rows\":[");
    for (size_t i = 0; i < count && !streamed; i++) {
        if (i)
            str_add_char(out, ',');
        str_add(out, rows_text(list->page, i, 0));
    }
    str_add(out, streamed ? "\"next\":" : "],\"next\":");
    str_add_json(out, next_cursor(list));
    add_totals(list, out);
    str_add_char(out, '}');
    return 0;
}

int entity_run_list(struct request *request)
{
    struct list *list = arena_new(request->arena, struct list);
    list->request = request;
    list->entity = entity_verb_of(request)->entity;
    list->unmask = request->verb->flags & VERB_CHANGES;
    int rc = read_list(list);
    if (!rc && list->unmask && !grant_of(request->session, list->entity->name, "list"))
        rc = request_fail(request, ERR_FORBIDDEN, NULL, N_("You may not list these records"), NULL);
    if (!rc && list->sort.by_offset)
        rc = request_take_long(request);
    if (rc)
        return rc;
    queue_page(list);
    queue_totals(list);
    rc = request_need(request);
    if (rc)
        return rc;
    note_unmasked(list);
    return reply(list);
}
