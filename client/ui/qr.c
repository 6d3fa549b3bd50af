#include "client/ui/qr.h"

#include <qrencode.h>
#include <stdlib.h>

/* Modules of light around it: the standard asks for four, readers are content with less. */
enum { MARGIN = 1 };

struct qr {
    QRcode *code;
};

struct qr *qr_create(const char *text)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    if (!code)
        return NULL;
    struct qr *qr = memory_zeroed(1, sizeof(*qr));
    qr->code = code;
    return qr;
}

void qr_destroy(struct qr *qr)
{
    if (!qr)
        return;
    QRcode_free(qr->code);
    free(qr);
}

int qr_size(const struct qr *qr)
{
    return qr->code->width;
}

bool qr_module(const struct qr *qr, int row, int col)
{
    int size = qr->code->width;
    return row >= 0 && col >= 0 && row < size && col < size && qr->code->data[row * size + col] & 1;
}

void qr_needs(const struct qr *qr, bool ascii, int *rows_r, int *cols_r)
{
    int size = qr_size(qr) + 2 * MARGIN;
    *rows_r = ascii ? size : (size + 1) / 2;
    *cols_r = ascii ? 2 * size : size;
}

static const char *cell_of(bool upper, bool lower)
{
    if (upper && lower)
        return "█";
    return upper ? "▀" : lower ? "▄" : " ";
}

static void draw_row(const struct qr *qr, struct canvas *canvas, int row, int col, int line)
{
    int size = qr_size(qr) + 2 * MARGIN;
    for (int i = 0; i < size; i++) {
        if (canvas->ascii)
            canvas_put(canvas, row, col + 2 * i, 2, ROLE_QR,
                       qr_module(qr, line - MARGIN, i - MARGIN) ? "##" : "  ");
        else
            canvas_put(canvas, row, col + i, 1, ROLE_QR,
                       cell_of(qr_module(qr, 2 * line - MARGIN, i - MARGIN),
                               qr_module(qr, 2 * line + 1 - MARGIN, i - MARGIN)));
    }
}

bool qr_draw(const struct qr *qr, struct canvas *canvas, struct area area)
{
    int rows, cols;
    qr_needs(qr, canvas->ascii, &rows, &cols);
    if (rows > area.rows || cols > area.cols)
        return false;
    for (int line = 0; line < rows; line++)
        draw_row(qr, canvas, area.row + line, area.col, line);
    return true;
}
