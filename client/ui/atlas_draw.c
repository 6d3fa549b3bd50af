/* How an atlas is painted: coast, grid and lines in braille, then signs and their names where there is room. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/atlas-private.h"
#include "client/ui/braille.h"
#include "client/ui/words.h"

struct drawing {
    struct atlas *atlas;
    struct canvas *canvas;
    struct area area; /* without the foot */
    bool *taken;      /* cells that hold a sign or a label */
    size_t *here;     /* how many markers stand in each cell */
};

/* ---- the ground: coast and grid ---- */

static void draw_coast(const struct atlas *atlas, struct braille *braille)
{
    for (const short *at = atlas_coast; *at;) {
        int count = *at;
        struct point p = {at[1] + at[2] / 1000.0, at[3] + at[4] / 1000.0};
        double x, y;
        atlas_project(atlas, p, &x, &y);
        at += 5;
        for (int i = 1; i < count; i++, at += 2) {
            double next_x, next_y;
            p.lon += at[0] / 1000.0;
            p.lat += at[1] / 1000.0;
            atlas_project(atlas, p, &next_x, &next_y);
            braille_line(braille, x, y, next_x, next_y, ROLE_BORDER);
            x = next_x;
            y = next_y;
        }
    }
}

/* The smallest of 1, 2, 5 times a power of ten that is not below. */
static double round_up(double least)
{
    double power = pow(10, floor(log10(least)));
    static const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < array_len(steps); i++)
        if (power * steps[i] >= least * 0.999999)
            return power * steps[i];
    return power * 10;
}

/* Every fourth dot, so that the coast is told from it. */
static void draw_grid(const struct atlas *atlas, struct braille *braille, double step)
{
    int width = braille_width(braille), height = braille_height(braille);
    for (int i = -400; i <= 400; i++) {
        double lon = (floor(atlas->middle.lon / step) + i) * step,
               lat = (floor(atlas->middle.lat / step) + i) * step;
        double x, y;
        atlas_project(atlas, (struct point){lon, lat}, &x, &y);
        for (int at = 0; at < height && x >= 0 && x < width; at += 4)
            braille_dot(braille, (int)x, at, ROLE_DIM);
        for (int at = 0; at < width && y >= 0 && y < height; at += 4)
            braille_dot(braille, at, (int)y, ROLE_DIM);
    }
}

static void draw_lines(const struct atlas *atlas, struct braille *braille)
{
    vec_each(const struct atlas_line, line, &atlas->lines)
    {
        double x, y, to_x, to_y;
        atlas_project(atlas, line->from, &x, &y);
        atlas_project(atlas, line->to, &to_x, &to_y);
        braille_line(braille, x, y, to_x, to_y, line->role);
    }
}

/* ---- cells that are free ---- */

static bool is_free(const struct drawing *drawing, int row, int col, int cols)
{
    if (row < 0 || row >= drawing->area.rows || col < 0 || col + cols > drawing->area.cols)
        return false;
    for (int i = 0; i < cols; i++)
        if (drawing->taken[row * drawing->area.cols + col + i])
            return false;
    return true;
}

static void put(struct drawing *drawing, int row, int col, int cols, enum role role, const char *text)
{
    canvas_text(drawing->canvas, drawing->area.row + row, drawing->area.col + col, cols, role, ALIGN_LEFT,
                text);
    for (int i = 0; i < cols; i++)
        drawing->taken[row * drawing->area.cols + col + i] = true;
}

static bool cell_of(const struct drawing *drawing, struct point at, int *row_r, int *col_r)
{
    double x, y;
    atlas_project(drawing->atlas, at, &x, &y);
    if (!(x >= 0 && y >= 0 && x < drawing->area.cols * BRAILLE_X && y < drawing->area.rows * BRAILLE_Y))
        return false;
    *row_r = (int)y / BRAILLE_Y;
    *col_r = (int)x / BRAILLE_X;
    return true;
}

/* To the right of its sign, else to the left, above or below; else not at all. */
static void put_label(struct drawing *drawing, int row, int col, enum role role, const char *label)
{
    int cols = MIN(utf8_width(label), MAX(drawing->area.cols / 3, 8));
    const int spots[][2] = {
        {row, col + 1}, {row, col - cols}, {row - 1, col - cols / 2}, {row + 1, col - cols / 2}};
    for (size_t i = 0; i < array_len(spots) && cols > 0; i++) {
        if (!is_free(drawing, spots[i][0], spots[i][1], cols))
            continue;
        put(drawing, spots[i][0], spots[i][1], cols, role, label);
        return;
    }
}

/* ---- what stands on it ---- */

static void count_markers(struct drawing *drawing)
{
    vec_each(const struct atlas_marker, marker, &drawing->atlas->markers)
    {
        int row, col;
        if (cell_of(drawing, marker->at, &row, &col))
            drawing->here[row * drawing->area.cols + col]++;
    }
}

static size_t count_here(const struct drawing *drawing, int row, int col)
{
    return drawing->here[row * drawing->area.cols + col];
}

/* Several in one cell are told by their number. */
static void put_sign(struct drawing *drawing, const struct atlas_marker *marker, bool chosen)
{
    int row, col;
    char many[2] = "";
    if (!cell_of(drawing, marker->at, &row, &col) || (!chosen && !is_free(drawing, row, col, 1)))
        return;
    size_t count = count_here(drawing, row, col);
    if (count > 1 && !marker->alone)
        many[0] = count > 9 ? '+' : (char)('0' + count);
    put(drawing, row, col, 1, chosen ? ROLE_SELECT : marker->role, *many ? many : marker->sign);
    if (chosen)
        canvas_cursor(drawing->canvas, drawing->area.row + row, drawing->area.col + col);
}

static void put_name(struct drawing *drawing, const struct atlas_marker *marker, bool chosen)
{
    int row, col;
    if (cell_of(drawing, marker->at, &row, &col) && (chosen || count_here(drawing, row, col) == 1))
        put_label(drawing, row, col, chosen ? ROLE_SELECT : marker->role, marker->label);
}

static void draw_markers(struct drawing *drawing)
{
    const struct atlas *atlas = drawing->atlas;
    const struct atlas_marker *chosen = atlas_chosen(atlas);
    vec_each(const struct atlas_marker, marker, &atlas->markers)
    {
        if (marker != chosen)
            put_sign(drawing, marker, false);
    }
    if (chosen) {
        put_sign(drawing, chosen, true);
        put_name(drawing, chosen, true);
    }
    vec_each(const struct atlas_marker, named, &atlas->markers)
    {
        if (named != chosen)
            put_name(drawing, named, false);
    }
}

/* Only the large ones from far away: there is room for a name of each rank or for none. */
static void draw_places(struct drawing *drawing)
{
    vec_each(const struct atlas_place, place, &drawing->atlas->places)
    {
        int row, col;
        bool far = (place->rank > 1 && drawing->atlas->scale > 400) ||
                   (place->rank > 2 && drawing->atlas->scale > 150);
        if (far || !cell_of(drawing, place->at, &row, &col) || !is_free(drawing, row, col, 1))
            continue;
        put(drawing, row, col, 1, ROLE_LABEL, "·");
        put_label(drawing, row, col, ROLE_LABEL, place->label);
    }
}

/* The degrees at the edges, where nothing else stands. */
static void draw_degrees(struct drawing *drawing, double step)
{
    const struct atlas *atlas = drawing->atlas;
    int decimals = step >= 1 ? 0 : (int)ceil(-log10(step) - 0.0001);
    for (int i = -20; i <= 20; i++) {
        struct point at = {(floor(atlas->middle.lon / step) + i) * step,
                           (floor(atlas->middle.lat / step) + i) * step};
        double x, y;
        char text[32];
        atlas_project(atlas, at, &x, &y);
        int col = (int)floor(x) / BRAILLE_X, row = (int)floor(y) / BRAILLE_Y;
        snprintf(text, sizeof(text), "%.*f°", decimals, at.lon);
        if (x >= 0 && is_free(drawing, 0, col + 1, utf8_width(text)))
            put(drawing, 0, col + 1, utf8_width(text), ROLE_DIM, text);
        snprintf(text, sizeof(text), "%.*f°", decimals, at.lat);
        if (y >= 0 && row > 0 && is_free(drawing, row, 0, utf8_width(text)))
            put(drawing, row, 0, utf8_width(text), ROLE_DIM, text);
    }
}

/* "├────┤ 5 km  ▸ 粤A12345 · idle · next 粤B2 1.2 km" */
static void draw_foot(const struct atlas *atlas, struct canvas *canvas)
{
    struct str text cleanup(cleanup_str);
    char distance[ATLAS_DISTANCE_SIZE];
    double cell = atlas->scale * BRAILLE_X, length = round_up(cell * MAX(atlas->area.cols / 12, 2)),
           metres = 0;
    int cells = MIN((int)lround(length / cell), atlas->area.cols - 10);
    const struct atlas_marker *chosen = atlas_chosen(atlas);
    const struct atlas_marker *next = chosen ? atlas_next_marker(atlas, chosen, &metres) : NULL;
    str_init(&text, NULL);
    str_add(&text, "├");
    for (int i = 2; i < cells; i++)
        str_add(&text, "─");
    str_addf(&text, "┤ %s", atlas_distance(length, distance));
    if (chosen)
        str_addf(&text, "  %s%s", atlas->follow ? "» " : "▸ ", chosen->label);
    if (chosen && chosen->detail && *chosen->detail)
        str_addf(&text, " · %s", chosen->detail);
    if (next)
        str_addf(&text, " · %s %s", next->label, atlas_distance(metres, distance));
    canvas_text(canvas, atlas->area.row + atlas->area.rows - 1, atlas->area.col, atlas->area.cols,
                ROLE_NORMAL, ALIGN_LEFT, text.data);
}

void atlas_draw(struct atlas *atlas, struct canvas *canvas, struct area area)
{
    struct braille braille;
    bool first = isnan(atlas->middle.lon),
         resized = area.rows != atlas->area.rows || area.cols != atlas->area.cols;
    atlas->area = area;
    if (area.rows < 2 || area.cols < 12)
        return;
    if (first || (resized && atlas->fitted))
        atlas_fit(atlas);
    struct drawing drawing = {.atlas = atlas, .canvas = canvas, .area = atlas_canvas(atlas)};
    size_t cells = (size_t)drawing.area.rows * (size_t)drawing.area.cols;
    drawing.taken = memory_zeroed(cells, sizeof(bool));
    drawing.here = memory_zeroed(cells, sizeof(*drawing.here));
    count_markers(&drawing);
    double wide = fmax(cos(atlas->middle.lat * M_PI / 180), 0.01);
    double step = round_up(atlas->scale * BRAILLE_X * 16 / 111195 / wide);
    braille_init(&braille, drawing.area.rows, drawing.area.cols);
    draw_grid(atlas, &braille, step);
    draw_coast(atlas, &braille);
    draw_lines(atlas, &braille);
    braille_draw(&braille, canvas, drawing.area.row, drawing.area.col);
    braille_finish(&braille);
    draw_markers(&drawing);
    draw_places(&drawing);
    draw_degrees(&drawing, step);
    draw_foot(atlas, canvas);
    free(drawing.taken);
    free(drawing.here);
}
