/* The stages above, the orders of one at the left, and all facts of the one under the cursor at the right. */
#include <inttypes.h>
#include <string.h>

#include "base/money.h"
#include "base/utf8.h"
#include "client/desks/onestop-private.h"
#include "client/desks/order.h"
#include "client/desks/panel.h"
#include "client/desks/price_parts.h"
#include "client/ui/flow.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/choices_of.h"
#include "client/views/value_text.h"

enum { BESIDE_FROM = 72, LABEL_LEAST = 10, LABEL_MOST = 14, DOCUMENTS = 50, DAY_COLS = 10 };

/* ---- the documents */

static void on_documents(struct screen *screen, const struct answer *answer, void *context)
{
    struct onestop *desk = context;
    (void)screen;
    desk->asked_documents = 0;
    json_decref(desk->documents);
    desk->documents =
        answer->code == ERR_NONE ? json_deep_copy(json_object_get(answer->object, "rows")) : NULL;
    desk->documents_of = desk->record.id;
}

void onestop_ask_documents(struct screen *screen, const json_t *row)
{
    struct onestop *desk = onestop_of(screen);
    if (!app_may(desk->app, "document.list"))
        return;
    if (desk->asked_documents)
        ask_cancel(desk->app, desk->asked_documents);
    json_t *args =
        json_pack("{s:{s:s, s:I}, s:[s], s:i}", "filter", "entity", "rescue", "row_id",
                  (json_int_t)order_number(row, "id"), "sort", "created_at", "limit", (int)DOCUMENTS);
    desk->asked_documents =
        ask(desk->app, screen, "document.list", args, CALL_READ, NULL, on_documents, desk);
}

/* ---- the facts */

static const char *show(const struct onestop *desk, struct arena *arena, const json_t *row, const char *name)
{
    const struct field *field = catalogue_field(desk->jobs.entity, name);
    return field ? value_show_row(desk->app, arena, field, row) : "";
}

static void add_values(const struct onestop *desk, struct panel *panel, const json_t *row,
                       const char *const names[])
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; names[i]; i++) {
        const struct field *field = catalogue_field(desk->jobs.entity, names[i]);
        bool no = json_is_false(json_object_get(row, names[i]));
        if (field && !no)
            panel_value(panel, _(field->label), ROLE_NORMAL, show(desk, arena, row, names[i]));
    }
}

static const struct field *item_code(const struct onestop *desk)
{
    const struct field *items = catalogue_field(desk->jobs.entity, "items");
    for (size_t i = 0; items && i < items->nline_fields; i++)
        if (strcmp(items->line_fields[i].name, "code") == 0)
            return &items->line_fields[i];
    return NULL;
}

static void add_amount(struct panel *panel, enum role role, const char *label, int64_t fen)
{
    char text[MONEY_TEXT_SIZE];
    if (fen != NIL)
        panel_pair(panel, role, label, money_print(text, sizeof(text), fen));
}

static void add_price(const struct onestop *desk, struct panel *panel, const json_t *row)
{
    json_t *parts = price_parts_of(json_object_get(row, "price_parts"));
    int64_t price = order_number(row, "price_fen"), proposal = order_number(row, "proposal_fen"),
            rest = order_rest_fen(row);
    panel_gap(panel);
    panel_head(panel, _("Price"));
    price_parts_draw(desk->app, panel, parts, item_code(desk), _("Proposal"), proposal);
    json_decref(parts);
    add_amount(panel, ROLE_DIM, _("Estimate"), order_number(row, "estimate_fen"));
    add_amount(panel, price != NIL && proposal != NIL && price != proposal ? ROLE_WARNING : ROLE_NORMAL,
               _("Price set"), price);
    add_amount(panel, ROLE_NORMAL, _("Received"), order_number(row, "received_fen"));
    add_amount(panel, rest > 0 ? ROLE_WARNING : ROLE_GOOD, _("Rest"), rest);
    add_amount(panel, ROLE_DIM, _("Cost"), order_number(row, "cost_fen"));
    add_amount(panel, ROLE_DIM, _("Commission"), order_number(row, "commission_fen"));
    if (order_number(row, "handed_fen") > 0)
        add_amount(panel, ROLE_NORMAL, _("Handed in"), order_number(row, "handed_fen"));
}

/* Below a payer: how his part is reckoned and comes in, and what came. */
static void add_payer_more(const struct onestop *desk, struct panel *panel, struct arena *arena,
                           const json_t *charge)
{
    const struct field *method = catalogue_field(desk->jobs.entity, "method"),
                       *asked = catalogue_field(desk->jobs.entity, "asked_reason");
    bool share = order_number(charge, "share_bp") != NIL, amount = order_number(charge, "share_fen") != NIL;
    const char *by = share                                                   ? _("by share")
                     : json_array_size(json_object_get(charge, "parts")) > 0 ? _("by parts")
                     : amount                                                ? ""
                                                                             : _("the rest");
    const char *how = method ? choice_label(desk->app, method, order_text(charge, "method")) : "";
    char received[MONEY_TEXT_SIZE] = "";
    if (order_number(charge, "received_fen") > 0)
        money_print(received, sizeof(received), order_number(charge, "received_fen"));
    if (*by || *how || *received)
        panel_pair(panel, ROLE_DIM,
                   arena_printf(arena, "  %s%s%s%s%s", by, *by && *how ? " · " : "", how,
                                *received ? " · " : "", *received ? _("Received") : ""),
                   received);
    if (asked && *order_text(charge, "asked_reason"))
        panel_text(panel, ROLE_WARNING,
                   arena_printf(arena, _("To be approved: %s"),
                                choice_label(desk->app, asked, order_text(charge, "asked_reason"))));
}

static void add_payers(const struct onestop *desk, struct panel *panel, const json_t *row)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *charges = json_object_get(row, "charges"), *charge;
    const struct field *state = catalogue_field(desk->jobs.entity, "money_state");
    size_t i;
    if (json_array_size(charges) < 2 && !*order_text(row, "asked_reason"))
        return;
    panel_gap(panel);
    panel_head(panel, _("Payers"));
    json_array_foreach(charges, i, charge)
    {
        char amount[MONEY_TEXT_SIZE];
        const char *words = state ? choice_label(desk->app, state, order_text(charge, "money_state")) : "";
        panel_pair(panel, ROLE_NORMAL,
                   arena_printf(arena, "%s · %s", order_text(charge, "payer_label"), words),
                   money_print(amount, sizeof(amount), order_number(charge, "amount_fen")));
        add_payer_more(desk, panel, arena, charge);
    }
}

/* "Receipt 11-20 Bank transfer RC…": the year is in the number. */
static const char *document_line(const struct onestop *desk, struct arena *arena, const json_t *document)
{
    static const char *const names[] = {"kind", "day", "method", "number"};
    const struct catalogue_entity *entity = catalogue_entity(desk->app->catalogue, "document");
    struct str out;
    str_init(&out, arena);
    for (size_t i = 0; entity && i < array_len(names); i++) {
        const struct field *field = catalogue_field(entity, names[i]);
        const char *text = field ? value_show_row(desk->app, arena, field, document) : "";
        if (strcmp(names[i], "day") == 0 && strlen(text) == DAY_COLS)
            text += strlen("2026-");
        str_addf(&out, "%s%s", out.len && *text ? " " : "", text);
    }
    return out.data;
}

static void add_documents(const struct onestop *desk, struct panel *panel)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    size_t i;
    const json_t *document;
    if (desk->documents_of != desk->record.id || !json_array_size(desk->documents))
        return;
    panel_gap(panel);
    panel_head(panel, _("Documents"));
    json_array_foreach(desk->documents, i, document)
    {
        char amount[MONEY_TEXT_SIZE];
        panel_pair(panel, order_number(document, "amount_fen") < 0 ? ROLE_ERROR : ROLE_NORMAL,
                   document_line(desk, arena, document),
                   money_print(amount, sizeof(amount), order_number(document, "amount_fen")));
    }
}

static void draw_flow(const struct onestop *desk, struct canvas *canvas, struct area area, const json_t *row)
{
    const struct field *field = catalogue_field(desk->jobs.entity, "money_state");
    const char *labels[8];
    int count = 0, now = -1;
    for (const struct choice *choice = field ? field->choices : NULL; choice && choice->code && count < 8;
         choice++) {
        if (strcmp(choice->code, order_text(row, "money_state")) == 0)
            now = count;
        labels[count++] = choice_words(desk->app, choice);
    }
    flow_draw(canvas, area.row, area.col, area.cols, labels, count, now);
}

/* The whole record, or what the list says of it until that is here; NULL: there is none. */
static const json_t *row_of(struct onestop *desk)
{
    const struct job *job = jobs_current(&desk->jobs);
    const json_t *full = record_row(&desk->record);
    return full ? full : job ? job->row : NULL;
}

static void write_facts(void *context, struct panel *panel)
{
    static const char *const facts[] = {
        "customer_id",    "principal", "external_number", "policy_number", "service",     "place",
        "destination",    "plate",     "vehicle_id",      "driver_id",     "supplier_id", "arrived_at",
        "done_at",        "km",        "taken_fen",       "taken_method",  "method",      "result",
        "result_remarks", "remarks",   "clear_reason",    "statement",     "onestop",     NULL};
    static const char *const people[] = {"created_by",  "audited_by", "priced_by",
                                         "received_by", "cleared_by", NULL};
    struct onestop *desk = context;
    const json_t *row = row_of(desk);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    panel_text(panel, desk->in_panel ? ROLE_SELECT : ROLE_HEAD,
               arena_printf(arena, "%s · %s", order_text(row, "number"), show(desk, arena, row, "state")));
    add_price(desk, panel, row);
    add_payers(desk, panel, row);
    add_documents(desk, panel);
    panel_gap(panel);
    panel_head(panel, _("Job"));
    add_values(desk, panel, row, facts);
    panel_gap(panel);
    panel_head(panel, _("By whom"));
    add_values(desk, panel, row, people);
}

static void draw_facts(struct onestop *desk, struct canvas *canvas, struct area area)
{
    struct area text = {area.row + 1, area.col, area.rows - 1, area.cols};
    int label_cols = MAX(MIN(area.cols / 4, (int)LABEL_MOST), (int)LABEL_LEAST);
    const json_t *row = row_of(desk);
    if (!row)
        return;
    draw_flow(desk, canvas, area, row);
    panel_draw(canvas, text, label_cols, &desk->scroll, write_facts, desk);
}

/* "[1] Not audited 12  [2] Audited 3 …" */
static void draw_stages(const struct onestop *desk, struct canvas *canvas, struct area area)
{
    const struct field *field = desk->jobs.entity ? catalogue_field(desk->jobs.entity, "money_state") : NULL;
    int col = area.col;
    for (size_t i = 0; field && i < ONESTOP_STAGES; i++) {
        struct arena *arena cleanup(cleanup_arena) = arena_create(0);
        const char *label = choice_label(desk->app, field, onestop_stages[i].state);
        char key[2] = {onestop_stages[i].key, '\0'};
        const char *count = i < ONESTOP_COUNTED && desk->counts[i] != NIL
                                ? arena_printf(arena, " %" PRId64, desk->counts[i])
                                : "";
        enum role role = i == desk->stage ? ROLE_STEP_NOW : ROLE_STEP_LATER;
        col += canvas_put(canvas, area.row, col, area.col + area.cols - col, ROLE_KEY, key) + 1;
        col += canvas_put(canvas, area.row, col, area.col + area.cols - col, role,
                          i == desk->stage ? arena_printf(arena, "[%s%s]", label, count)
                                           : arena_printf(arena, "%s%s", label, count)) +
               2;
    }
}

void onestop_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct onestop *desk = onestop_of(screen);
    draw_stages(desk, canvas, body);
    struct area list = {body.row + 1, body.col, body.rows - 1, body.cols}, facts = list;
    if (body.cols < BESIDE_FROM) {
        list.rows = MAX(body.rows / 3, 4);
        facts.row = list.row + list.rows;
        facts.rows = body.rows - 1 - list.rows;
    } else {
        list.cols = body.cols * 45 / 100;
        facts.col = body.col + list.cols + 2;
        facts.cols = body.cols - list.cols - 2 - (body.cols > 80);
        canvas_fill(canvas, (struct area){list.row, list.col + list.cols, list.rows, 1}, ROLE_BORDER, L'│');
    }
    table_draw(&desk->jobs.table, canvas, list, !desk->in_panel);
    draw_facts(desk, canvas, facts);
}

void onestop_linear(struct screen *screen, struct linear *linear)
{
    struct onestop *desk = onestop_of(screen);
    const struct field *field = desk->jobs.entity ? catalogue_field(desk->jobs.entity, "money_state") : NULL;
    struct panel panel;
    for (size_t i = 0; field && i < ONESTOP_STAGES; i++) {
        str_addf(&linear->text, _("key %c: %s"), onestop_stages[i].key,
                 choice_label(desk->app, field, onestop_stages[i].state));
        if (i < ONESTOP_COUNTED && desk->counts[i] != NIL)
            str_addf(&linear->text, " %" PRId64, desk->counts[i]);
        str_add(&linear->text, i == desk->stage ? _(" (here)\n") : "\n");
    }
    panel_begin_plain(&panel, &linear->text);
    if (record_row(&desk->record) && jobs_current(&desk->jobs))
        write_facts(desk, &panel);
    linear_table(linear, &desk->jobs.table);
    linear->looks = true;
}
