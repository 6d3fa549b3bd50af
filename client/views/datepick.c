#include "client/views/datepick.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/ui/words.h"

enum { CELL_COLS = 4, WEEK = 7, ROWS = 9 };

struct datepick {
    struct screen screen;
    struct app_context *app;
    uint64_t below;
    struct day day, today;
    datepick_done *done;
    void *context;
};

static struct datepick *datepick_of(struct screen *screen)
{
    return container_of(screen, struct datepick, screen);
}

/* The same day of another month, or its last. */
static void move_month(struct datepick *pick, int by)
{
    int year, month, date;
    day_split(pick->day, &year, &month, &date);
    month += by - 1;
    year += month < 0 ? -1 : month / 12;
    month = (month + 12) % 12 + 1;
    (void)!day_make(year, month, MIN(date, day_month_length(year, month)), &pick->day);
}

static unsigned take(struct datepick *pick)
{
    struct screen *below = ui_find(pick->app->ui, pick->below);
    pick->screen.closing = true;
    if (below)
        pick->done(below, pick->day, pick->context);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

static unsigned datepick_key(struct screen *screen, const struct key *key)
{
    struct datepick *pick = datepick_of(screen);
    switch (key->code) {
    case K_LEFT: pick->day = day_add(pick->day, -1); return SCREEN_REDRAW;
    case K_RIGHT: pick->day = day_add(pick->day, 1); return SCREEN_REDRAW;
    case K_UP: pick->day = day_add(pick->day, -WEEK); return SCREEN_REDRAW;
    case K_DOWN: pick->day = day_add(pick->day, WEEK); return SCREEN_REDRAW;
    case K_PAGE_UP: move_month(pick, -1); return SCREEN_REDRAW;
    case K_PAGE_DOWN: move_month(pick, 1); return SCREEN_REDRAW;
    case K_HOME: pick->day = pick->today; return SCREEN_REDRAW;
    case K_ENTER:
    case K_SAVE: return take(pick);
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static void draw_days(const struct datepick *pick, struct canvas *canvas, struct area in)
{
    int year, month, date;
    struct day first;
    day_split(pick->day, &year, &month, &date);
    if (day_make(year, month, 1, &first) < 0)
        return;
    int offset = day_weekday(first) - 1, count = day_month_length(year, month);
    for (int i = 0; i < count; i++) {
        char text[8];
        struct day day = day_add(first, i);
        bool here = day.n == pick->day.n, now = day.n == pick->today.n;
        int row = in.row + 1 + (offset + i) / WEEK, col = in.col + (offset + i) % WEEK * CELL_COLS;
        snprintf(text, sizeof(text), now ? "[%d]" : "%d ", i + 1);
        canvas_text(canvas, row, col, CELL_COLS,
                    here  ? ROLE_SELECT
                    : now ? ROLE_STEP_NOW
                          : ROLE_NORMAL,
                    ALIGN_RIGHT, text);
        if (here)
            canvas_cursor(canvas, row, col + 1);
    }
}

static void datepick_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    static const char *const names[] = {N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su")};
    struct datepick *pick = datepick_of(screen);
    char title[DAY_TEXT_SIZE];
    int rows = MIN((int)ROWS, body.rows), cols = MIN(WEEK * CELL_COLS + 4, body.cols);
    struct area box = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, day_print(title, sizeof(title), pick->day));
    for (int i = 0; i < WEEK; i++)
        canvas_text(canvas, in.row, in.col + i * CELL_COLS, CELL_COLS - 1, i < 5 ? ROLE_HEAD : ROLE_DIM,
                    ALIGN_RIGHT, _(names[i]));
    draw_days(pick, canvas, in);
}

static void datepick_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Choose"), 0);
    key_bar_add(bar, K_PAGE_DOWN, _("Next month"), 2);
    key_bar_add(bar, K_HOME, _("Today"), 3);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
}

static void datepick_plain(struct screen *screen, struct str *out)
{
    char text[DAY_TEXT_SIZE];
    str_addf(out, "> %s\n", day_print(text, sizeof(text), datepick_of(screen)->day));
}

static void datepick_close(struct screen *screen)
{
    free(datepick_of(screen));
}

static const struct screen_ops datepick_ops = {
    .name = "datepick",
    .overlay = true,
    .key = datepick_key,
    .draw = datepick_draw,
    .keys = datepick_keys,
    .plain = datepick_plain,
    .close = datepick_close,
};

void datepick_open(struct app_context *app, struct screen *below, struct day day, datepick_done *done,
                   void *context)
{
    struct datepick *pick = memory_zeroed(1, sizeof(*pick));
    *pick = (struct datepick){.app = app, .below = below->id, .day = day, .done = done, .context = context};
    pick->screen.ops = &datepick_ops;
    if (time_zone_day(app->who.zone, time_now(), &pick->today) < 0)
        pick->today = day_of(time_now(), 0);
    if (day_is_nil(day))
        pick->day = pick->today;
    ui_open(app->ui, &pick->screen);
}
