#pragma once

#include "base/util.h"
#include "client/ui/canvas.h"

/*
 * A QR code on the canvas: two modules to a cell in half blocks, or where only ASCII is shown two cells to a module.
 */
struct qr;

/* NULL when the text is too long for one. */
struct qr *qr_create(const char *text) must_check;
void qr_destroy(struct qr *qr); /* takes NULL */

int qr_size(const struct qr *qr);                      /* modules on a side, without the margin */
bool qr_module(const struct qr *qr, int row, int col); /* true: dark; outside: light */

/* Cells it needs with its margin. */
void qr_needs(const struct qr *qr, bool ascii, int *rows_r, int *cols_r);

/* At the upper left of the area; false, and nothing drawn, where it does not fit. */
bool qr_draw(const struct qr *qr, struct canvas *canvas, struct area area);
