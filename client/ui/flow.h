#pragma once

#include "client/ui/canvas.h"

/*
 * A line of steps with the present one marked: 新建 ▸ [已派] ▸ 已接. Where it is too long, the present step
 * and its neighbours stay and `…` stands for the rest. `current` of -1: none of them (a void order). Labels
 * are translated.
 */
void flow_draw(struct canvas *canvas, int row, int col, int width, const char *const labels[], int count,
               int current);

/* The same as text, at most `width` cells of it (0: all). */
void flow_text(struct str *out, int width, const char *const labels[], int count, int current);
