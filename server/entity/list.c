#include "base/arena.h"
#include "server/core/holders.h"
#include "server/entity/filtered.h"
#include "server/entity/list-private.h"
#include "wire/limits.h"

#include <stdio.h>
#include <string.h>

static int unknown_column(struct list *list, const char *argument, const char *name)
{
    return request_fail(list->request, ERR_INVALID, argument, N_("There is no column {name}"), "name",
                        arena_strndup(list->request->arena, name, strnlen(name, 64)), NULL);
}

static int read_filter(struct list *list)
{
    struct str text;
    int rc = filtered_arguments(list->request, list->entity, NULL, &list->filter);
    if (rc)
        return rc;
    str_init(&text, list->request->arena);
    filter_write(&list->filter, &text);
    if (list->from.given) { /* pages by offset are counted from there */
        char *from = json_dumps(json_object_get(list->request->args, "from"), JSON_ENCODE_ANY | JSON_COMPACT);
        str_addf(&text, " %s", from ? from : "");
    }
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
        if (!name || !filtered_field(list->entity, name))
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
        const struct field *field = name ? filtered_field(list->entity, name) : NULL;
        if (!field || !field_is_number(field) || list->nsums == array_len(list->sums))
            return unknown_column(list, "sum", name ? name : "");
        list->sums[list->nsums++] = field;
    }
    return 0;
}

static int check_arguments(struct list *list)
{
    static const char *const known[] = {"filter", "q",       "sort",  "limit", "after", "before",
                                        "from",   "columns", "total", "sum",   "cannot"};
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

/* true: all rows; a number: no more than so many, which is quick however many there are. */
static int read_total(struct list *list)
{
    const json_t *total = json_object_get(list->request->args, "total");
    list->total = json_is_true(total) || json_is_integer(total);
    list->total_most = json_is_integer(total) ? json_integer_value(total) : NIL;
    if (json_is_integer(total) && (list->total_most < 1 || list->total_most == INT64_MAX))
        return request_fail(list->request, ERR_INVALID, "total", N_("This is not a valid value"), NULL);
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
    return read_total(list);
}

/* The cursor of the page before or behind which this one lies. */
static int read_cursor(struct list *list)
{
    const json_t *after = json_object_get(list->request->args, "after");
    const json_t *before = json_object_get(list->request->args, "before");
    list->back = before && !json_is_null(before);
    const char *name = list->back ? "before" : "after";
    const json_t *given = list->back ? before : after;
    bool both = list->back && after && !json_is_null(after);
    if (both || (list->back && list->sort.by_offset) ||
        (given && !json_is_null(given) && !json_is_string(given)))
        return request_fail(list->request, ERR_INVALID, name, N_("This is not a valid value"), NULL);
    int rc = cursor_read(list->request, json_string_value(given), &list->sort, list->hash, &list->cursor);
    for (size_t i = 0; !rc && list->back && i < list->sort.count; i++)
        list->sort.keys[i].descending = !list->sort.keys[i].descending;
    return rc;
}

static int read_cannot(struct list *list)
{
    const json_t *cannot = json_object_get(list->request->args, "cannot");
    list->cannot = json_is_true(cannot);
    if (!cannot || json_is_null(cannot) || json_is_boolean(cannot))
        return 0;
    return request_fail(list->request, ERR_INVALID, "cannot", N_("This is not a valid value"), NULL);
}

static int read_list(struct list *list)
{
    int rc = check_arguments(list);
    if (!rc)
        rc = read_page(list);
    if (!rc)
        rc = sort_read(list->request, list->entity, &list->sort);
    if (!rc)
        rc = list_read_from(list);
    if (!rc)
        rc = read_filter(list);
    if (!rc)
        rc = read_columns(list);
    if (!rc)
        rc = read_sums(list);
    if (!rc)
        rc = read_cannot(list);
    return rc ? rc : read_cursor(list);
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
    size_t count = rows_count(list->page) - list_walk_missed(list);
    return MIN(count, (size_t)list->limit);
}

static const char *cursor_of(struct list *list, size_t row)
{
    struct cursor cursor = {.offset = list->cursor.offset + (int64_t)shown_count(list)};
    for (size_t i = 0; i < list->sort.count; i++)
        cursor.values[i] = rows_value(list->page, row, 1 + (int)i, list->sort.keys[i].field);
    return cursor_write(list->request->arena, &list->sort, &cursor, list->hash);
}

/* What follows the page in the order it was read, or a short one in that it was looked for. */
static const char *onward(struct list *list)
{
    size_t count = rows_count(list->page);
    if (count > (size_t)list->limit)
        return cursor_of(list, shown_count(list) - 1);
    return list_walk_ended(list) ? cursor_of(list, count - 1) : NULL;
}

/* What lies on the side it was entered from. */
static const char *backward(struct list *list)
{
    bool inside = list->cursor.given || list->from.given;
    return inside && shown_count(list) && !list->sort.by_offset ? cursor_of(list, 0) : NULL;
}

static const char *row_text(const struct list *list, size_t index, size_t count)
{
    return rows_text(list->page, list->back ? count - 1 - index : index, 0);
}

/* Of rows that were not all counted there is no sum. */
static void add_totals(struct list *list, struct str *out)
{
    int64_t total = list->total ? rows_int(list->totals, 0, 0) : 0;
    bool more = list->total_most != NIL && total > list->total_most;
    if (list->total)
        str_addf(out, ",\"total\":%lld%s", (long long)(more ? list->total_most : total),
                 more ? ",\"more\":true" : "");
    if (!list->nsums || more)
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
        const char *row = row_text(list, i, count);
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
        str_add(out, row_text(list, i, count));
    }
    str_add(out, streamed ? "\"next\":" : "],\"next\":");
    str_add_json(out, list->back ? backward(list) : onward(list));
    const char *before = list->back ? onward(list) : backward(list);
    if (before) {
        str_add(out, ",\"prev\":");
        str_add_json(out, before);
    }
    add_totals(list, out);
    holders_add_all(out, list->entity->name, list->request->session, list->request->grant);
    str_add_char(out, '}');
    return 0;
}

/* All rows of a big table: nobody at a till waits behind that. */
static bool counts_much(const struct list *list)
{
    return (list->total || list->nsums) && list->entity->flags & ENTITY_BIG && !list_names_few(list);
}

/* Where a walk found next to nothing, all there is is looked through. */
static int read_rows(struct list *list)
{
    list_plan_walk(list);
    list_queue_page(list);
    list_queue_totals(list);
    int rc = request_need(list->request);
    if (rc || !list_walk_ended(list) || 8 * shown_count(list) >= (size_t)list->limit)
        return rc;
    rc = request_take_long(list->request);
    if (rc)
        return rc;
    list->walks = false;
    list_queue_page(list);
    return request_need(list->request);
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
    if (!rc)
        rc = list_count_words(list);
    if (!rc && ((list->sort.by_offset && !list->few) || counts_much(list)))
        rc = request_take_long(request);
    if (!rc)
        rc = list_settle_from(list);
    if (!rc)
        rc = read_rows(list);
    if (rc)
        return rc;
    note_unmasked(list);
    return reply(list);
}
