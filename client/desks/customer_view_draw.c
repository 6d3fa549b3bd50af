/* What is known of the customer above, his records below. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utf8.h"
#include "client/desks/customer_view-private.h"
#include "client/desks/order.h"
#include "client/desks/panel.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"

enum { LABEL_COLS = 12, TWO_COLUMNS_FROM = 72, FACTS_MOST = 9 };

/* ---- the facts */

static void add_fact(const struct customer_view *view, struct panel *panel, const char *name, enum role role)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct field *field = view->entity ? catalogue_field(view->entity, name) : NULL;
    const json_t *row = json_object_get(view->answer, "customer");
    if (field && row)
        panel_value(panel, _(field->label), role, value_show_row(view->app, arena, field, row));
}

static void add_plates(const struct customer_view *view, struct panel *panel)
{
    struct str text cleanup(cleanup_str);
    const json_t *plates = json_object_get(view->answer, "plates"), *plate;
    size_t i;
    str_init(&text, NULL);
    json_array_foreach(plates, i, plate) str_addf(&text, "%s%s", i ? "  " : "", json_string_value(plate));
    panel_value(panel, _("Cars"), ROLE_NORMAL, text.data);
}

static void add_contacts(const struct customer_view *view, struct panel *panel)
{
    struct str text cleanup(cleanup_str);
    const json_t *contacts = json_object_get(view->answer, "contacts"), *contact;
    size_t i;
    str_init(&text, NULL);
    json_array_foreach(contacts, i, contact)
    {
        str_addf(&text, "%s%s", i ? " · " : "", order_text(contact, "name"));
        if (*order_text(contact, "phone"))
            str_addf(&text, " %s", order_text(contact, "phone"));
    }
    panel_value(panel, _("Contacts"), ROLE_NORMAL, text.data);
}

static void write_person(const struct customer_view *view, struct panel *panel)
{
    static const char *const names[] = {"kind", "phone", "phone2", "email"};
    for (size_t i = 0; i < array_len(names); i++)
        add_fact(view, panel, names[i], ROLE_NORMAL);
    add_contacts(view, panel);
    add_plates(view, panel);
    add_fact(view, panel, "district", ROLE_NORMAL);
    add_fact(view, panel, "address", ROLE_NORMAL);
    add_fact(view, panel, "code", ROLE_DIM);
    add_fact(view, panel, "branch_id", ROLE_DIM);
}

static void add_amount(const struct customer_view *view, struct panel *panel, const char *label,
                       const char *name, enum role role)
{
    char text[MONEY_TEXT_SIZE];
    int64_t fen = order_number(json_object_get(view->answer, "balance"), name);
    if (fen != NIL)
        panel_value(panel, label, fen ? role : ROLE_DIM, money_print(text, sizeof(text), fen));
}

/* Of the ratings at hand: the newest. */
static void add_rating(const struct customer_view *view, struct panel *panel)
{
    int64_t sum = 0, count = 0;
    for (size_t part = 0; customer_part(view, part); part++) {
        const json_t *rows = json_object_get(customer_part(view, part), "rows"), *row;
        size_t i;
        if (strcmp(order_text(customer_part(view, part), "entity"), "rating") != 0)
            continue;
        json_array_foreach(rows, i, row)
        {
            sum += order_number(row, "score");
            count++;
        }
    }
    char text[64];
    if (!count)
        return;
    snprintf(text, sizeof(text), "%.1f (%" PRId64 ")", (double)sum / (double)count, count);
    panel_value(panel, _("Ratings"), sum < 3 * count ? ROLE_WARNING : ROLE_NORMAL, text);
}

static void write_money(const struct customer_view *view, struct panel *panel)
{
    static const char *const names[] = {"credit_limit_fen", "settlement", "terms_days", "result_required",
                                        "language"};
    const json_t *row = json_object_get(view->answer, "customer");
    add_amount(view, panel, _("Owes us"), "receivable_fen", ROLE_WARNING);
    add_amount(view, panel, _("Paid ahead"), "advance_fen", ROLE_GOOD);
    add_rating(view, panel);
    for (size_t i = 0; i < array_len(names); i++)
        add_fact(view, panel, names[i], ROLE_NORMAL);
    add_fact(view, panel, "opted_out", order_truth(row, "opted_out") ? ROLE_WARNING : ROLE_NORMAL);
    add_fact(view, panel, "remarks", ROLE_NORMAL);
}

typedef void writer(const struct customer_view *view, struct panel *panel);

static void write_all(const struct customer_view *view, struct panel *panel)
{
    write_person(view, panel);
    write_money(view, panel);
}

static int lines_of(const struct customer_view *view, writer *write, struct area area)
{
    struct panel panel;
    panel_begin(&panel, NULL, area, LABEL_COLS, 0);
    write(view, &panel);
    return panel.line;
}

static void draw_panel(struct customer_view *view, struct canvas *canvas, struct area area, writer *write)
{
    struct panel panel;
    panel_begin(&panel, canvas, area, LABEL_COLS, view->scroll);
    write(view, &panel);
}

/* The rows used. */
static int draw_facts(struct customer_view *view, struct canvas *canvas, struct area body)
{
    bool two = body.cols >= TWO_COLUMNS_FROM;
    int most = view->facts_only ? body.rows : MIN(MAX(body.rows / 3, 3), (int)FACTS_MOST);
    struct area left = {body.row, body.col, most, two ? body.cols / 2 - 1 : body.cols};
    struct area right = {body.row, body.col + body.cols / 2 + 1, most, body.cols - body.cols / 2 - 1};
    writer *first = two ? write_person : write_all;
    int lines = lines_of(view, first, left);
    if (two)
        lines = MAX(lines, lines_of(view, write_money, right));
    view->scroll = view->facts_only ? MAX(MIN(view->scroll, lines - most), 0) : 0;
    draw_panel(view, canvas, left, first);
    if (two)
        draw_panel(view, canvas, right, write_money);
    return view->facts_only ? body.rows : MIN(lines, most);
}

/* ---- the kinds */

static void add_count(const json_t *part, struct str *out)
{
    size_t count =
        json_array_size(json_object_get(part, "rows")) + json_array_size(json_object_get(part, "elsewhere"));
    bool more = order_truth(part, "more") || order_truth(part, "more_elsewhere");
    str_addf(out, " %zu%s", count, more ? "+" : "");
}

static const char *kind_label(const struct customer_view *view, size_t index, struct str *out)
{
    const struct catalogue_entity *entity = customer_part_entity(view, index);
    str_add(out,
            entity && entity->plural ? _(entity->plural) : order_text(customer_part(view, index), "entity"));
    add_count(customer_part(view, index), out);
    return out->data;
}

static int draw_kind(struct canvas *canvas, struct area line, int col, size_t number, const char *label,
                     bool now)
{
    char key[8];
    snprintf(key, sizeof(key), "%zu", number);
    int end = line.col + line.cols;
    col += canvas_put(canvas, line.row, col, end - col, ROLE_KEY, key) + 1;
    return col + canvas_put(canvas, line.row, col, end - col, now ? ROLE_STEP_NOW : ROLE_STEP_LATER, label) +
           2;
}

/* "0 All  1 Rescue orders 3  2 Messages 20+ …" */
static void draw_kinds(const struct customer_view *view, struct canvas *canvas, struct area line)
{
    int col = draw_kind(canvas, line, line.col, 0, _("All"), view->part == 0);
    for (size_t i = 0; customer_part(view, i) && col < line.col + line.cols; i++) {
        struct str label cleanup(cleanup_str);
        str_init(&label, NULL);
        col = draw_kind(canvas, line, col, i + 1, kind_label(view, i, &label), view->part == i + 1);
    }
}

void customer_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct customer_view *view = customer_view_of(screen);
    if (!view->answer) {
        canvas_put(canvas, body.row, body.col, body.cols, view->trouble ? ROLE_ERROR : ROLE_DIM,
                   view->trouble ? view->trouble : "…");
        return;
    }
    int used = draw_facts(view, canvas, body);
    if (view->facts_only)
        return;
    struct area line = {body.row + used, body.col, 1, body.cols};
    draw_kinds(view, canvas, line);
    struct area list = {line.row + 1, body.col, body.rows - used - 1, body.cols};
    table_draw(&view->table, canvas, list, true);
}

/* ---- for the ear */

static void write_text(struct customer_view *view, struct str *out)
{
    struct panel panel;
    panel_begin_plain(&panel, out);
    if (view->trouble)
        panel_text(&panel, ROLE_ERROR, view->trouble);
    if (!view->answer)
        return;
    write_all(view, &panel);
    for (size_t i = 0; customer_part(view, i); i++) {
        struct str label cleanup(cleanup_str);
        str_init(&label, NULL);
        str_addf(out, _("key %c: %s"), (int)('1' + i), kind_label(view, i, &label));
        str_add(out, view->part == i + 1 ? _(" (here)\n") : "\n");
    }
}

void customer_linear(struct screen *screen, struct linear *linear)
{
    struct customer_view *view = customer_view_of(screen);
    write_text(view, &linear->text);
    linear_table(linear, &view->table);
}

void customer_plain(struct screen *screen, struct str *out)
{
    struct customer_view *view = customer_view_of(screen);
    write_text(view, out);
    table_plain(&view->table, out);
}
