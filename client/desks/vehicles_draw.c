/* The list and the map: side by side, one above the other, or one of them, as there is room. */
#include <stdio.h>
#include <string.h>

#include "client/desks/vehicles-private.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"

enum { BESIDE_FROM = 72, LIST_SHARE = 46 /* per cent */, LIST_COLS_MOST = 96 };

static void draw_line(struct canvas *canvas, struct area area)
{
    for (int i = 0; i < area.rows; i++)
        canvas_put(canvas, area.row + i, area.col, 1, ROLE_BORDER, "│");
}

/* Keys may come before it is drawn. */
bool vehicles_beside(const struct vehicles *desk)
{
    return desk->view == VEHICLES_BOTH && ui_body(desk->app->ui).cols >= BESIDE_FROM;
}

/* In a narrow list the branch and the order are reached with Right; on the map the place is. */
void vehicles_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct vehicles *desk = vehicles_of(screen);
    if (desk->view == VEHICLES_MAP) {
        atlas_draw(&desk->map, canvas, body);
        return;
    }
    if (!vehicles_beside(desk)) {
        table_draw(&desk->fleet.table, canvas, body, true);
        return;
    }
    struct area list = body, map = body;
    list.cols = MIN(body.cols * LIST_SHARE / 100, (int)LIST_COLS_MOST);
    map.col += list.cols + 2;
    map.cols -= list.cols + 2;
    table_draw(&desk->fleet.table, canvas, list, !desk->on_map);
    draw_line(canvas, (struct area){body.row, list.col + list.cols, body.rows, 1});
    atlas_draw(&desk->map, canvas, map);
}

static void add_states(const struct vehicles *desk, struct str *out)
{
    const struct choice *states = desk->fleet.entity->states;
    for (size_t i = 0; states && states[i].code; i++) {
        size_t count = 0;
        vec_each(const struct vehicle_item, one, &desk->fleet.items) count +=
            strcmp(fleet_state(one), states[i].code) == 0;
        if (count)
            str_addf(out, " · %s %zu", choice_words(desk->app, &states[i]), count);
    }
}

/* "60 vehicles · 3 old · Idle 41 · On the way 6", and the filter before it. */
void vehicles_crumb(struct screen *screen, struct str *out)
{
    const struct vehicles *desk = vehicles_of(screen);
    const struct fleet *fleet = &desk->fleet;
    size_t old = 0;
    if (!fleet->answered) {
        str_add(out, "…");
        return;
    }
    if (desk->state >= 0)
        str_addf(out, "[%s] ", choice_words(desk->app, &fleet->entity->states[desk->state]));
    if (fleet->match)
        str_addf(out, "“%s” ", fleet->match);
    if (fleet->shown.count < fleet->items.count)
        str_addf(out, "%zu/", fleet->shown.count);
    str_addf(out, _("%zu vehicles"), fleet->items.count);
    vec_each(const struct vehicle_item, item, &fleet->items) old += fleet_is_old(fleet, item);
    if (old)
        str_addf(out, _(" · %zu old"), old);
    add_states(desk, out);
}

void vehicles_linear(struct screen *screen, struct linear *linear)
{
    struct vehicles *desk = vehicles_of(screen);
    vehicles_crumb(screen, &linear->text);
    str_add_char(&linear->text, '\n');
    linear_table(linear, &desk->fleet.table);
    if (desk->view == VEHICLES_MAP)
        atlas_plain(&desk->map, &linear->text);
}
