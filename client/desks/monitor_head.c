/* The line of states: a digit, a word, how many. In two lines where one is too short. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/desks/monitor-private.h"
#include "client/ui/words.h"

enum { GAP = 2, TABS_MAX = 16 };

struct place {
    int row, col, cols;
    const char *text;
    int64_t count;
};

/* Stands before the states where the numbers are not of all orders; "" where they are. */
static const char *filtered(const struct monitor *monitor)
{
    return *monitor->rows->line ? _("Filtered:") : "";
}

static const json_t *counts_of(const struct monitor *monitor)
{
    return monitor_counts_hold(monitor) ? monitor->counts : NULL;
}

static const char *words_of(struct arena *arena, const struct monitor_tab *tab, const json_t *counts,
                            int64_t *count_r)
{
    *count_r = counts ? tab->count(counts) : NIL;
    if (*count_r == NIL)
        return arena_printf(arena, "%c %s", tab->key, _(tab->label));
    return arena_printf(arena, "%c %s %" PRId64, tab->key, _(tab->label), *count_r);
}

/* Where each stands; returns the lines they need. */
static int lay_out(const struct monitor *monitor, struct arena *arena, int cols, struct place places[])
{
    const json_t *counts = counts_of(monitor);
    int before = utf8_width(filtered(monitor)), row = 0, col = 1 + before + (before ? GAP : 0);
    for (size_t i = 0; i < monitor->ntabs && i < TABS_MAX; i++) {
        places[i].text = words_of(arena, &monitor->tabs[i], counts, &places[i].count);
        places[i].cols = utf8_width(places[i].text);
        if (col > 1 && col + places[i].cols >= cols) {
            row++;
            col = 1;
        }
        places[i].row = row;
        places[i].col = col;
        col += places[i].cols + GAP;
    }
    return row + 1;
}

int monitor_head_rows(void *context, int cols)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct place places[TABS_MAX];
    return lay_out(context, arena, cols, places);
}

void monitor_head_draw(void *context, struct canvas *canvas, struct area area)
{
    const struct monitor *monitor = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct place places[TABS_MAX];
    lay_out(monitor, arena, area.cols, places);
    canvas_put(canvas, area.row, area.col + 1, area.cols - 1, ROLE_WARNING, filtered(monitor));
    for (size_t i = 0; i < monitor->ntabs && i < TABS_MAX; i++) {
        const struct place *place = &places[i];
        bool late = monitor->tabs[i].alarm && place->count != NIL && place->count > 0;
        enum role role = i == monitor->tab ? ROLE_SELECT : late ? ROLE_ALARM : ROLE_NORMAL;
        if (place->row >= area.rows)
            return;
        canvas_put(canvas, area.row + place->row, area.col + place->col, area.cols - place->col, role,
                   place->text);
        if (i == monitor->tab) /* never the colour alone */
            canvas_put(canvas, area.row + place->row, area.col + place->col - 1, 1, ROLE_KEY, "▸");
    }
}

void monitor_head_plain(void *context, struct str *out)
{
    const struct monitor *monitor = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    str_addf(out, "%s%s", filtered(monitor), *filtered(monitor) ? " " : "");
    for (size_t i = 0; i < monitor->ntabs; i++) {
        int64_t count;
        str_addf(out, "%s%s%s", i ? " · " : "", i == monitor->tab ? "▸" : "",
                 words_of(arena, &monitor->tabs[i], counts_of(monitor), &count));
    }
    str_add_char(out, '\n');
}
