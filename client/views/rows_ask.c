/* Asking for rows: pages, the total, and what others changed. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/rows-private.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "model/filter.h"
#include "wire/json.h"

enum { PAGE_LEAST = 50, PAGE_MOST = 500, WINDOW_MOST = 200 };

/* The columns shown, and what a row is judged by. */
static json_t *columns_of(const struct rows *rows)
{
    json_t *columns = json_array();
    const struct catalogue_entity *entity = rows->entity;
    for (size_t i = 0; i < rows->columns.count; i++)
        json_array_append_new(columns, json_string(rows->columns.items[i]->name));
    const char *const more[] = {entity->title, entity->state, "disabled_at"};
    for (size_t i = 0; i < array_len(more); i++)
        if (more[i] && catalogue_field(entity, more[i]))
            json_array_append_new(columns, json_string(more[i]));
    for (const char *const *name = rows->ops ? rows->ops->names : NULL; name && *name; name++)
        if (catalogue_field(entity, *name))
            json_array_append_new(columns, json_string(*name));
    for (size_t i = 0; i < entity->nactions; i++)
        if (entity->actions[i].state && catalogue_field(entity, entity->actions[i].state))
            json_array_append_new(columns, json_string(entity->actions[i].state));
    return columns;
}

static json_t *filter_of(const struct rows *rows)
{
    json_t *filter = rows->filter ? json_deep_copy(rows->filter) : json_object();
    filter_join(filter, rows->condition);
    return filter;
}

json_t *rows_arguments(const struct rows *rows)
{
    json_t *args = json_pack("{s:o, s:o, s:o}", "filter", filter_of(rows), "columns", columns_of(rows),
                             "sort", rows_sort_json(rows));
    if (rows->q)
        json_object_set_new(args, "q", json_string(rows->q));
    if (rows->from)
        json_object_set_new(args, "from", json_string(rows->from));
    return args;
}

/* Of rows on which something may be done. */
static json_t *page_arguments(const struct rows *rows)
{
    json_t *args = rows_arguments(rows);
    action_ask_cannot(rows->entity, args);
    return args;
}

static int page_size(const struct rows *rows)
{
    return MAX((int)PAGE_LEAST, rows->table.page * 2);
}

/* ---- taking them in ---- */

static struct rows_record record_of(struct rows *rows, const json_t *row, bool was_shown)
{
    struct rows_record record = {.row = json_deep_copy(row), .version = NIL};
    json_get_int(row, "id", &record.id);
    json_get_int(row, "version", &record.version);
    const struct rows_record *old = rows_find(rows, record.id);
    if (old) {
        record.flags = old->flags;
        record.changed_ms = old->changed_ms;
    }
    if (was_shown && (!old || old->version != record.version)) {
        record.flags |= ROW_CHANGED;
        record.changed_ms = time_monotonic_ms();
    }
    return record;
}

static void keep_prev(struct rows *rows, const json_t *answer)
{
    const char *prev = NULL;
    json_get_text(answer, "prev", &prev);
    free(rows->prev);
    rows->prev = prev ? memory_strdup(prev) : NULL;
}

static void keep_next(struct rows *rows, const json_t *answer)
{
    const char *next = NULL;
    json_get_text(answer, "next", &next);
    free(rows->next);
    rows->next = next ? memory_strdup(next) : NULL;
    rows->complete = !next;
}

/* A page from the top takes the place of what is there; rows whose version is another than before are marked, if others changed them. */
static void replace_all(struct rows *rows, const json_t *list)
{
    bool mark = rows->stale && rows->records.count > 0;
    VEC(struct rows_record) fresh = {0};
    for (size_t i = 0; i < json_array_size(list); i++)
        vec_push(&fresh, record_of(rows, json_array_get(list, i), mark));
    rows_clear_from(rows, 0);
    free(rows->records.items);
    rows->records.items = fresh.items;
    rows->records.count = fresh.count;
    rows->records.cap = fresh.cap;
}

static void append(struct rows *rows, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct rows_record record = record_of(rows, json_array_get(list, i), false);
        if (rows_find(rows, record.id))
            json_decref(record.row); /* it moved down meanwhile */
        else
            vec_push(&rows->records, record);
    }
}

static void arrived(struct rows *rows)
{
    table_changed(&rows->table);
    if (rows->ops && rows->ops->arrived)
        rows->ops->arrived(rows);
}

/* Nothing is to be done to rows that are not in the list any more. */
static void drop_marks(struct rows *rows)
{
    for (size_t i = rows->table.marks.count; i-- > 0;)
        if (!rows_find(rows, rows->table.marks.items[i]))
            table_mark(&rows->table, rows->table.marks.items[i], false);
}

/* An order the server does not have leaves the one before. */
static void go_back_to_order(struct rows *rows, const struct answer *answer)
{
    const char *field = NULL;
    json_get_text(answer->object, "field", &field);
    if (!rows->sort_before || !field || strcmp(field, "sort") != 0)
        return;
    free(rows->sort);
    rows->sort = rows->sort_before;
    rows->sort_before = NULL;
    rows_read(rows);
}

static void on_page(struct screen *screen, const struct answer *answer, void *context)
{
    struct rows *rows = context;
    (void)screen;
    rows->asked = 0;
    rows->broken = answer->code != ERR_NONE;
    if (answer->code) {
        answer_say(rows->app, rows->entity, answer);
        rows->from_top = false;
        go_back_to_order(rows, answer);
        return;
    }
    if (rows->from_top) {
        replace_all(rows, json_object_get(answer->object, "rows"));
        keep_prev(rows, answer->object);
        drop_marks(rows);
        rows->before = 0;
    } else
        append(rows, json_object_get(answer->object, "rows"));
    rows->from_top = rows->stale = false;
    keep_next(rows, answer->object);
    arrived(rows);
    rows_look_back(rows);
}

/* Lists above 256 KiB come row by row before the answer. They are few enough to be kept for it. */
static void on_row(struct screen *screen, const json_t *row, void *context)
{
    struct rows *rows = context;
    (void)screen;
    if (!json_object_get(row, "id"))
        return; /* progress */
    if (rows->from_top) {
        rows->from_top = false;
        rows_clear_from(rows, 0);
    }
    json_t *one = json_pack("[O]", row);
    append(rows, one);
    json_decref(one);
}

static const char *list_verb(const struct rows *rows)
{
    return verb_of(rows->entity->name, "list");
}

void rows_ask_page(struct rows *rows)
{
    if (rows->asked || rows->complete)
        return;
    json_t *args = page_arguments(rows);
    json_object_set_new(args, "limit", json_integer(MIN(page_size(rows), (int)PAGE_MOST)));
    if (rows->next)
        json_object_set_new(args, "after", json_string(rows->next));
    rows->asked = ask(rows->app, rows->screen, list_verb(rows), args, CALL_READ, on_row, on_page, rows);
}

/* As many as reach to the last row in sight and a page beyond. */
static void ask_first(struct rows *rows, int limit, ask_done *done)
{
    if (rows->asked)
        ask_cancel(rows->app, rows->asked);
    if (rows->looking)
        ask_cancel(rows->app, rows->looking);
    rows->looking = 0;
    json_t *args = page_arguments(rows);
    json_object_set_new(args, "limit", json_integer(limit));
    rows->from_top = true;
    rows->broken = false;
    rows->asked_ms = time_monotonic_ms();
    rows->asked = ask(rows->app, rows->screen, list_verb(rows), args, CALL_READ, on_row, done, rows);
}

/* Marked rows must not fall out behind the end: they are to be acted on. */
static size_t last_marked(const struct rows *rows)
{
    size_t left = rows->table.marks.count, i = 0;
    for (; left && i < rows->records.count; i++)
        left -= table_is_marked(&rows->table, rows->records.items[i].id);
    return i;
}

static void ask_window(struct rows *rows)
{
    size_t seen = MAX(rows->table.top + (size_t)rows->table.page, last_marked(rows));
    ask_first(rows, MIN((int)MIN(seen, (size_t)PAGE_MOST) + page_size(rows), (int)PAGE_MOST), on_page);
}

void rows_read(struct rows *rows)
{
    rows->stale = false;
    rows_count_stale(rows);
    ask_window(rows);
}

void rows_stop(struct rows *rows)
{
    const uint64_t calls[] = {rows->asked, rows->patching, rows->looking, rows->counts.asked};
    for (size_t i = 0; i < array_len(calls); i++)
        if (calls[i])
            ask_cancel(rows->app, calls[i]);
    rows->asked = rows->patching = rows->looking = rows->counts.asked = 0;
}

bool rows_waiting(const struct rows *rows)
{
    return rows->asked && rows->from_top && !rows->stale && link_state(rows->app->link) == LINK_READY;
}

void rows_jump(struct rows *rows, const char *from)
{
    char *copy = from && *from ? memory_strdup(from) : NULL;
    free(rows->from);
    rows->from = copy;
    rows->table.cursor = rows->table.top = 0;
    rows->table.cursor_id = 0;
    rows_read(rows);
}

/* ---- back ---- */

static void prepend(struct rows *rows, const json_t *list)
{
    VEC(struct rows_record) fresh = {0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct rows_record record = record_of(rows, json_array_get(list, i), false);
        if (rows_find(rows, record.id))
            json_decref(record.row); /* it moved meanwhile */
        else
            vec_push(&fresh, record);
    }
    size_t count = fresh.count;
    for (size_t i = 0; i < rows->records.count; i++)
        vec_push(&fresh, rows->records.items[i]);
    free(rows->records.items);
    rows->records.items = fresh.items;
    rows->records.count = fresh.count;
    rows->records.cap = fresh.cap;
    rows->before += count;
    table_came_before(&rows->table, count);
}

static void on_page_before(struct screen *screen, const struct answer *answer, void *context)
{
    struct rows *rows = context;
    (void)screen;
    rows->looking = 0;
    if (answer->code) {
        answer_say(rows->app, rows->entity, answer);
        return;
    }
    prepend(rows, json_object_get(answer->object, "rows"));
    keep_prev(rows, answer->object);
    arrived(rows);
}

/* What lies before is there before anybody goes up. */
void rows_look_back(struct rows *rows)
{
    if (!rows->prev || rows->looking || rows->asked || rows->table.cursor > (size_t)rows->table.page)
        return;
    json_t *args = page_arguments(rows);
    json_object_set_new(args, "limit", json_integer(MIN(page_size(rows), (int)PAGE_MOST)));
    json_object_set_new(args, "before", json_string(rows->prev));
    rows->looking =
        ask(rows->app, rows->screen, list_verb(rows), args, CALL_READ, NULL, on_page_before, rows);
}

/* ---- all that can be had at once ---- */

static void on_most(struct screen *screen, const struct answer *answer, void *context)
{
    struct rows *rows = context;
    on_page(screen, answer, context);
    if (!answer->code && rows->most)
        rows->most(rows);
    rows->most = NULL;
}

void rows_read_most(struct rows *rows, void (*done)(struct rows *rows))
{
    rows->most = done;
    if (rows->complete && !rows->asked) {
        done(rows);
        return;
    }
    ask_first(rows, PAGE_MOST, on_most);
}

/* ---- live ---- */

static void on_patch(struct screen *screen, const struct answer *answer, void *context)
{
    struct rows *rows = context;
    const json_t *list = json_object_get(answer->object, "rows");
    (void)screen;
    rows->patching = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct rows_record record = record_of(rows, json_array_get(list, i), true);
        struct rows_record *old = rows_find(rows, record.id);
        if (!old) {
            json_decref(record.row);
            continue;
        }
        json_decref(old->row);
        *old = record;
    }
    if (json_array_size(list))
        arrived(rows);
}

/* Far down only the rows at hand are looked at again; what is new above is seen when the person goes there. */
static void patch(struct rows *rows, const struct live_event events[], size_t count)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < count && json_array_size(ids) < PAGE_MOST; i++)
        if (rows_find(rows, events[i].id))
            json_array_append_new(ids, json_integer(events[i].id));
    if (!json_array_size(ids) || rows->patching) {
        json_decref(ids);
        return;
    }
    json_t *args = page_arguments(rows);
    json_object_set_new(json_object_get(args, "filter"), "id", json_pack("{s:o}", "in", ids));
    json_object_set_new(args, "limit", json_integer(PAGE_MOST));
    rows->patching = ask(rows->app, rows->screen, list_verb(rows), args, CALL_READ, NULL, on_patch, rows);
}

static bool known(struct rows *rows, const struct live_event *event)
{
    const struct rows_record *record = rows_find(rows, event->id);
    return record && event->version != NIL && record->version >= event->version;
}

void rows_heard(struct rows *rows, const struct live_event events[], size_t count)
{
    bool news = count == 0;
    for (size_t i = 0; i < count; i++)
        news |= !known(rows, &events[i]);
    if (!news)
        return;
    if (rows->asked || !app_in_sight(rows->app, rows->screen)) {
        rows->missed = true; /* rows_tick comes back to it: a slow line must not be asked ever anew */
        return;
    }
    rows->missed = false;
    rows_count_stale(rows);
    bool far = rows->table.top + (size_t)rows->table.page > WINDOW_MOST || rows->before;
    if (far && count) {
        patch(rows, events, count);
        return;
    }
    rows->stale = true;
    ask_window(rows);
}
