#include "client/ui/picture.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

int picture_read(struct picture *picture, const void *bytes, size_t size)
{
    *picture = (struct picture){0};
    int trouble = picture_head_read(bytes, size, &picture->head);
#ifdef HAVE_PICTURES
    return trouble ? trouble : picture_decode(&picture->head, bytes, size, picture);
#else
    return trouble ? trouble : -ENOSYS;
#endif
}

void picture_finish(struct picture *picture)
{
    free(picture->pixels);
    *picture = (struct picture){0};
}

#ifdef HAVE_PICTURES
#include <chafa.h>

/* The part that is seen, in pixels. */
struct part {
    int x, y, width, height;
};

static struct part part_of(const struct picture *picture, const struct picture_view *view, struct area area)
{
    double zoom = fmax(view->zoom, 1);
    /* Pixels of a cell's width when all of it fits; a cell is twice as high as wide. */
    double scale =
        fmax((double)picture->width / area.cols, (double)picture->height / (area.rows * 2.0)) / zoom;
    struct part part = {.width = (int)fmin(ceil(scale * area.cols), picture->width),
                        .height = (int)fmin(ceil(scale * area.rows * 2), picture->height)};
    part.width = MAX(part.width, 1);
    part.height = MAX(part.height, 1);
    part.x = (int)(view->middle_x * picture->width) - part.width / 2;
    part.y = (int)(view->middle_y * picture->height) - part.height / 2;
    part.x = MAX(MIN(part.x, picture->width - part.width), 0);
    part.y = MAX(MIN(part.y, picture->height - part.height), 0);
    return part;
}

static ChafaCanvasMode mode_of(int colours)
{
    return colours >= 1 << 24 ? CHAFA_CANVAS_MODE_TRUECOLOR
           : colours >= 256   ? CHAFA_CANVAS_MODE_INDEXED_256
           : colours >= 16    ? CHAFA_CANVAS_MODE_INDEXED_16
           : colours >= 8     ? CHAFA_CANVAS_MODE_INDEXED_8
                              : CHAFA_CANVAS_MODE_FGBG;
}

static ChafaCanvas *make_canvas(const struct canvas *canvas, int cols, int rows)
{
    ChafaSymbolMap *symbols = chafa_symbol_map_new();
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_symbol_map_add_by_tags(symbols, canvas->ascii ? CHAFA_SYMBOL_TAG_ASCII : CHAFA_SYMBOL_TAG_BLOCK);
    chafa_symbol_map_add_by_tags(symbols, CHAFA_SYMBOL_TAG_SPACE);
    chafa_symbol_map_remove_by_tags(symbols, CHAFA_SYMBOL_TAG_WIDE);
    chafa_canvas_config_set_geometry(config, cols, rows);
    chafa_canvas_config_set_symbol_map(config, symbols);
    chafa_canvas_config_set_canvas_mode(config, mode_of(canvas->colours));
    chafa_canvas_config_set_fg_only_enabled(config, canvas->colours < 256);
    ChafaCanvas *made = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    chafa_symbol_map_unref(symbols);
    return made;
}

static uint32_t colour_of(int colours, int value)
{
    if (value < 0 || colours < 8)
        return 0;
    return colours >= 1 << 24 ? COLOUR_RGB | ((uint32_t)value & 0xffffff) : COLOUR_INDEX | (uint32_t)value;
}

static void put_cell(ChafaCanvas *from, int x, int y, struct canvas *canvas, int row, int col)
{
    int ink = -1, paper = -1;
    char text[5] = "";
    uint32_t c = chafa_canvas_get_char_at(from, x, y);
    if (wcwidth((wchar_t)c) != 1)
        c = ' ';
    text[utf8_encode(c, text)] = '\0';
    chafa_canvas_get_raw_colors_at(from, x, y, &ink, &paper);
    canvas_put(canvas, row, col, 1, ROLE_NORMAL, text);
    canvas_colour(canvas, row, col, colour_of(canvas->colours, ink),
                  canvas->colours < 256 ? 0 : colour_of(canvas->colours, paper));
}

void picture_draw(const struct picture *picture, const struct picture_view *view, struct canvas *canvas,
                  struct area area)
{
    if (!picture->pixels || area.rows < 1 || area.cols < 1)
        return;
    struct part part = part_of(picture, view, area);
    int cols = area.cols, rows = area.rows;
    chafa_calc_canvas_geometry(part.width, part.height, &cols, &rows, 0.5F, TRUE, FALSE);
    cols = MAX(MIN(cols, area.cols), 1);
    rows = MAX(MIN(rows, area.rows), 1);
    ChafaCanvas *made = make_canvas(canvas, cols, rows);
    chafa_canvas_draw_all_pixels(made, CHAFA_PIXEL_RGBA8_UNASSOCIATED,
                                 picture->pixels +
                                     ((size_t)part.y * (size_t)picture->width + (size_t)part.x) * 4,
                                 part.width, part.height, picture->width * 4);
    int top = area.row + (area.rows - rows) / 2, left = area.col + (area.cols - cols) / 2;
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++)
            put_cell(made, x, y, canvas, top + y, left + x);
    chafa_canvas_unref(made);
}
#else
void picture_draw(const struct picture *picture, const struct picture_view *view, struct canvas *canvas,
                  struct area area)
{
    (void)picture, (void)view, (void)canvas, (void)area;
}
#endif
