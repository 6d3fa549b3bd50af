/* What a driver holds himself of what he took on site, and what he handed in: for a telephone's screen. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/money.h"
#include "client/desks/desks.h"
#include "client/desks/later.h"
#include "client/desks/order.h"
#include "client/desks/panel.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/value_text.h"

enum { AGAIN_MS = 400, PAGE = 6 };

struct mymoney {
    struct screen screen;
    struct app_context *app;
    json_t *told;  /* as the server answered; NULL: not here yet */
    char *trouble; /* why it cannot be had */
    uint64_t asked;
    struct later again;
    int scroll;
};

static struct mymoney *mymoney_of(struct screen *screen)
{
    return container_of(screen, struct mymoney, screen);
}

/* ---- asking */

static void on_told(struct screen *screen, const struct answer *answer, void *context)
{
    struct mymoney *desk = mymoney_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)context;
    desk->asked = 0;
    free(desk->trouble);
    desk->trouble = answer->code ? memory_strdup(answer_text(arena, NULL, answer)) : NULL;
    if (!answer->code) {
        json_decref(desk->told);
        desk->told = json_deep_copy(answer->object);
    }
    ui_redraw(desk->app->ui);
}

static void read_now(void *context)
{
    struct mymoney *desk = context;
    if (!desk->asked)
        desk->asked =
            ask(desk->app, &desk->screen, "handin.mine", json_object(), CALL_READ, NULL, on_told, NULL);
}

static void on_orders(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    later_by(&mymoney_of(screen)->again, AGAIN_MS);
}

static void opened(struct screen *screen)
{
    struct mymoney *desk = mymoney_of(screen);
    live_watch(desk->app->live, screen, "rescue", on_orders);
    read_now(desk);
}

/* ---- its lines */

static const char *money(struct arena *arena, const json_t *row, const char *name)
{
    char text[MONEY_TEXT_SIZE];
    return arena_strdup(arena, money_print(text, sizeof(text), MAX(order_number(row, name), 0)));
}

static const char *time_of(struct mymoney *desk, struct arena *arena, const json_t *row, const char *name)
{
    const struct field time = {.name = name, .type = FIELD_TIME};
    return value_show_row(desk->app, arena, &time, row);
}

static void write_orders(struct mymoney *desk, struct panel *panel, struct arena *arena)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(desk->told, "orders"), i, row)
    {
        panel_pair(
            panel, ROLE_NORMAL,
            arena_printf(arena, "%s %s", order_text(row, "number"), time_of(desk, arena, row, "since")),
            money(arena, row, "held_fen"));
        if (order_number(row, "asked_fen") > 0)
            panel_pair(panel, ROLE_DIM, _("  missing, to be approved"), money(arena, row, "asked_fen"));
    }
}

static const char *state_words(const json_t *row)
{
    static const struct {
        const char *state, *words;
    } rows[] = {
        {"asked", N_("to be approved")}, {"declined", N_("declined")}, {"reversed", N_("taken back")}};
    for (size_t i = 0; i < array_len(rows); i++)
        if (order_is(row, rows[i].state))
            return _(rows[i].words);
    return "";
}

/* "handed in · 王芳", "Deducted from wages · to be approved" */
static const char *paper_words(const struct mymoney *desk, struct arena *arena, const json_t *row)
{
    const char *how = order_text(json_object_get(row, "settled"), desk->app->language),
               *state = state_words(row);
    return arena_printf(arena, "  %s · %s%s%s", *how ? how : _("handed in"), order_text(row, "taken_by"),
                        *state ? " · " : "", state);
}

static void write_papers(struct mymoney *desk, struct panel *panel, struct arena *arena)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(desk->told, "papers"), i, row)
    {
        bool stands = order_is(row, "posted");
        panel_pair(panel, stands ? ROLE_NORMAL : ROLE_DIM,
                   arena_printf(arena, "%s %s", order_text(row, "number"), time_of(desk, arena, row, "at")),
                   money(arena, row, "amount_fen"));
        panel_text(panel, ROLE_DIM, paper_words(desk, arena, row));
        if (order_number(row, "over_fen") > 0)
            panel_pair(panel, ROLE_DIM, _("  and above it"), money(arena, row, "over_fen"));
    }
}

static void write_lines(void *context, struct panel *panel)
{
    struct mymoney *desk = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (desk->trouble)
        panel_text(panel, ROLE_ERROR, desk->trouble);
    if (!desk->told) {
        panel_text(panel, ROLE_DIM,
                   desk->trouble ? ""
                   : link_state(desk->app->link) == LINK_READY
                       ? "…"
                       : _("There is no line: it comes when the line is back."));
        return;
    }
    panel_pair(panel, ROLE_HEAD, _("You hold"), money(arena, desk->told, "held_fen"));
    if (!json_array_size(json_object_get(desk->told, "orders")))
        panel_text(panel, ROLE_GOOD, _("Everything is handed in."));
    write_orders(desk, panel, arena);
    if (!json_array_size(json_object_get(desk->told, "papers")))
        return;
    panel_gap(panel);
    panel_head(panel, _("Handed in"));
    write_papers(desk, panel, arena);
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    enum { COLS_MAX = 60 };
    struct mymoney *desk = mymoney_of(screen);
    body.cols = MIN(body.cols, (int)COLS_MAX);
    panel_draw(canvas, body, 0, &desk->scroll, write_lines, desk);
}

static void linear(struct screen *screen, struct linear *out)
{
    struct mymoney *desk = mymoney_of(screen);
    struct panel panel;
    panel_begin_plain(&panel, &out->text);
    write_lines(desk, &panel);
    out->waits = !desk->told && !desk->trouble;
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct mymoney *desk = mymoney_of(screen);
    if (key->code == ' ')
        desk->scroll += PAGE;
    else if (key->code == K_REFRESH)
        read_now(desk);
    else if (!panel_key(key, PAGE, &desk->scroll))
        return SCREEN_UNUSED;
    return SCREEN_REDRAW;
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_PAGE_DOWN, _("More"), 2);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 3);
    key_bar_add(bar, K_CANCEL, _("Back"), 1);
    key_bar_add(bar, K_HELP, _("Help"), 4);
}

static void closed(struct screen *screen)
{
    struct mymoney *desk = mymoney_of(screen);
    later_finish(&desk->again);
    json_decref(desk->told);
    free(desk->trouble);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "mymoney",
    .open = opened,
    .key = on_key,
    .draw = draw,
    .linear = linear,
    .close = closed,
    .heading = N_("My money"),
    .keys = add_keys,
    .about = N_("The money of customers you hold, by order, and since when; below it what you handed in, and "
                "what was settled of money that was missing. Only your own: ask at the till where something "
                "is not right."),
};

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct mymoney *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    desk->app = app;
    desk->screen.ops = &ops;
    later_init(&desk->again, app, read_now, desk);
    open_screen(app, &desk->screen);
}

const struct desk mymoney_desk = {
    .name = "mymoney",
    .label = N_("My money"),
    .help = N_("What you hold of what you took on site, and what you handed in."),
    .code = "mm",
    .beside = true,
    .verb = "handin.mine",
    .open = open_from_menu,
};
