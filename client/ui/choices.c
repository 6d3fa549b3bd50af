#include <stdlib.h>

#include "base/utf8.h"
#include "client/ui/choices.h"
#include "client/ui/words.h"

enum { POPUP_ROWS = 8, POPUP_MIN_COLS = 16 };

void choices_init(struct choices *choices)
{
    *choices = (struct choices){.rows = 1};
}

void choices_clear(struct choices *choices)
{
    vec_each(struct choices_item, item, &choices->items)
    {
        free(item->text);
        free(item->detail);
    }
    vec_clear(&choices->items);
    choices->cursor = choices->scroll = 0;
}

void choices_finish(struct choices *choices)
{
    choices_clear(choices);
    vec_finish(&choices->items);
    choices->open = choices->waiting = false;
}

void choices_add(struct choices *choices, int64_t id, const char *text, const char *detail)
{
    struct choices_item item = {id, memory_strdup(text), detail ? memory_strdup(detail) : NULL};
    vec_push(&choices->items, item);
}

const struct choices_item *choices_current(const struct choices *choices)
{
    return choices->cursor < choices->items.count ? &choices->items.items[choices->cursor] : NULL;
}

const struct choices_item *choices_unique(const struct choices *choices)
{
    return choices->items.count == 1 && !choices->waiting ? choices->items.items : NULL;
}

static void move(struct choices *choices, long by)
{
    long last = (long)choices->items.count - 1, to = (long)choices->cursor + by;
    choices->cursor = last < 0 || to < 0 ? 0 : (size_t)(to > last ? last : to);
}

enum choices_result choices_key(struct choices *choices, const struct key *key)
{
    if (key->kind != KEY_CODE)
        return CHOICES_UNUSED;
    switch (key->code) {
    case K_UP: move(choices, -1); return CHOICES_USED;
    case K_DOWN: move(choices, 1); return CHOICES_USED;
    case K_PAGE_UP: move(choices, -choices->rows); return CHOICES_USED;
    case K_PAGE_DOWN: move(choices, choices->rows); return CHOICES_USED;
    case K_ENTER:
    case K_TAB: return choices_current(choices) ? CHOICES_TAKEN : CHOICES_UNUSED;
    case K_CANCEL: choices->open = false; return CHOICES_CLOSED;
    default: return CHOICES_UNUSED;
    }
}

static void draw_item(struct canvas *canvas, int row, struct area area, const struct choices_item *item,
                      bool current)
{
    enum role role = current ? ROLE_SELECT : ROLE_NORMAL;
    int detail = item->detail ? utf8_width(item->detail) : 0;
    if (detail > area.cols / 2)
        detail = area.cols / 2;
    int text = area.cols - 2 - (detail ? detail + 1 : 0);
    canvas_text(canvas, row, area.col, 2, role, ALIGN_LEFT, current ? "▸" : "");
    canvas_text(canvas, row, area.col + 2, text, role, ALIGN_LEFT, item->text);
    if (detail) {
        canvas_text(canvas, row, area.col + 2 + text, 1, role, ALIGN_LEFT, "");
        canvas_text(canvas, row, area.col + 3 + text, detail, current ? role : ROLE_DIM, ALIGN_RIGHT,
                    item->detail);
    }
}

void choices_draw(struct choices *choices, struct canvas *canvas, struct area area)
{
    choices->rows = area.rows > 0 ? area.rows : 1;
    size_t rows = (size_t)choices->rows;
    if (choices->cursor < choices->scroll)
        choices->scroll = choices->cursor;
    if (choices->cursor >= choices->scroll + rows)
        choices->scroll = choices->cursor - rows + 1;
    canvas_fill(canvas, area, ROLE_NORMAL, L' ');
    for (size_t i = 0; i < rows && choices->scroll + i < choices->items.count; i++)
        draw_item(canvas, area.row + (int)i, area, &choices->items.items[choices->scroll + i],
                  choices->scroll + i == choices->cursor);
    area.cols += 2; /* on the border of the box around them */
    canvas_more(canvas, area, choices->scroll > 0, choices->scroll + rows < choices->items.count);
    area.cols -= 2;
    if (!choices->items.count)
        canvas_text(canvas, area.row, area.col, area.cols, ROLE_DIM, ALIGN_LEFT,
                    choices->waiting ? "…" : _("Nothing found"));
}

static int widest(const struct choices *choices)
{
    int most = POPUP_MIN_COLS;
    vec_each(const struct choices_item, item, &choices->items)
    {
        int cols = utf8_width(item->text) + (item->detail ? utf8_width(item->detail) + 2 : 0);
        most = cols > most ? cols : most;
    }
    return most;
}

void choices_popup(struct choices *choices, struct canvas *canvas, struct area within, int row, int col)
{
    if (!choices->open)
        return;
    int count = (int)(choices->items.count < POPUP_ROWS ? choices->items.count : POPUP_ROWS);
    int rows = (count ? count : 1) + 2, cols = widest(choices) + 6;
    int below = within.row + within.rows - row - 1, above = row - within.row;
    bool under = below >= rows || below >= above;
    rows = MIN(rows, under ? below : above);
    cols = MIN(cols, within.cols);
    if (rows < 3)
        return;
    col = MIN(MAX(col - 2, within.col), within.col + within.cols - cols);
    struct area box = {under ? row + 1 : row - rows, col, rows, cols};
    choices_draw(choices, canvas, canvas_box(canvas, box, ROLE_BORDER, NULL));
}
