/* The form, and beside it the price, the warnings and what is known of the caller. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "client/desks/age.h"
#include "client/desks/call-private.h"
#include "client/desks/order.h"
#include "client/desks/price_parts.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"

enum { PANEL_LEAST = 28, PANEL_MOST = 60, LABEL_COLS = 8 };

struct warning {
    struct call *call;
    struct panel *panel;
};

static void draw_live(void *context, const json_t *order, enum caller_fact same)
{
    const struct warning *warning = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct field *state = catalogue_field(warning->call->entity, "state");
    char age[AGE_TEXT_SIZE];
    struct instant now = time_now();
    const char *line =
        arena_printf(arena, "%s %s %s", order_text(order, "number"),
                     state ? value_show_row(warning->call->app, arena, state, order) : "",
                     age_print(age, sizeof(age), MAX(age_between(order_time(order, "created_at"), now), 0)));
    panel_text(warning->panel, ROLE_ALARM, line);
    panel_text(warning->panel, ROLE_WARNING, same == CALLER_PHONE ? _("same phone") : _("same car"));
    panel_text(warning->panel, ROLE_NORMAL, order_text(order, "place"));
}

static void draw_notice(void *context, const json_t *notice)
{
    const struct warning *warning = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char age[AGE_TEXT_SIZE];
    int64_t waits = age_between(order_time(notice, "received_at"), time_now());
    panel_text(warning->panel, ROLE_ALARM,
               arena_printf(arena, "%s %s %s", order_text(notice, "partner_label"),
                            order_text(notice, "foreign_number"),
                            waits == NIL ? "" : age_print(age, sizeof(age), MAX(waits, 0))));
    panel_text(warning->panel, ROLE_NORMAL, order_text(notice, "place"));
}

static void draw_warnings(struct call *call, struct panel *panel)
{
    struct warning warning = {call, panel};
    if (caller_notices(&call->caller, NULL, NULL)) {
        panel_head(panel, _("Notices that wait"));
        caller_notices(&call->caller, draw_notice, &warning);
        panel_gap(panel);
    }
    if (!caller_live(&call->caller, NULL, NULL))
        return;
    panel_head(panel, _("Open orders of this caller"));
    caller_live(&call->caller, draw_live, &warning);
    panel_gap(panel);
}

static const char *source_words(const char *source)
{
    if (strcmp(source, "agreement") == 0)
        return _("by agreement");
    return *source ? _("by price list") : "";
}

/* There were free services once: why this one is not among them. */
static void draw_granted(struct call *call, struct panel *panel, struct arena *arena)
{
    int64_t of = order_number(call->price, "free_of");
    bool by_policy = strcmp(order_text(call->price, "free_per"), "policy") == 0;
    if (of == NIL || of == 0)
        return;
    if (!call_typed(call, by_policy ? "policy_number" : "plate"))
        panel_text(panel, ROLE_WARNING,
                   arena_printf(arena,
                                by_policy ? _("%" PRId64 " free a year for each policy: which one is it?")
                                          : _("%" PRId64 " free a year for each car: which plate is it?"),
                                of));
    else
        panel_text(panel, ROLE_WARNING,
                   arena_printf(arena, _("No free service left: %" PRId64 " a year"), of));
}

static void draw_money(struct panel *panel, enum role role, const char *label, const json_t *row,
                       const char *name)
{
    char money[MONEY_TEXT_SIZE];
    panel_pair(panel, role, label, money_print(money, sizeof(money), order_number(row, name)));
}

/* With this order he owes more than he may: said, and not forbidden. */
static void draw_credit(struct call *call, struct panel *panel)
{
    const json_t *beyond = json_array_get(json_object_get(call->price, "credit"), 0);
    if (!beyond)
        return;
    draw_money(panel, ROLE_WARNING, _("Credit limit"), beyond, "limit_fen");
    draw_money(panel, ROLE_WARNING, _("Owed so far"), beyond, "owed_fen");
    if (order_number(beyond, "coming_fen") > 0)
        draw_money(panel, ROLE_WARNING, _("Not priced yet"), beyond, "coming_fen");
    draw_money(panel, ROLE_ALARM, _("Above the limit"), beyond, "over_fen");
}

static void draw_price(struct call *call, struct panel *panel)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct field *items = catalogue_field(call->entity, "items");
    const struct field *code = NULL;
    for (size_t i = 0; items && i < items->nline_fields; i++)
        if (strcmp(items->line_fields[i].name, "code") == 0)
            code = &items->line_fields[i];
    int64_t total = order_number(call->price, "estimate_fen"), km = order_number(call->price, "km");
    int64_t times = order_number(call->price, "free_times");
    price_parts_draw(call->app, panel, json_object_get(call->price, "parts"), code, _("Estimate"), total);
    if (total == NIL)
        panel_text(panel, ROLE_WARNING, _("There is no price for this service here"));
    call_payers_draw(call, panel);
    panel_text(panel, ROLE_DIM,
               arena_printf(arena, _("%s, %" PRId64 " km"), source_words(order_text(call->price, "source")),
                            km == NIL ? 0 : km));
    int64_t free_km = order_number(call->price, "free_km");
    if (times > 0)
        panel_text(panel, ROLE_GOOD, arena_printf(arena, _("%" PRId64 " free services left"), times));
    draw_granted(call, panel, arena);
    draw_credit(call, panel);
    if (times > 0 && free_km > 0)
        panel_text(panel, ROLE_GOOD, arena_printf(arena, _("%" PRId64 " free km of it"), free_km));
}

static void draw_estimate(struct call *call, struct panel *panel)
{
    panel_head(panel, _("Price"));
    if (call->price)
        draw_price(call, panel);
    else if (call->price_trouble)
        panel_text(panel, ROLE_ERROR, call->price_trouble);
    else
        panel_text(panel, ROLE_DIM, call->asked_price ? "…" : _("Needs customer and service"));
    panel_gap(panel);
}

static void draw_found(void *context, const char *name)
{
    panel_text(context, ROLE_NORMAL, name);
}

/* Coordinates tell nothing: the place that lies nearest does, and a slip of the fingers is far from all of them. */
static void draw_nearest(struct call *call, struct panel *panel, struct arena *arena, struct point point)
{
    enum { NEAR_M = 50 * 1000 };
    double metres = 0;
    const struct place_district *nearest = places_nearest(&call->places, point, &metres);
    if (!nearest)
        return;
    const char *words = place_words(&call->places, nearest, call_language(call), arena);
    if (metres < NEAR_M)
        panel_text(panel, ROLE_NORMAL, arena_printf(arena, _("near %s"), words));
    else
        panel_text(panel, ROLE_WARNING,
                   arena_printf(arena, _("%s is nearest, %d km away"), words, (int)(metres / 1000)));
}

static void draw_place(struct call *call, struct panel *panel)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct place_district *district;
    const char *typed = call_typed(call, "coordinates"), *address = call_typed(call, "place");
    char text[64];
    struct point point = call_place(call, typed, address, &district);
    if (!typed && !address)
        return;
    panel_head(panel, _("Where it is"));
    if (district)
        panel_text(panel, ROLE_NORMAL,
                   arena_printf(arena, _("about %s"),
                                place_words(&call->places, district, call_language(call), arena)));
    if (point_is_valid(point) && !district)
        draw_nearest(call, panel, arena, point);
    if (point_is_valid(point))
        panel_text(panel, ROLE_DIM, place_print(text, sizeof(text), point));
    else
        panel_text(panel, ROLE_WARNING,
                   typed ? _("not readable") : _("not known: vehicles cannot be ranked by distance"));
    if (!typed && !district)
        call_place_names(call, draw_found, panel);
    panel_gap(panel);
}

/* Several customers by the same phone or plate: the person chooses. */
static void draw_customers(struct call *call, struct panel *panel)
{
    for (int fact = 0; fact < CALLER_FACTS; fact++) {
        const json_t *customers = call->caller.known[fact].customers, *customer;
        size_t i, count = json_array_size(customers);
        if (!count || (count == 1 && call->customer_filled))
            continue;
        panel_head(panel, fact == CALLER_PHONE ? _("Customers by this phone") : _("Customers by this plate"));
        json_array_foreach(customers, i, customer)
            panel_text(panel, ROLE_NORMAL, order_text(customer, "name"));
        panel_gap(panel);
    }
}

/* One former order in a line: when, what, how it ended. */
static void draw_former(struct call *call, struct panel *panel, const json_t *order)
{
    static const char *const names[] = {"created_at", "service", "plate", "state"};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct str line;
    str_init(&line, arena);
    for (size_t i = 0; i < array_len(names); i++) {
        const struct field *field = catalogue_field(call->entity, names[i]);
        const char *words = field ? value_show_row(call->app, arena, field, order) : "";
        size_t len = i ? strlen(words) : strcspn(words, " "); /* the day is enough */
        if (len)
            str_addf(&line, "%s%.*s", line.len ? " " : "", (int)len, words);
    }
    panel_text(panel, ROLE_NORMAL, order_text(order, "number"));
    panel_text(panel, ROLE_DIM, line.data);
}

/* What was before: of the phone, else of the car. Those that live stand in the warning already. */
static void draw_history(struct call *call, struct panel *panel)
{
    for (int fact = 0; fact < CALLER_FACTS; fact++) {
        const json_t *order;
        size_t i, shown = 0;
        json_array_foreach(call->caller.known[fact].orders, i, order)
        {
            if (order_is_waiting(order) || order_is_live(order))
                continue;
            if (!shown++)
                panel_head(panel, fact == CALLER_PHONE ? _("Orders before, by this phone")
                                                       : _("Orders before, of this car"));
            draw_former(call, panel, order);
        }
        if (shown) {
            panel_gap(panel);
            return;
        }
    }
}

static void write_panel(struct call *call, struct panel *panel)
{
    draw_warnings(call, panel);
    draw_estimate(call, panel);
    draw_place(call, panel);
    draw_customers(call, panel);
    draw_history(call, panel);
}

static void draw_panel(struct call *call, struct canvas *canvas, struct area area)
{
    struct panel panel;
    panel_begin(&panel, canvas, area, LABEL_COLS, 0);
    write_panel(call, &panel);
}

void call_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct call *call = call_of(screen);
    if (body.cols < CALL_BESIDE_FROM) {
        if (call->panel_only)
            draw_panel(call, canvas, body);
        else
            sheet_draw(&call->sheet, canvas, body);
        return;
    }
    int cols = MIN(MAX(body.cols * 36 / 100, (int)PANEL_LEAST), (int)PANEL_MOST);
    struct area form = {body.row, body.col, body.rows, body.cols - cols - 2};
    struct area panel = {body.row, body.col + body.cols - cols, body.rows, cols - (body.cols > 80 ? 1 : 0)};
    canvas_fill(canvas, (struct area){body.row, panel.col - 1, body.rows, 1}, ROLE_BORDER, L'│');
    sheet_draw(&call->sheet, canvas, form);
    draw_panel(call, canvas, panel);
}

void call_panel_plain(struct call *call, struct str *out)
{
    struct panel panel;
    panel_begin_plain(&panel, out);
    write_panel(call, &panel);
}
