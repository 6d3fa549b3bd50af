#include "client/ui/front.h"

void front_init(struct front *front, struct ui *ui, struct term *term)
{
    *front = (struct front){.ui = ui, .term = term};
    ui->canvas.slow = term_slow(term);
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

int front_paint(struct front *front)
{
    struct ui *ui = front->ui;
    forget_typing(front);
    if (ui->repaint)
        term_repaint(front->term);
    ui->repaint = false;
    if (ui->dirty)
        ui_draw(ui);
    if (ui->bell)
        term_bell(front->term);
    ui->bell = false;
    return term_paint(front->term, &ui->canvas);
}
