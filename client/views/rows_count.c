/*
 * How many rows there are, and what their numbers come to; of marked rows at once, of all by the server. It counts up to COUNT_FIRST, which is quick; who
 * wants to know more exactly asks again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/rows-private.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"
#include "wire/json.h"

/* A count that took longer is not made again unasked; the others not more often than this. */
enum { QUICK_MS = 1000, PAUSE_MS = 2000, PATIENCE_MS = 500 };

enum { COUNT_FIRST = 100000 };

static bool is_summed(const struct field *field)
{
    switch (field_type_of(field)) {
    case FIELD_FEN:
    case FIELD_DURATION: return true;
    case FIELD_INT: return strcmp(field->name, "version") != 0 && strcmp(field->name, "position") != 0;
    default: return false;
    }
}

static json_t *sums_wanted(const struct rows *rows)
{
    enum { SUMS_MOST = 16 };
    json_t *sums = json_array();
    for (size_t i = 0; i < rows->columns.count && json_array_size(sums) < SUMS_MOST; i++)
        if (is_summed(rows->columns.items[i]))
            json_array_append_new(sums, json_string(rows->columns.items[i]->name));
    return sums;
}

static void forget(struct rows *rows)
{
    json_decref(rows->counts.sums);
    rows->counts.sums = NULL;
    rows->counts.total = NIL;
    rows->counts.stale = rows->counts.more = rows->counts.all = false;
    if (rows->counts.asked)
        ask_cancel(rows->app, rows->counts.asked);
    rows->counts.asked = 0;
}

static void on_counted(struct screen *screen, const struct answer *answer, void *context)
{
    struct rows *rows = context;
    struct rows_count *counts = &rows->counts;
    (void)screen;
    counts->asked = 0;
    counts->took_ms = time_monotonic_ms() - counts->asked_ms;
    if (answer->code) {
        answer_say(rows->app, rows->entity, answer);
        counts->wanted = counts->total != NIL; /* what was known is known still */
        counts->all = false;
        return;
    }
    json_decref(counts->sums);
    counts->sums = json_deep_copy(json_object_get(answer->object, "sum"));
    json_get_int(answer->object, "total", &counts->total);
    counts->more = json_is_true(json_object_get(answer->object, "more"));
    counts->stale = false;
    if (counts->more)
        ui_say(rows->app->ui, ROLE_NORMAL, "%s", _("There are more; # again counts all of them"));
}

static void count(struct rows *rows)
{
    json_t *args = rows_arguments(rows), *sums = sums_wanted(rows);
    json_object_set_new(args, "limit", json_integer(1));
    json_object_set_new(args, "total", rows->counts.all ? json_true() : json_integer(COUNT_FIRST));
    if (json_array_size(sums))
        json_object_set(args, "sum", sums);
    json_decref(sums);
    rows->counts.asked_ms = time_monotonic_ms();
    rows->counts.asked = ask(rows->app, rows->screen, verb_of(rows->entity->name, "list"), args, CALL_READ,
                             NULL, on_counted, rows);
}

void rows_count_all(struct rows *rows)
{
    struct rows_count *counts = &rows->counts;
    bool known = counts->total != NIL && !counts->stale && !counts->more;
    if (counts->asked)
        return;
    counts->wanted = !known;
    counts->all |= counts->more;
    if (known)
        forget(rows);
    else
        count(rows);
}

void rows_count_anew(struct rows *rows)
{
    forget(rows);
    if (rows->counts.wanted)
        count(rows);
}

void rows_count_stale(struct rows *rows)
{
    rows->counts.stale = rows->counts.total != NIL;
}

unsigned rows_count_tick(struct rows *rows, int64_t now_ms)
{
    struct rows_count *counts = &rows->counts;
    bool waits = rows->asked && rows->from_top && now_ms - rows->asked_ms > PATIENCE_MS;
    if (counts->asked || waits)
        return waits || now_ms - counts->asked_ms > PATIENCE_MS ? SCREEN_REDRAW : 0;
    if (counts->stale && counts->wanted && !counts->more && counts->took_ms < QUICK_MS &&
        now_ms - counts->asked_ms > PAUSE_MS && app_in_sight(rows->app, rows->screen))
        count(rows);
    return 0;
}

/* Behind a count that is not exact. */
static const char *count_mark(const struct rows_count *counts)
{
    return counts->more ? "+" : counts->stale ? "~" : "";
}

/* Behind the … of a page from the top: an order without an index, or a search in much, takes its time. */
static void add_wait_for_page(const struct rows *rows, struct str *out)
{
    int64_t waited = rows->asked && rows->from_top ? time_monotonic_ms() - rows->asked_ms : 0;
    if (waited > PATIENCE_MS)
        str_addf(out, _(" %d s, ^C stops"), (int)(waited / 1000));
}

void rows_count_words(const struct rows *rows, struct str *out)
{
    const struct rows_count *counts = &rows->counts;
    int64_t waited = counts->asked ? time_monotonic_ms() - counts->asked_ms : 0;
    bool waits = waited > PATIENCE_MS && (counts->total == NIL || counts->more);
    add_wait_for_page(rows, out);
    if (counts->total != NIL)
        str_addf(out, "  = %lld%s", (long long)counts->total, count_mark(counts));
    if (waits)
        str_addf(out, _("  = … %d s, ^C stops"), (int)(waited / 1000));
}

/* ---- the foot ---- */

static bool sum_marked(const struct rows *rows, const struct field *field, int64_t *sum_r)
{
    *sum_r = 0;
    for (size_t i = 0; i < rows->records.count; i++) {
        const struct rows_record *record = &rows->records.items[i];
        int64_t value;
        if (table_is_marked(&rows->table, record->id) &&
            json_get_int(record->row, field->name, &value) == JSON_GET_FOUND &&
            __builtin_add_overflow(*sum_r, value, sum_r))
            return false;
    }
    return true;
}

static const char *show_number(const struct rows *rows, const struct field *field, int64_t number,
                               struct str *scratch)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)number);
    str_add(scratch, value_show(rows->app, arena, field, text, NULL));
    return scratch->data;
}

const char *rows_model_sum(void *context, size_t column, struct str *scratch)
{
    struct rows *rows = context;
    const struct field *field = rows->columns.items[column];
    int64_t sum;
    bool marked = rows->table.marks.count > 0;
    if (column == 0) {
        if (marked)
            str_addf(scratch, "* %zu", rows->table.marks.count);
        else if (rows->counts.total != NIL)
            str_addf(scratch, "Σ %lld%s", (long long)rows->counts.total, count_mark(&rows->counts));
        else
            str_add(scratch, "Σ …");
        return scratch->data;
    }
    if (!is_summed(field))
        return NULL;
    if (marked)
        return sum_marked(rows, field, &sum) ? show_number(rows, field, sum, scratch) : NULL;
    if (json_get_int(rows->counts.sums, field->name, &sum) != JSON_GET_FOUND)
        return NULL;
    return show_number(rows, field, sum, scratch);
}

bool rows_has_foot(const struct rows *rows)
{
    bool numbers = false;
    for (size_t i = 0; i < rows->columns.count; i++)
        numbers |= is_summed(rows->columns.items[i]);
    return numbers && (rows->table.marks.count || rows->counts.total != NIL || rows->counts.asked);
}
