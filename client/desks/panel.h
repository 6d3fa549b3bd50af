/* A column of labels and values in an area of a desk: written from the top, scrolled as a whole, what does not fit is left out. */
#pragma once

#include "client/ui/canvas.h"
#include "client/ui/key.h"

struct panel {
    struct canvas *canvas;
    struct area area;
    int line;   /* of the text, from 0 */
    int scroll; /* lines above the area */
    int label_cols;
    struct str *plain; /* lines for the ear, in place of cells; NULL: none */
};

/* Everything as lines, `label: value`. */
void panel_begin_plain(struct panel *panel, struct str *out);

/* canvas NULL: only counts, so that the scroll can be put right before anything is drawn. */
void panel_begin(struct panel *panel, struct canvas *canvas, struct area area, int label_cols, int scroll);

/* The row of the present line, or -1 when it is out of sight; goes on to the next. */
int panel_row(struct panel *panel);
void panel_head(struct panel *panel, const char *text);

/* Nothing when the value is empty. A value too long for its line goes on in the next ones, below itself. */
void panel_value(struct panel *panel, const char *label, enum role role, const char *value);
void panel_text(struct panel *panel, enum role role, const char *text); /* wrapped, over the whole width */
void panel_pair(struct panel *panel, enum role role, const char *left,
                const char *right);  /* right: at the right edge */
void panel_gap(struct panel *panel); /* an empty line, unless it would be the first */

/* At the end: scroll put right for what there was, for the next drawing. */
int panel_end(const struct panel *panel);

/* The whole of it: counted first, so that *scroll is put right for what there is, then drawn. */
typedef void panel_writer(void *context, struct panel *panel);
void panel_draw(struct canvas *canvas, struct area area, int label_cols, int *scroll, panel_writer *write,
                void *context);

/* A key that scrolls it, by a line or a page of so many; false: it is none. */
bool panel_key(const struct key *key, int page, int *scroll);
