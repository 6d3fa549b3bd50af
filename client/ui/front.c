#include "client/ui/front.h"

#include <stdio.h>

#include "client/ui/words.h"

void front_init(struct front *front, struct ui *ui, struct term *term)
{
    *front = (struct front){.ui = ui, .term = term};
    ui->canvas.slow = term_slow(term);
    ui->min_rows = FRONT_MIN_ROWS;
    ui->min_cols = FRONT_MIN_COLS;
    front_resized(front);
}

static void forget_typing(struct front *front)
{
    if (!front->ui->drop_input)
        return;
    front->ui->drop_input = false;
    term_drop_input(front->term);
}

static void on_key(void *context, const struct key *key)
{
    struct front *front = context;
    ui_key(front->ui, key);
    forget_typing(front);
}

int front_read(struct front *front)
{
    return term_read(front->term, on_key, front);
}

int front_write(struct front *front)
{
    return term_flush(front->term);
}

int front_wait_ms(const struct front *front)
{
    return term_wait_ms(front->term);
}

void front_timeout(struct front *front)
{
    term_timeout(front->term, on_key, front);
}

void front_resized(struct front *front)
{
    int rows, cols;
    term_resized(front->term);
    term_size(front->term, &rows, &cols);
    if (rows != front->ui->canvas.rows || cols != front->ui->canvas.cols)
        ui_resize(front->ui, rows, cols);
}

void front_resumed(struct front *front)
{
    term_again(front->term);
    front_resized(front);
}

/* Of the key before this drawing; the line itself is painted with the next. */
static void measure(struct front *front)
{
    struct ui *ui = front->ui;
    const struct term_counters *counters = term_counters(front->term);
    char paint[24] = "…", trip[24] = "…";
    if (counters->key_us >= 0)
        snprintf(paint, sizeof(paint), "%.1f", (double)counters->key_us / 1000);
    if (ui->round_trip_ms >= 0)
        snprintf(trip, sizeof(trip), "%lld", (long long)ui->round_trip_ms);
    snprintf(ui->measured, sizeof(ui->measured), _("key: %llu bytes, %s ms · request: %s ms · %dx%d · %s"),
             (unsigned long long)counters->key_bytes, paint, trip, ui->canvas.cols, ui->canvas.rows,
             term_colours(front->term));
}

int front_paint(struct front *front)
{
    struct ui *ui = front->ui;
    forget_typing(front);
    if (ui->repaint)
        term_repaint(front->term);
    ui->repaint = false;
    if (ui->dirty && ui->measures)
        measure(front);
    ui->canvas.colours = term_colour_count(front->term);
    ui->canvas.ascii = term_ascii(front->term);
    if (ui->dirty)
        ui_draw(ui);
    if (ui->bell && !ui->quiet)
        term_bell(front->term);
    ui->bell = false;
    return term_paint(front->term, &ui->canvas);
}
