#include <string.h>

#include "base/utf8.h"
#include "client/ui/table.h"
#include "client/ui/words.h"

void table_init(struct table *table, const struct table_model *model, void *context)
{
    *table = (struct table){.model = model, .context = context, .page = 10, .cols = 80};
    str_init(&table->scratch, NULL);
}

void table_finish(struct table *table)
{
    vec_finish(&table->columns);
    vec_finish(&table->marks);
    str_finish(&table->scratch);
}

void table_add_column(struct table *table, const struct table_column *column)
{
    vec_push(&table->columns, *column);
}

void table_clear_columns(struct table *table)
{
    vec_clear(&table->columns);
    table->shift = table->column = 0;
}

static size_t count(const struct table *table)
{
    return table->model->count(table->context);
}

bool table_has_row(const struct table *table)
{
    return table->cursor < count(table);
}

int64_t table_current(const struct table *table)
{
    return table->model->id(table->context, table->cursor);
}

/* Two pages ahead, so that the next page is there before it is wanted. */
static void look_ahead(struct table *table)
{
    size_t rows = count(table);
    if (table->model->more && table->model->state(table->context) == TABLE_MORE &&
        rows < table->cursor + 2 * (size_t)table->page + 1)
        table->model->more(table->context);
}

static void move_to(struct table *table, size_t row)
{
    size_t rows = count(table);
    table->cursor = rows == 0 ? 0 : row < rows ? row : rows - 1;
    if (rows)
        table->cursor_id = table_current(table);
    look_ahead(table);
}

/* The cursor's row may have moved: most often not at all, or not far. */
static bool find_id(struct table *table, int64_t id, size_t *row_r)
{
    size_t rows = count(table);
    if (table->cursor < rows && table_current(table) == id)
        return *row_r = table->cursor, true;
    for (size_t row = 0; row < rows; row++)
        if (table->model->id(table->context, row) == id)
            return *row_r = row, true;
    return false;
}

void table_changed(struct table *table)
{
    size_t row = table->cursor;
    bool at_start = table->cursor == 0 && table->top == 0 && table->cursor_id == 0;
    if (!at_start)
        find_id(table, table->cursor_id, &row);
    move_to(table, row);
}

void table_reset(struct table *table)
{
    table->cursor = table->top = 0;
    table->cursor_id = 0;
    vec_clear(&table->marks);
    move_to(table, 0);
}

void table_came_before(struct table *table, size_t rows)
{
    table->cursor += rows;
    table->top += rows;
}

void table_select(struct table *table, int64_t id)
{
    size_t row;
    if (find_id(table, id, &row))
        move_to(table, row);
}

/* Where the id is, or would stand, among the sorted marks. */
static size_t mark_place(const struct table *table, int64_t id)
{
    size_t lo = 0, hi = table->marks.count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (table->marks.items[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool table_is_marked(const struct table *table, int64_t id)
{
    size_t at = mark_place(table, id);
    return at < table->marks.count && table->marks.items[at] == id;
}

static void toggle_mark(struct table *table, int64_t id)
{
    size_t at = mark_place(table, id);
    int64_t *marks = table->marks.items;
    if (at < table->marks.count && marks[at] == id) {
        memmove(&marks[at], &marks[at + 1], (table->marks.count - at - 1) * sizeof(*marks));
        table->marks.count--;
        return;
    }
    vec_push(&table->marks, id);
    marks = table->marks.items;
    memmove(&marks[at + 1], &marks[at], (table->marks.count - at - 1) * sizeof(*marks));
    marks[at] = id;
}

void table_mark(struct table *table, int64_t id, bool marked)
{
    if (table_is_marked(table, id) != marked)
        toggle_mark(table, id);
}

void table_unmark_all(struct table *table)
{
    vec_clear(&table->marks);
}

static enum table_result move_by(struct table *table, long by)
{
    long to = (long)table->cursor + by;
    move_to(table, to < 0 ? 0 : (size_t)to);
    return TABLE_MOVED;
}

static enum table_result mark_here(struct table *table)
{
    if (!table_has_row(table))
        return TABLE_USED;
    toggle_mark(table, table_current(table));
    move_by(table, 1);
    return TABLE_MARKED;
}

static enum table_result mark_all(struct table *table)
{
    for (size_t row = 0, rows = count(table); row < rows; row++)
        toggle_mark(table, table->model->id(table->context, row));
    return TABLE_MARKED;
}

static enum table_result shift_by(struct table *table, int by)
{
    if (table->picks)
        return table_pick(table, by) ? TABLE_USED : TABLE_UNUSED;
    if (by < 0 && table->shift)
        table->shift--;
    else if (by > 0 && table_more_right(table))
        table->shift++;
    return TABLE_USED;
}

enum table_result table_key(struct table *table, const struct key *key)
{
    if (key->kind == KEY_PASTE)
        return TABLE_UNUSED;
    switch (key->code) {
    case K_UP: return move_by(table, -1);
    case K_DOWN: return move_by(table, 1);
    case K_PAGE_UP: return move_by(table, -table->page);
    case K_PAGE_DOWN: return move_by(table, table->page);
    case K_HOME: return move_by(table, -(long)table->cursor);
    case K_END: return move_by(table, (long)count(table));
    case K_LEFT: return shift_by(table, -1);
    case K_RIGHT: return shift_by(table, 1);
    case ' ': return mark_here(table);
    case '*': return mark_all(table);
    case K_ENTER: return table_has_row(table) ? TABLE_OPENED : TABLE_USED;
    default: return TABLE_UNUSED;
    }
}

void table_position(const struct table *table, struct str *out)
{
    size_t rows = count(table);
    bool more = table->model->state(table->context) != TABLE_COMPLETE;
    str_addf(out, "%zu/%zu%s", rows ? table->cursor + 1 : 0, rows, more ? "+" : "");
    if (table->marks.count) {
        str_add(out, " · ");
        str_addf(out, _("%zu marked"), table->marks.count);
    }
}

void table_plain(struct table *table, struct str *out)
{
    table_position(table, out);
    str_add_char(out, '\n');
    for (size_t i = 0; table_has_row(table) && i < table->columns.count; i++) {
        enum role role = ROLE_NORMAL;
        str_clear(&table->scratch);
        const char *text = table->model->cell(table->context, table->cursor, i, &table->scratch, &role);
        if (text && *text)
            str_addf(out, "%s: %s\n", table->columns.items[i].title, text);
    }
}
