/* Which columns of a table have room, how wide each gets, and the painting of its rows. */
#include "base/utf8.h"
#include "client/ui/table.h"
#include "client/ui/words.h"

enum { GUTTER = 2, COLUMNS_MAX = 64 };

struct placed {
    size_t column;
    int col, width;
};

/* The columns as they stand now. */
struct layout {
    struct placed placed[COLUMNS_MAX];
    int count;
    bool more_right;
};

static int needed(const struct table *table)
{
    int cols = GUTTER;
    vec_each(const struct table_column, column, &table->columns) cols += column->width + 1;
    return cols - 1;
}

/* Where not all fit: the frozen first, then by priority, equal ones as they came. */
static int order_columns(const struct table *table, size_t order[])
{
    int count = (int)MIN(table->columns.count, (size_t)COLUMNS_MAX);
    const struct table_column *columns = table->columns.items;
    bool sort = needed(table) > table->cols;
    for (int i = 0; i < count; i++) {
        int at = i;
        while (sort && at > 1 && columns[order[at - 1]].priority > columns[i].priority) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (size_t)i;
    }
    return count;
}

/* Gives what is left to the columns that can use it, a cell each in turn. */
static void widen(const struct table *table, struct layout *layout, int left)
{
    for (bool given = true; left > 0 && given;) {
        given = false;
        for (int i = 0; i < layout->count && left > 0; i++) {
            struct placed *placed = &layout->placed[i];
            if (placed->width < table->columns.items[placed->column].width_max) {
                placed->width++;
                left--;
                given = true;
            }
        }
    }
}

static void lay_out(const struct table *table, struct layout *layout)
{
    size_t order[COLUMNS_MAX];
    int count = order_columns(table, order), left = table->cols - GUTTER;
    int skip = needed(table) > table->cols ? (int)table->shift : 0;
    layout->count = 0;
    layout->more_right = false;
    for (int i = 0; i < count; i++) {
        if (i > 0 && i <= skip)
            continue;
        int width = table->columns.items[order[i]].width, gap = layout->count ? 1 : 0;
        bool first_two = layout->count < 2;
        if (width + gap > left && (!first_two || left - gap < 4)) {
            layout->more_right = true;
            break;
        }
        width = MIN(width, left - gap);
        layout->placed[layout->count++] = (struct placed){order[i], 0, width};
        left -= width + gap;
    }
    widen(table, layout, left);
    for (int i = 0, col = GUTTER; i < layout->count; i++) {
        layout->placed[i].col = col;
        col += layout->placed[i].width + 1;
    }
}

bool table_more_right(const struct table *table)
{
    struct layout layout;
    lay_out(table, &layout);
    return layout.more_right;
}

bool table_more_left(const struct table *table)
{
    return table->shift > 0 && needed(table) > table->cols;
}

static bool is_placed(const struct table *table, size_t column)
{
    struct layout layout;
    lay_out(table, &layout);
    for (int i = 0; i < layout.count; i++)
        if (layout.placed[i].column == column)
            return true;
    return false;
}

bool table_pick(struct table *table, int step)
{
    size_t order[COLUMNS_MAX];
    int count = order_columns(table, order), at = 0;
    while (at < count && order[at] != table->column)
        at++;
    if (at + step < 0 || at + step >= count)
        return false;
    at += step;
    table->column = order[at];
    if ((size_t)at <= table->shift)
        table->shift = at > 0 ? (size_t)at - 1 : 0;
    while (!is_placed(table, table->column) && table->shift < (size_t)count)
        table->shift++;
    return true;
}

static void draw_head(const struct table *table, const struct layout *layout, struct canvas *canvas,
                      struct area area)
{
    for (int i = 0; i < layout->count; i++) {
        const struct placed *p = &layout->placed[i];
        const struct table_column *column = &table->columns.items[p->column];
        canvas_text(canvas, area.row, area.col + p->col, p->width, ROLE_HEAD, column->align, column->title);
        if (table->picks && p->column == table->column && p->column)
            canvas_paint(canvas, area.row, area.col + p->col, p->width, ROLE_SELECT);
    }
    if (table_more_left(table))
        canvas_put(canvas, area.row, area.col, 1, ROLE_HEAD, "◂");
    if (layout->more_right)
        canvas_put(canvas, area.row, area.col + area.cols - 1, 1, ROLE_HEAD, "▸");
}

static enum role row_role(unsigned flags)
{
    if (flags & ROW_PENDING)
        return ROLE_PENDING;
    if (flags & ROW_CHANGED)
        return ROLE_CHANGED;
    return flags & ROW_DIM ? ROLE_DIM : ROLE_NORMAL;
}

static const char *row_sign(unsigned flags)
{
    if (flags & ROW_PENDING)
        return "…";
    if (flags & (ROW_FAILED | ROW_ALARM))
        return "!";
    if (flags & ROW_CHANGED)
        return "~";
    return flags & ROW_HELD ? "@" : " ";
}

static void draw_gutter(struct canvas *canvas, int row, int col, unsigned flags, bool marked, bool here)
{
    enum role sign = flags & ROW_ALARM ? ROLE_ALARM : flags & ROW_FAILED ? ROLE_ERROR : row_role(flags);
    canvas_text(canvas, row, col, 1, marked ? ROLE_MARKED : ROLE_NORMAL, ALIGN_LEFT,
                marked ? "*"
                : here ? "▸"
                       : " ");
    canvas_text(canvas, row, col + 1, 1, sign, ALIGN_LEFT, row_sign(flags));
}

static void draw_row(struct table *table, const struct layout *layout, struct canvas *canvas,
                     struct area area, size_t row, int at, bool focused)
{
    unsigned flags = table->model->flags ? table->model->flags(table->context, row) : 0;
    bool here = row == table->cursor;
    int64_t id = table->model->id(table->context, row);
    draw_gutter(canvas, at, area.col, flags, table_is_marked(table, id), here);
    for (int i = 0; i < layout->count; i++) {
        const struct placed *p = &layout->placed[i];
        enum role role = row_role(flags);
        str_clear(&table->scratch);
        const char *text = table->model->cell(table->context, row, p->column, &table->scratch, &role);
        canvas_text(canvas, at, area.col + p->col, p->width, role, table->columns.items[p->column].align,
                    text ? text : "");
    }
    if (here && focused) {
        int cols = canvas->slow && layout->count ? layout->placed[0].width : area.cols - GUTTER;
        canvas_paint(canvas, at, area.col + GUTTER, cols, ROLE_SELECT);
        canvas_cursor(canvas, at, area.col);
    }
}

static void draw_sums(struct table *table, const struct layout *layout, struct canvas *canvas,
                      struct area area)
{
    int at = area.row + area.rows - 1;
    for (int i = 0; i < layout->count; i++) {
        const struct placed *p = &layout->placed[i];
        str_clear(&table->scratch);
        const char *text = table->model->sum(table->context, p->column, &table->scratch);
        if (text)
            canvas_text(canvas, at, area.col + p->col, p->width, ROLE_SUM,
                        table->columns.items[p->column].align, text);
    }
}

static void keep_in_sight(struct table *table, size_t rows)
{
    size_t page = (size_t)table->page;
    if (table->cursor < table->top)
        table->top = table->cursor;
    if (table->cursor >= table->top + page)
        table->top = table->cursor - page + 1;
    if (table->top + page > rows)
        table->top = rows > page ? rows - page : 0;
}

static void draw_none(const struct table *table, struct canvas *canvas, struct area area)
{
    const char *advice = table->none ? table->none(table->context) : NULL;
    canvas_text(canvas, area.row++, area.col, area.cols, ROLE_DIM, ALIGN_LEFT, _("Nothing found"));
    area.rows--;
    if (advice && area.rows > 0)
        canvas_paragraph(canvas, area, ROLE_DIM, advice, 0);
}

static void draw_end(const struct table *table, struct canvas *canvas, struct area area, int at, size_t rows)
{
    enum table_state state = table->model->state(table->context);
    if (state == TABLE_LOADING)
        canvas_put(canvas, at, area.col + GUTTER, area.cols - GUTTER, ROLE_DIM, "…");
    else if (!rows && state == TABLE_COMPLETE)
        draw_none(table, canvas,
                  (struct area){at, area.col + GUTTER, area.row + area.rows - at, area.cols - GUTTER});
}

void table_draw(struct table *table, struct canvas *canvas, struct area area, bool focused)
{
    int foot = table->model->sum && table->foot && area.rows > 3 ? 1 : 0;
    table->cols = area.cols;
    table->page = MAX(area.rows - 1 - foot, 1);
    struct layout layout;
    lay_out(table, &layout);
    size_t rows = table->model->count(table->context);
    keep_in_sight(table, rows);
    draw_head(table, &layout, canvas, area);
    size_t shown = MIN((size_t)table->page, rows - table->top);
    for (size_t i = 0; i < shown; i++)
        draw_row(table, &layout, canvas, area, table->top + i, area.row + 1 + (int)i, focused);
    if (shown < (size_t)table->page)
        draw_end(table, canvas, area, area.row + 1 + (int)shown, rows);
    if (foot)
        draw_sums(table, &layout, canvas, area);
}
