/* The vehicles on offer as a table of what there is room for: a line each, and a second one for the reasons where they have no column. */
#include "client/desks/offers.h"

#include <inttypes.h>
#include <stdio.h>

#include "client/desks/age.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "model/catalogue.h"

enum column {
    COL_PLATE,
    COL_DRIVER,
    COL_DISTANCE,
    COL_ETA,
    COL_SHIFT,
    COL_LOAD,
    COL_TYPE,
    COL_BRANCH,
    COL_REASONS,
    COLUMNS
};

enum { KEY_COLS = 2, BRIEF_BELOW = 40, REASONS_LEAST = 6 };

static const struct {
    const char *title;
    int cols, from; /* shown from this width of the whole on */
} rows[COLUMNS] = {
    [COL_PLATE] = {N_("Vehicle"), 9, 0},  [COL_DRIVER] = {N_("Driver"), 9, 0},
    [COL_DISTANCE] = {N_("Dist."), 7, 0}, [COL_ETA] = {N_("ETA"), 8, 52},
    [COL_SHIFT] = {N_("Shift"), 5, 68},   [COL_LOAD] = {N_("Load"), 4, 60},
    [COL_TYPE] = {N_("Type"), 12, 92},    [COL_BRANCH] = {N_("Branch"), 14, 120},
    [COL_REASONS] = {N_("Fit"), 0, 0},
};

/* Where each column begins; -1: it is not shown. */
struct layout {
    int at[COLUMNS], cols[COLUMNS];
};

static struct layout lay_out(int cols)
{
    struct layout layout;
    int at = KEY_COLS;
    for (int i = 0; i < COLUMNS; i++) {
        layout.at[i] = cols >= rows[i].from ? at : -1;
        layout.cols[i] = i == COL_DRIVER && cols < 52 ? 6 : rows[i].cols;
        if (layout.at[i] >= 0)
            at += layout.cols[i] + 1;
    }
    layout.cols[COL_REASONS] = cols - layout.at[COL_REASONS];
    return layout;
}

static const char *type_words(const struct offers *offers, const char *code)
{
    const struct catalogue_entity *vehicle = catalogue_entity(offers->app->catalogue, "vehicle");
    const struct field *field = vehicle ? catalogue_field(vehicle, "type") : NULL;
    return field ? choice_label(offers->app, field, code) : code;
}

/* ~ before what is measured from an old position. */
static const char *cell(const struct offers *offers, const struct offer *offer, enum column column, char *buf,
                        size_t size)
{
    char text[24];
    switch (column) {
    case COL_PLATE: return offer->plate;
    case COL_DRIVER: return offer->driver;
    case COL_DISTANCE:
        snprintf(buf, size, "%s%s", offer->stale && offer->distance_m != NIL ? "~" : "",
                 offer_distance(text, sizeof(text), offer->distance_m));
        return buf;
    case COL_ETA: return offer->eta_s == NIL ? "" : age_print(buf, size, offer->eta_s);
    case COL_SHIFT: return offer->driver_id == NIL ? "" : offer->on_shift ? _("on") : _("off");
    case COL_LOAD: snprintf(buf, size, "%" PRId64, offer->load == NIL ? 0 : offer->load); return buf;
    case COL_TYPE: return type_words(offers, offer->type);
    case COL_BRANCH: return offer->branch;
    default: return "";
    }
}

static void draw_cell(struct canvas *canvas, int row, struct area area, int col, int cols, enum role role,
                      const char *text)
{
    cols = MIN(cols, area.cols - col);
    if (col >= 0 && cols > 0)
        canvas_text(canvas, row, area.col + col, cols, role, ALIGN_LEFT, text);
}

static void draw_reasons(const struct offer *offer, struct canvas *canvas, int row, struct area area, int at,
                         int cols)
{
    const char *reasons = cols < BRIEF_BELOW ? offer->brief : offer->reasons;
    enum role role = !offer->fit ? ROLE_ERROR : *reasons ? ROLE_WARNING : ROLE_GOOD;
    draw_cell(canvas, row, area, at, cols, role,
              *reasons     ? reasons
              : offer->fit ? _("fits")
                           : _("does not fit"));
}

static void draw_offer(const struct offers *offers, const struct offer *offer, int digit,
                       struct canvas *canvas, int row, struct area area)
{
    struct layout layout = lay_out(area.cols);
    char text[AGE_TEXT_SIZE], key[2] = {(char)('0' + digit), '\0'};
    bool sending = offers->sending == offer->vehicle_id;
    enum role role = sending ? ROLE_PENDING : offer->fit ? ROLE_NORMAL : ROLE_DIM;
    draw_cell(canvas, row, area, 0, 1, ROLE_KEY, sending ? "…" : key);
    for (int i = 0; i < COL_REASONS; i++)
        draw_cell(canvas, row, area, layout.at[i], layout.cols[i], role,
                  cell(offers, offer, (enum column)i, text, sizeof(text)));
    if (layout.cols[COL_REASONS] >= REASONS_LEAST)
        draw_reasons(offer, canvas, row, area, layout.at[COL_REASONS], layout.cols[COL_REASONS]);
}

static void draw_head(struct canvas *canvas, struct area area)
{
    struct layout layout = lay_out(area.cols);
    for (int i = 0; i < COLUMNS; i++)
        if (i != COL_REASONS || layout.cols[i] >= REASONS_LEAST)
            draw_cell(canvas, area.row, area, layout.at[i], layout.cols[i], ROLE_HEAD, _(rows[i].title));
}

/* Where the reasons have no column each offer takes a second line for them, when there is room. */
static int rows_each(const struct offers *offers, struct area area)
{
    size_t shown = MIN(offers->rows.count - offers->first, (size_t)OFFERS_KEYS);
    return lay_out(area.cols).cols[COL_REASONS] < 14 && (int)shown * 2 < area.rows ? 2 : 1;
}

static void draw_rows(const struct offers *offers, struct canvas *canvas, struct area area)
{
    int each = rows_each(offers, area), row = area.row + 1, end = area.row + area.rows;
    for (int digit = 1; digit <= OFFERS_KEYS && row < end; digit++, row += each) {
        size_t at = offers->first + (size_t)digit - 1;
        if (at >= offers->rows.count)
            return;
        const struct offer *offer = &offers->rows.items[at];
        draw_offer(offers, offer, digit, canvas, row, area);
        if (each == 2 && row + 1 < end)
            draw_cell(canvas, row + 1, area, KEY_COLS, area.cols - KEY_COLS,
                      offer->fit ? ROLE_DIM : ROLE_WARNING, offer->reasons);
    }
}

void offers_draw(const struct offers *offers, struct canvas *canvas, struct area area)
{
    bool right = offers->shown_for == offers->order_id;
    struct area below = {area.row + 1, area.col + KEY_COLS, area.rows - 1, area.cols - KEY_COLS};
    draw_head(canvas, area);
    if (offers->order_id == NIL)
        return;
    if (!right)
        canvas_put(canvas, below.row, below.col, below.cols, ROLE_DIM, "…");
    else if (offers->trouble)
        canvas_paragraph(canvas, below, ROLE_ERROR, offers->trouble, 0);
    else if (!offers->rows.count)
        canvas_put(canvas, below.row, below.col, below.cols, ROLE_DIM, _("No vehicle"));
    else
        draw_rows(offers, canvas, area);
}

void offers_plain(const struct offers *offers, struct str *out)
{
    char distance[24], eta[AGE_TEXT_SIZE];
    if (offers->order_id == NIL || offers->shown_for != offers->order_id)
        return;
    if (offers->trouble)
        str_addf(out, "%s\n", offers->trouble);
    for (int digit = 1; digit <= OFFERS_KEYS; digit++) {
        const struct offer *offer = offers_at(offers, digit);
        if (!offer)
            return;
        str_addf(out, "%s %d: %s, %s, %s, %s %s, %s %" PRId64 ", %s\n", _("Send vehicle"), digit,
                 offer->plate ? offer->plate : "", offer->driver ? offer->driver : _("nobody"),
                 offer_distance(distance, sizeof(distance), offer->distance_m), _("ETA"),
                 offer->eta_s == NIL ? "?" : age_print(eta, sizeof(eta), offer->eta_s), _("Load"),
                 offer->load == NIL ? 0 : offer->load,
                 offer->reasons && *offer->reasons ? offer->reasons
                 : offer->fit                      ? _("fits")
                                                   : _("does not fit"));
    }
}
