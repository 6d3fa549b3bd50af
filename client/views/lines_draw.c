/* A line table as it looks: rows and sums, and the row under edit in its place. */
#include <string.h>

#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/lines-private.h"
#include "client/views/value_text.h"

enum { WIDE_FROM = 60, CELL_LEAST = 6, MARK_COLS = 2 };

/* Where a column stands; cols 0: it is scrolled away. */
struct place {
    int col, cols;
};

static const char *label_of(const struct field *field)
{
    return field->label ? _(field->label) : field->name;
}

static int wanted(const struct field *field)
{
    return MAX(MAX(field_width(field) + 1, utf8_width(label_of(field))), (int)CELL_LEAST);
}

/* From column `first` on as many as there is room for; the last takes what is left. */
static size_t lay_out(const struct field *field, struct area area, size_t first, struct place places[])
{
    int col = area.col + MARK_COLS, end = area.col + area.cols;
    size_t i = first;
    memset(places, 0, field->nline_fields * sizeof(places[0]));
    for (; i < field->nline_fields && col + (int)CELL_LEAST <= end; i++) {
        int cols = wanted(&field->line_fields[i]);
        if (i > first && col + cols > end)
            break;
        places[i] = (struct place){col, MIN(cols, end - col)};
        col += cols + 1;
    }
    if (i > first)
        places[i - 1].cols = MIN(end - places[i - 1].col, places[i - 1].cols * 2);
    return i;
}

/* The least scrolling with which the cell under the cursor is seen. */
static void place_columns(const struct lines *lines, struct area area, struct place places[])
{
    size_t focus = lines->cells.focus, first = 0;
    while (lay_out(lines->field, area, first, places) <= focus && first < focus)
        first++;
}

static void draw_head(const struct lines *lines, struct canvas *canvas, int row, const struct place places[])
{
    for (size_t i = 0; i < lines->field->nline_fields; i++) {
        const struct field *field = &lines->field->line_fields[i];
        if (places[i].cols)
            canvas_text(canvas, row, places[i].col, places[i].cols, ROLE_HEAD,
                        field_is_number(field) ? ALIGN_RIGHT : ALIGN_LEFT, label_of(field));
    }
}

static void draw_row(struct lines *lines, struct canvas *canvas, int at, size_t row,
                     const struct place places[])
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *values = json_array_get(lines->rows, row);
    if (lines_fault(lines, row, NULL))
        canvas_text(canvas, at, 0, 1, ROLE_ERROR, ALIGN_LEFT, "!");
    for (size_t i = 0; i < lines->field->nline_fields; i++) {
        const struct field *field = &lines->field->line_fields[i];
        enum role role = lines_fault(lines, row, field->name) ? ROLE_ERROR : ROLE_NORMAL;
        if (places[i].cols)
            canvas_text(canvas, at, places[i].col, places[i].cols, role,
                        field_is_number(field) ? ALIGN_RIGHT : ALIGN_LEFT,
                        value_show_row(lines->app, arena, field, values));
    }
}

/* The cell that has the cursor is the input itself, or the first line of a text of several. */
static void draw_focus(struct lines *lines, struct canvas *canvas, int row, struct place place,
                       struct sheet_entry *entry)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct sheet *cells = &lines->cells;
    if (!cells->editing) {
        canvas_text(canvas, row, place.col, place.cols, ROLE_SELECT, ALIGN_LEFT,
                    sheet_text(cells, arena, entry));
        canvas_cursor(canvas, row, place.col);
    } else if (field_type_of(entry->field) == FIELD_NOTE) {
        cells->note.invalid = entry->trouble != NULL;
        cells->note.required = entry->field->required;
        textarea_draw(&cells->note, canvas, (struct area){row, place.col, 1, place.cols}, true);
    } else {
        cells->input.invalid = entry->trouble != NULL;
        cells->input.required = entry->field->required;
        input_draw(&cells->input, canvas, row, place.col, place.cols - 1, true);
    }
}

static void draw_cells(struct lines *lines, struct canvas *canvas, int row, const struct place places[])
{
    canvas_text(canvas, row, 0, 1, ROLE_FOCUS, ALIGN_LEFT, "▸");
    for (size_t i = 0; i < lines->cells.entries.count; i++) {
        struct arena *arena cleanup(cleanup_arena) = arena_create(0);
        struct sheet_entry *entry = &lines->cells.entries.items[i];
        if (!places[i].cols)
            continue;
        if (sheet_current(&lines->cells) == entry) {
            draw_focus(lines, canvas, row, places[i], entry);
            continue;
        }
        struct input shown;
        input_init(&shown, INPUT_TEXT, 0);
        input_set(&shown, sheet_text(&lines->cells, arena, entry));
        shown.required = entry->field->required;
        shown.invalid = entry->trouble != NULL;
        input_draw(&shown, canvas, row, places[i].col, places[i].cols - 1, false);
        input_finish(&shown);
    }
}

static void draw_sums(const struct lines *lines, struct canvas *canvas, int row, const struct place places[])
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < lines->field->nline_fields; i++) {
        const char *text = lines_sum(lines, arena, &lines->field->line_fields[i]);
        if (text && places[i].cols)
            canvas_text(canvas, row, places[i].col, places[i].cols, ROLE_SUM, ALIGN_RIGHT, text);
    }
}

static void draw_editing(struct lines *lines, struct canvas *canvas, struct area body)
{
    struct place places[64];
    size_t rows = lines_count(lines) + (lines->edited >= lines_count(lines));
    if (lines->field->nline_fields > array_len(places) || body.rows < 2)
        return;
    place_columns(lines, body, places);
    draw_head(lines, canvas, body.row, places);
    size_t room = (size_t)MAX(body.rows - 2, 1);
    size_t top = lines->edited >= room ? lines->edited - room + 1 : 0;
    for (size_t i = top; i < rows && i - top < room; i++) {
        int at = body.row + 1 + (int)(i - top);
        if (i == lines->edited)
            draw_cells(lines, canvas, at, places);
        else
            draw_row(lines, canvas, at, i, places);
    }
    if (body.rows > 2)
        draw_sums(lines, canvas, body.row + body.rows - 1, places);
    if (lines->cells.pop.open && places[lines->cells.focus].cols)
        choices_popup(&lines->cells.pop, canvas, body, body.row + 1 + (int)(lines->edited - top),
                      places[lines->cells.focus].col);
}

void lines_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct lines *lines = lines_of(screen);
    lines->wide = body.cols >= WIDE_FROM;
    if (lines->editing)
        draw_editing(lines, canvas, body);
    else
        table_draw(&lines->table, canvas, body, true);
}
