#include "client/views/datepick.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/shorthand.h"

enum { CELL_COLS = 4, WEEK = 7, ROWS = 11, MINUTE = 60, HOUR = 3600, TYPED_MOST = 40 };

struct datepick {
    struct screen screen;
    struct app_context *app;
    uint64_t below;
    struct day day, today;
    int seconds;        /* of the day, for a moment; -1: a day is wanted */
    struct input typed; /* shorthand */
    datepick_done *done;
    timepick_done *done_at;
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

/* What is typed says a day, an hour, or both; false: it says nothing (yet). */
static bool read_typed(struct datepick *pick)
{
    const char *text = input_text(&pick->typed), *zone = pick->app->who.zone;
    struct instant at;
    int seconds, offset = 0;
    if (!*text || shorthand_date(text, pick->today, &pick->day) == 0)
        return true;
    if (pick->seconds < 0)
        return false;
    if (shorthand_clock(text, &seconds) == 0) {
        pick->seconds = seconds;
        return true;
    }
    if (shorthand_time(text, zone, time_now(), &at) < 0 || time_zone_offset(zone, at, &offset) < 0)
        return false;
    pick->day = day_of(at, offset);
    pick->seconds = (int)((at.us - day_start(pick->day, offset).us) / US_PER_SECOND);
    return true;
}

static unsigned take(struct datepick *pick)
{
    struct screen *below = ui_find(pick->app->ui, pick->below);
    struct instant at;
    if (!read_typed(pick)) {
        ui_say(pick->app->ui, ROLE_ERROR, "%s", _("This is no date: t+1, 25, mon, 11-25, 2026-11-25"));
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    pick->screen.closing = true;
    if (below && pick->seconds < 0)
        pick->done(below, pick->day, pick->context);
    else if (below && shorthand_at(pick->app->who.zone, pick->day, pick->seconds, &at) == 0)
        pick->done_at(below, at, pick->context);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

static unsigned type_key(struct datepick *pick, const struct key *key)
{
    switch (input_key(&pick->typed, key)) {
    case INPUT_CHANGED: pick->typed.invalid = !read_typed(pick); return SCREEN_REDRAW;
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static bool move_key(struct datepick *pick, int code)
{
    switch (code) {
    case K_LEFT: pick->day = day_add(pick->day, -1); return true;
    case K_RIGHT: pick->day = day_add(pick->day, 1); return true;
    case K_UP: pick->day = day_add(pick->day, -WEEK); return true;
    case K_DOWN: pick->day = day_add(pick->day, WEEK); return true;
    case K_PAGE_UP: move_month(pick, -1); return true;
    case K_PAGE_DOWN: move_month(pick, 1); return true;
    case K_HOME: pick->day = pick->today; return true;
    default: return false;
    }
}

static unsigned datepick_key(struct screen *screen, const struct key *key)
{
    struct datepick *pick = datepick_of(screen);
    if (move_key(pick, key->code)) {
        input_set(&pick->typed, ""); /* the calendar says it now */
        pick->typed.invalid = false;
        return SCREEN_REDRAW;
    }
    switch (key->code) {
    case K_ENTER:
    case K_SAVE: return take(pick);
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return type_key(pick, key);
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
    }
}

static const char *const week_days[] = {N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su")};

/* "2026-11-25 We 09:30" */
static void add_chosen(const struct datepick *pick, struct str *out)
{
    char day[DAY_TEXT_SIZE];
    str_addf(out, "%s %s", day_print(day, sizeof(day), pick->day), _(week_days[day_weekday(pick->day) - 1]));
    if (pick->seconds >= 0)
        str_addf(out, " %02d:%02d", pick->seconds / HOUR, pick->seconds / MINUTE % 60);
}

static void datepick_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct datepick *pick = datepick_of(screen);
    struct str title cleanup(cleanup_str);
    str_init(&title, NULL);
    add_chosen(pick, &title);
    int rows = MIN((int)ROWS, body.rows), cols = MIN(WEEK * CELL_COLS + 4, body.cols);
    struct area box = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, title.data);
    for (int i = 0; i < WEEK; i++)
        canvas_text(canvas, in.row, in.col + i * CELL_COLS, CELL_COLS - 1, i < 5 ? ROLE_HEAD : ROLE_DIM,
                    ALIGN_RIGHT, _(week_days[i]));
    draw_days(pick, canvas, in);
    input_draw(&pick->typed, canvas, in.row + in.rows - 1, in.col, in.cols - 1, true);
}

static void datepick_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Choose"), 0);
    key_bar_add(bar, K_PAGE_DOWN, _("Next month"), 2);
    key_bar_add(bar, K_HOME, _("Today"), 3);
    key_bar_add(bar, K_HELP, _("Help"), 4);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
}

static void datepick_plain(struct screen *screen, struct str *out)
{
    char text[DAY_TEXT_SIZE];
    str_addf(out, "> %s\n", day_print(text, sizeof(text), datepick_of(screen)->day));
}

static void datepick_linear(struct screen *screen, struct linear *linear)
{
    add_chosen(datepick_of(screen), &linear->text);
    linear->line = &datepick_of(screen)->typed;
    linear->line_label = _("Date");
}

static void datepick_close(struct screen *screen)
{
    input_finish(&datepick_of(screen)->typed);
    free(datepick_of(screen));
}

static const struct screen_ops datepick_ops = {
    .name = "datepick",
    .overlay = true,
    .key = datepick_key,
    .draw = datepick_draw,
    .keys = datepick_keys,
    .about = N_("Arrows go by days and weeks, PgUp and PgDn by months, Home is today. Or type: t+1, +3, mon, "
                "next fri, 25, 11-25, 3 days ago; for a time also 9, 9:30, 3pm, t+1 9, +2h."),
    .plain = datepick_plain,
    .linear = datepick_linear,
    .close = datepick_close,
};

static struct datepick *create(struct app_context *app, struct screen *below, struct day day)
{
    struct datepick *pick = memory_zeroed(1, sizeof(*pick));
    *pick = (struct datepick){.app = app, .below = below->id, .day = day, .seconds = -1};
    pick->screen.ops = &datepick_ops;
    input_init(&pick->typed, INPUT_TEXT, TYPED_MOST);
    if (time_zone_day(app->who.zone, time_now(), &pick->today) < 0)
        pick->today = day_of(time_now(), 0);
    if (day_is_nil(day))
        pick->day = pick->today;
    return pick;
}

void datepick_open(struct app_context *app, struct screen *below, struct day day, datepick_done *done,
                   void *context)
{
    struct datepick *pick = create(app, below, day);
    pick->done = done;
    pick->context = context;
    ui_open(app->ui, &pick->screen);
}

void timepick_open(struct app_context *app, struct screen *below, struct instant at, timepick_done *done,
                   void *context)
{
    struct day day = DAY_NIL;
    int offset = 0;
    if (instant_is_nil(at)) {
        at = time_now();
        at.us -= at.us % (MINUTE * US_PER_SECOND);
    }
    if (time_zone_offset(app->who.zone, at, &offset) == 0)
        day = day_of(at, offset);
    struct datepick *pick = create(app, below, day);
    pick->seconds = day_is_nil(day) ? 0 : (int)((at.us - day_start(day, offset).us) / US_PER_SECOND);
    pick->done_at = done;
    pick->context = context;
    ui_open(app->ui, &pick->screen);
}
