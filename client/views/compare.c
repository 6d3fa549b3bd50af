#include "client/views/compare.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"

enum { SIDE_BY_SIDE_FROM = 60, LABEL_MOST = 16 };

const char *compare_lines(const struct app_context *app, struct arena *arena, const struct field *field,
                          const json_t *lines)
{
    struct str out;
    size_t i;
    const json_t *line;
    str_init(&out, arena);
    json_array_foreach(lines, i, line)
    {
        bool any = false;
        str_add(&out, i ? "\n" : "");
        for (size_t k = 0; k < field->nline_fields; k++) {
            const char *words = value_show_row(app, arena, &field->line_fields[k], line);
            if (*words)
                str_addf(&out, "%s%s", any ? " · " : "", words);
            any |= *words != '\0';
        }
    }
    return out.data;
}

const char *compare_value(const struct app_context *app, struct arena *arena, const struct field *field,
                          const json_t *row)
{
    if (field_type_of(field) == FIELD_LINES)
        return compare_lines(app, arena, field, json_object_get(row, field->name));
    return value_show_row(app, arena, field, row);
}

bool compare_key(struct compare *compare, const struct key *key)
{
    size_t count = compare->count(compare->context), page = (size_t)MAX(compare->page, 1);
    switch (key->code) {
    case K_UP: compare->cursor -= compare->cursor > 0; return true;
    case K_DOWN: compare->cursor += compare->cursor + 1 < count; return true;
    case K_PAGE_UP: compare->cursor -= MIN(page, compare->cursor); return true;
    case K_PAGE_DOWN: compare->cursor = count ? MIN(compare->cursor + page, count - 1) : 0; return true;
    case K_HOME: compare->cursor = 0; return true;
    case K_END: compare->cursor = count ? count - 1 : 0; return true;
    default: return false;
    }
}

/* ---- drawing ---- */

/* Several lines in one. */
static const char *flat(struct arena *arena, const char *text)
{
    if (!text || !*text)
        return "—";
    struct str out;
    str_init(&out, arena);
    for (; *text; text++)
        str_add(&out, *text == '\n' ? " / " : (char[2]){*text, '\0'});
    return out.data;
}

static void draw_side(const struct compare *compare, struct canvas *canvas, struct arena *arena,
                      struct area at, const struct compare_line *line, int side, bool current)
{
    bool chosen = line->chosen & 1u << side;
    enum role role = !compare->chooses   ? (current ? ROLE_SELECT : ROLE_NORMAL)
                     : current && chosen ? ROLE_SELECT
                     : chosen            ? ROLE_STEP_NOW
                                         : ROLE_DIM;
    if (compare->chooses) {
        canvas_text(canvas, at.row, at.col, 2, role, ALIGN_LEFT, chosen ? "●" : "○");
        at.col += 2;
        at.cols -= 2;
    }
    canvas_text(canvas, at.row, at.col, at.cols, role, ALIGN_LEFT, flat(arena, line->texts[side]));
}

static int height_of(const struct compare *compare, int cols)
{
    return cols >= SIDE_BY_SIDE_FROM ? 1 : 1 + compare->sides;
}

static void draw_row(const struct compare *compare, struct canvas *canvas, struct area at, size_t index)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct compare_line line = {0};
    bool current = index == compare->cursor, wide = at.cols >= SIDE_BY_SIDE_FROM;
    int label = wide ? MIN((int)LABEL_MOST, at.cols / 5) : at.cols;
    int width = wide ? (at.cols - label - compare->sides) / compare->sides : at.cols - 2;
    compare->line(compare->context, arena, index, &line);
    canvas_text(canvas, at.row, at.col, label, current ? ROLE_FOCUS : ROLE_LABEL, ALIGN_LEFT, line.label);
    for (int i = 0; i < compare->sides; i++) {
        struct area side = {at.row, at.col + label + 1 + i * (width + 1), 1, width};
        if (!wide)
            side = (struct area){at.row + 1 + i, at.col + 2, 1, width};
        if (side.row < at.row + at.rows)
            draw_side(compare, canvas, arena, side, &line, i, current);
    }
    if (current)
        canvas_cursor(canvas, at.row, at.col);
}

static void draw_heads(const struct compare *compare, struct canvas *canvas, struct area *area)
{
    int label = MIN((int)LABEL_MOST, area->cols / 5),
        width = (area->cols - label - compare->sides) / compare->sides;
    for (int i = 0; i < compare->sides && area->cols >= SIDE_BY_SIDE_FROM; i++)
        canvas_text(canvas, area->row, area->col + label + 1 + i * (width + 1), width, ROLE_HEAD, ALIGN_LEFT,
                    compare->heads[i]);
    if (area->cols < SIDE_BY_SIDE_FROM)
        return;
    area->row++;
    area->rows--;
}

/* What the one under the cursor says in full, at the foot. */
static void draw_detail(const struct compare *compare, struct canvas *canvas, struct area area)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct compare_line line = {0};
    compare->line(compare->context, arena, compare->cursor, &line);
    canvas_fill(canvas, (struct area){area.row, area.col, 1, area.cols}, ROLE_BORDER, L'─');
    int row = area.row + 1;
    for (int i = 0; i < compare->sides && row < area.row + area.rows; i++) {
        const char *text = arena_printf(arena, "%s: %s", compare->heads[i],
                                        line.texts[i] && *line.texts[i] ? line.texts[i] : "—");
        row += canvas_paragraph(canvas, (struct area){row, area.col, area.row + area.rows - row, area.cols},
                                ROLE_NORMAL, text, 0);
    }
}

void compare_draw(struct compare *compare, struct canvas *canvas, struct area area)
{
    size_t count = compare->count(compare->context);
    if (!count)
        return;
    draw_heads(compare, canvas, &area);
    compare->cursor = MIN(compare->cursor, count - 1);
    int height = height_of(compare, area.cols), foot = area.rows >= 12 ? MAX(area.rows / 3, 4) : 0;
    compare->page = MAX((area.rows - foot) / height, 1);
    if (compare->cursor < compare->top)
        compare->top = compare->cursor;
    if (compare->cursor >= compare->top + (size_t)compare->page)
        compare->top = compare->cursor - (size_t)compare->page + 1;
    for (size_t i = 0; i < (size_t)compare->page && compare->top + i < count; i++) {
        int row = area.row + (int)i * height;
        draw_row(compare, canvas,
                 (struct area){row, area.col, MIN(height, area.row + area.rows - row), area.cols},
                 compare->top + i);
    }
    if (foot)
        draw_detail(compare, canvas, (struct area){area.row + area.rows - foot, area.col, foot, area.cols});
}

/* ---- in words ---- */

static void add_text(struct compare *compare, size_t index, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct compare_line line = {0};
    compare->line(compare->context, arena, index, &line);
    str_addf(out, "%s: ", line.label);
    for (int i = 0; i < compare->sides; i++)
        str_addf(out, "%s%s %s%s", i ? ", " : "", compare->heads[i], flat(arena, line.texts[i]),
                 line.chosen & 1u << i ? _(" (taken)") : "");
}

static size_t linear_count(void *context)
{
    struct compare *compare = context;
    return compare->count(compare->context);
}

static size_t linear_cursor(void *context)
{
    return ((struct compare *)context)->cursor;
}

static int64_t linear_id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row;
}

static void linear_text(void *context, size_t row, struct str *out)
{
    add_text(context, row, out);
}

static void linear_go(void *context, size_t row)
{
    ((struct compare *)context)->cursor = row;
}

void compare_linear(struct compare *compare, struct linear *linear)
{
    static const struct linear_rows rows = {linear_count, linear_cursor, linear_id, linear_text,
                                            linear_go,    NULL,          NULL};
    linear->rows = &rows;
    linear->rows_context = compare;
}

void compare_plain(struct compare *compare, struct str *out)
{
    for (size_t i = 0; i < compare->count(compare->context); i++) {
        str_add(out, i == compare->cursor ? "> " : "");
        add_text(compare, i, out);
        str_add_char(out, '\n');
    }
}
