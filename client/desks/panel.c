#include "client/desks/panel.h"

#include "base/utf8.h"
#include "base/util.h"

void panel_begin(struct panel *panel, struct canvas *canvas, struct area area, int label_cols, int scroll)
{
    *panel = (struct panel){canvas, area, .scroll = scroll, .label_cols = label_cols};
}

void panel_begin_plain(struct panel *panel, struct str *out)
{
    *panel = (struct panel){.plain = out};
}

int panel_row(struct panel *panel)
{
    int at = panel->line++ - panel->scroll;
    return panel->canvas && at >= 0 && at < panel->area.rows ? panel->area.row + at : -1;
}

void panel_head(struct panel *panel, const char *text)
{
    if (panel->plain)
        str_addf(panel->plain, "%s\n", text);
    int row = panel_row(panel);
    if (row >= 0)
        canvas_text(panel->canvas, row, panel->area.col, panel->area.cols, ROLE_HEAD, ALIGN_LEFT, text);
}

struct wrapping {
    struct panel *panel;
    int col, cols;
    enum role role;
};

static void put_line(void *context, const char *text, size_t len)
{
    const struct wrapping *wrapping = context;
    struct str line cleanup(cleanup_str);
    int row = panel_row(wrapping->panel);
    str_init(&line, NULL);
    str_add_n(&line, text, len);
    if (row >= 0)
        canvas_put(wrapping->panel->canvas, row, wrapping->col, wrapping->cols, wrapping->role, line.data);
}

static void put_wrapped(struct panel *panel, int indent, enum role role, const char *text)
{
    int cols = MAX(panel->area.cols - indent, 1);
    struct wrapping wrapping = {panel, panel->area.col + indent, cols, role};
    canvas_wrap(text, cols, put_line, &wrapping);
}

void panel_value(struct panel *panel, const char *label, enum role role, const char *value)
{
    if (!value || !*value)
        return;
    if (panel->plain) {
        str_addf(panel->plain, "%s: %s\n", label, value);
        return;
    }
    int label_cols = MIN(panel->label_cols, panel->area.cols / 2), at = panel->line - panel->scroll;
    if (panel->canvas && at >= 0 && at < panel->area.rows)
        canvas_text(panel->canvas, panel->area.row + at, panel->area.col, label_cols, ROLE_LABEL, ALIGN_LEFT,
                    label);
    put_wrapped(panel, label_cols + 1, role, value);
}

void panel_text(struct panel *panel, enum role role, const char *text)
{
    if (panel->plain && text && *text)
        str_addf(panel->plain, "%s\n", text);
    else if (text && *text)
        put_wrapped(panel, 0, role, text);
}

void panel_pair(struct panel *panel, enum role role, const char *left, const char *right)
{
    if (panel->plain)
        str_addf(panel->plain, "%s: %s\n", left, right);
    int row = panel_row(panel), cols = panel->area.cols, used = MIN(utf8_width(right), cols);
    if (row < 0)
        return;
    canvas_text(panel->canvas, row, panel->area.col, MAX(cols - used - 1, 0), role, ALIGN_LEFT, left);
    canvas_text(panel->canvas, row, panel->area.col + cols - used, used, role, ALIGN_RIGHT, right);
}

void panel_gap(struct panel *panel)
{
    if (panel->line)
        panel->line++;
}

int panel_end(const struct panel *panel)
{
    return MAX(MIN(panel->scroll, panel->line - panel->area.rows), 0);
}

void panel_draw(struct canvas *canvas, struct area area, int label_cols, int *scroll, panel_writer *write,
                void *context)
{
    struct panel panel;
    panel_begin(&panel, NULL, area, label_cols, *scroll);
    write(context, &panel);
    *scroll = panel_end(&panel);
    panel_begin(&panel, canvas, area, label_cols, *scroll);
    write(context, &panel);
}

bool panel_key(const struct key *key, int page, int *scroll)
{
    switch (key->code) {
    case K_DOWN: ++*scroll; return true;
    case K_UP: *scroll = MAX(*scroll - 1, 0); return true;
    case K_PAGE_DOWN: *scroll += page; return true;
    case K_PAGE_UP: *scroll = MAX(*scroll - page, 0); return true;
    case K_HOME: *scroll = 0; return true;
    default: return false;
    }
}
