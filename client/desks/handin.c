/* The cashier's desk for drivers: who holds money of customers, of which orders, and taking it from him. */
#include <stdlib.h>

#include "client/desks/desks.h"
#include "client/desks/handin-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "model/catalogue.h"

enum { BESIDE_FROM = 72 };

static void on_events(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    handin_read(handin_of(screen));
}

static void opened(struct screen *screen)
{
    struct handin_desk *desk = handin_of(screen);
    live_watch(desk->app->live, screen, "rescue", on_events);
    live_watch(desk->app->live, screen, "handin", on_events);
    if (app_may(desk->app, "shortage.list"))
        live_watch(desk->app->live, screen, "shortage", on_events);
}

static unsigned open_one(struct handin_desk *desk, const char *name, int64_t id)
{
    const struct catalogue_entity *entity = catalogue_entity(desk->app->catalogue, name);
    if (!entity || id == NIL)
        return SCREEN_BELL;
    form_open(desk->app, entity, id);
    return SCREEN_REDRAW;
}

/* Those that wait for their approval stand first among the others. */
static unsigned open_papers(struct handin_desk *desk)
{
    const struct catalogue_entity *entity = catalogue_entity(desk->app->catalogue, "shortage");
    if (!entity || !app_may(desk->app, "shortage.list"))
        return SCREEN_UNUSED;
    list_open(desk->app, entity, app_may(desk->app, "shortage.approve") ? "state=asked" : NULL);
    return SCREEN_REDRAW;
}

static void on_filter(void *context, const struct dialog_answer *answer)
{
    if (answer->key == K_ENTER)
        handin_set_match(context, answer->text);
}

static unsigned ask_filter(struct handin_desk *desk)
{
    dialog_ask(desk->app->ui,
               &(struct dialog_ask){.title = _("Filter"),
                                    .text = _("Drivers whose name or branch has these letters. Empty: all."),
                                    .label = _("Words"),
                                    .max = 60,
                                    .value = desk->match},
               on_filter, desk);
    return SCREEN_REDRAW;
}

static unsigned go_on(struct handin_desk *desk)
{
    if (desk->focus == HANDIN_ORDERS)
        return handin_take(desk);
    if (!json_array_size(desk->orders))
        return SCREEN_BELL;
    desk->focus = HANDIN_ORDERS;
    return SCREEN_REDRAW;
}

static unsigned command(struct handin_desk *desk, const struct key *key)
{
    const json_t *order = handin_order(desk);
    switch (key->code) {
    case K_TAB:
    case K_BACKTAB: desk->focus = !desk->focus; return SCREEN_REDRAW;
    case K_CANCEL:
        if (desk->focus == HANDIN_DRIVERS)
            return SCREEN_UNUSED;
        desk->focus = HANDIN_DRIVERS;
        return SCREEN_REDRAW;
    case 'h': return handin_take(desk);
    case 's': return handin_settle(desk);
    case 'l': return open_papers(desk);
    case 'o': return desk->last_kind ? open_one(desk, desk->last_kind, desk->last_id) : SCREEN_BELL;
    case K_VIEW: return open_one(desk, "rescue", order ? order_number(order, "order_id") : NIL);
    case K_FILTER:
    case '/': return ask_filter(desk);
    case K_REFRESH: handin_read(desk); return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct handin_desk *desk = handin_of(screen);
    bool drivers = desk->focus == HANDIN_DRIVERS;
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    if (drivers && key->kind == KEY_TEXT && (key->code == ' ' || key->code == '*'))
        return SCREEN_UNUSED; /* orders are marked, not drivers */
    switch (table_key(drivers ? &desk->driver_table : &desk->order_table, key)) {
    case TABLE_OPENED: return go_on(desk);
    case TABLE_MOVED:
    case TABLE_MARKED:
        if (drivers)
            handin_driver_changed(desk);
        return SCREEN_REDRAW;
    case TABLE_UNUSED: return command(desk, key);
    default: return SCREEN_REDRAW;
    }
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct handin_desk *desk = handin_of(screen);
    struct area left = body, right = body;
    if (body.cols < BESIDE_FROM) {
        left.rows = MAX(body.rows / 3, 4);
        right.row += left.rows;
        right.rows -= left.rows;
    } else {
        left.cols = body.cols * 42 / 100;
        right.col += left.cols + 2;
        right.cols -= left.cols + 2;
        canvas_fill(canvas, (struct area){body.row, body.col + left.cols, body.rows, 1}, ROLE_BORDER, L'│');
    }
    if (desk->all && !json_array_size(desk->all)) {
        canvas_put(canvas, body.row + 1, body.col + 1, left.cols - 1, ROLE_GOOD, _("No driver holds money."));
        return;
    }
    table_draw(&desk->driver_table, canvas, left, desk->focus == HANDIN_DRIVERS);
    table_draw(&desk->order_table, canvas, right, desk->focus == HANDIN_ORDERS);
}

static void linear(struct screen *screen, struct linear *out)
{
    struct handin_desk *desk = handin_of(screen);
    if (desk->all && !json_array_size(desk->all))
        str_addf(&out->text, "%s\n", _("No driver holds money."));
    linear_table(out, desk->focus == HANDIN_DRIVERS ? &desk->driver_table : &desk->order_table);
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    const struct handin_desk *desk = handin_of(screen);
    bool takes = json_array_size(desk->orders) && app_may(desk->app, "handin.create");
    if (desk->focus == HANDIN_DRIVERS)
        key_bar_add(bar, K_ENTER, _("Orders"), 0);
    else if (takes)
        key_bar_add(bar, K_ENTER, _("Hand in"), 0);
    if (takes)
        key_bar_add(bar, 'h', _("Hand in"), 1);
    if (handin_may_settle(desk))
        key_bar_add(bar, 's', _("Settle what is missing"), 2);
    if (app_may(desk->app, "shortage.list"))
        key_bar_add(bar, 'l', _("Shortages"), 4);
    if (desk->focus == HANDIN_ORDERS)
        key_bar_add(bar, ' ', _("Mark"), 2);
    key_bar_add(bar, K_TAB, desk->focus == HANDIN_DRIVERS ? _("Orders") : _("Drivers"), 3);
    if (desk->last_kind)
        key_bar_add(bar, 'o', _("Receipt"), 4);
    if (handin_order(desk))
        key_bar_add(bar, K_VIEW, _("Show order"), 5);
    key_bar_add(bar, K_FILTER, _("Filter"), 5);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 7);
    key_bar_add(bar, K_HELP, _("Help"), 6);
}

static void crumb(struct screen *screen, struct str *out)
{
    const struct handin_desk *desk = handin_of(screen);
    if (desk->match)
        str_addf(out, "%s “%s”", _("filter"), desk->match);
}

static void closed(struct screen *screen)
{
    struct handin_desk *desk = handin_of(screen);
    handin_finish_rows(desk);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "handin",
    .open = opened,
    .key = on_key,
    .draw = draw,
    .linear = linear,
    .close = closed,
    .heading = N_("Drivers' money"),
    .crumb = crumb,
    .keys = add_keys,
    .about = N_("At the left the drivers who hold money of customers, who has held it longest first; at the "
                "right the orders it is of. h takes what is handed in: of the orders marked with Space, or "
                "of all. What was counted is typed; where it is less, the rest stays with the driver, and a "
                "reason is asked; where it is more, that is kept apart. The paper is posted at once; o opens "
                "it, to be printed. s settles what is missing for good: deducted from his pay, or borne by "
                "the company; above a limit a second person approves that (l lists them)."),
};

static void language(struct screen *screen)
{
    handin_name_columns(handin_of(screen));
}

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct handin_desk *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    *desk = (struct handin_desk){.app = app, .orders_of = NIL, .last_id = NIL};
    desk->screen.ops = &ops;
    handin_init_rows(desk);
    language_register(&ops, language);
    open_screen(app, &desk->screen);
}

const struct desk handin_desk = {
    .name = "handin",
    .label = N_("Drivers' money"),
    .help = N_("What drivers took on site and hold still, and taking it from them at the till."),
    .code = "dh",
    .verb = "handin.held",
    .open = open_from_menu,
};
