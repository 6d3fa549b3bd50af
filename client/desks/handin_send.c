/* Taking a hand-in: what was counted, how it came, and the paper over the orders it is of. */
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "client/desks/handin-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"
#include "model/catalogue.h"

static const char *const names[] = {"counted_fen", "method", "short_reason", "remarks"};

int64_t handin_sum(const json_t *orders)
{
    int64_t sum = 0;
    size_t i;
    const json_t *order;
    json_array_foreach(orders, i, order) sum += order_number(order, "held_fen");
    return sum;
}

/* What was counted, laid on the orders one after the other: the last one it reaches may get a part. */
json_t *handin_lines(const json_t *orders, int64_t counted)
{
    json_t *lines = json_array();
    size_t i;
    const json_t *order;
    json_array_foreach(orders, i, order)
    {
        int64_t part = MIN(order_number(order, "held_fen"), counted);
        if (part <= 0)
            continue;
        json_array_append_new(lines,
                              json_pack("{s:I, s:I}", "order_id", (json_int_t)order_number(order, "order_id"),
                                        "amount_fen", (json_int_t)part));
        counted -= part;
    }
    return lines;
}

static void say_taken(struct handin_desk *desk, const json_t *answer)
{
    char money[MONEY_TEXT_SIZE], above[MONEY_TEXT_SIZE];
    int64_t over = order_number(answer, "over_fen");
    money_print(money, sizeof(money), order_number(answer, "amount_fen"));
    if (over > 0)
        ui_say(desk->app->ui, ROLE_GOOD, _("Handed in: %s and %s above it, receipt %s"), money,
               money_print(above, sizeof(above), over), order_text(answer, "number"));
    else
        ui_say(desk->app->ui, ROLE_GOOD, _("Handed in: %s, receipt %s"), money, order_text(answer, "number"));
}

bool handin_answered(struct handin_desk *desk, const char *kind, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct catalogue_entity *entity = catalogue_entity(desk->app->catalogue, kind);
    const char *field = json_string_value(json_object_get(answer->object, "field"));
    desk->sent = false;
    if (answer->code == ERR_INVALID && ui_find(desk->app->ui, desk->dialog)) {
        sheet_dialog_accuse(desk->app, desk->dialog, field, answer_text(arena, entity, answer));
        return false;
    }
    sheet_dialog_close(desk->app, desk->dialog);
    handin_read(desk);
    if (answer->code != ERR_NONE) {
        answer_say(desk->app, entity, answer);
        return false;
    }
    desk->last_id = order_number(answer->object, "id");
    desk->last_kind = kind;
    table_unmark_all(&desk->order_table);
    return true;
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    (void)screen;
    if (handin_answered(context, "handin", answer))
        say_taken(context, answer->object);
}

/* NULL: it may be so. Above what he holds it is kept as pending, with its reason, when nothing of his is left to lay it on. */
static const char *wrong_count(const struct handin_desk *desk, int64_t counted, const char *reason)
{
    if (counted <= 0)
        return _("Say what was counted");
    if (counted <= desk->expected_fen)
        return NULL;
    if (!desk->of_all)
        return _("More than these orders make: take all that he holds together");
    return *reason ? NULL : _("More than he holds: say why, or note first on its order what else he took");
}

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct handin_desk *desk = context;
    int64_t counted = order_number(values, "counted_fen");
    (void)below;
    desk->dialog = dialog;
    const char *wrong = wrong_count(desk, counted, order_text(values, "short_reason"));
    if (wrong) {
        bool more = counted > desk->expected_fen && desk->of_all;
        sheet_dialog_accuse(desk->app, dialog, more ? "short_reason" : "counted_fen", wrong);
        json_decref(values);
        return;
    }
    if (counted > desk->expected_fen)
        json_object_set_new(values, "over_fen", json_integer(counted - desk->expected_fen));
    json_object_set_new(values, "lines", handin_lines(desk->meant, counted));
    desk->sent = true;
    ask(desk->app, &desk->screen, "handin.create", values, CALL_CHANGES, NULL, on_answer, desk);
}

static size_t take_fields(struct handin_desk *desk)
{
    const struct catalogue_entity *entity = catalogue_entity(desk->app->catalogue, "handin");
    size_t count = 0;
    for (size_t i = 0; entity && i < array_len(names); i++) {
        const struct field *field = catalogue_field(entity, names[i]);
        if (!field)
            continue;
        desk->fields[count] = *field;
        desk->fields[count].readonly = false;
        desk->fields[count].required |= i == 0;
        count++;
    }
    return count;
}

void handin_ask(struct handin_desk *desk, const char *title, const char *what_follows, size_t nfields,
                const json_t *values, sheet_submit *submit)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char money[MONEY_TEXT_SIZE];
    const char *holds =
        arena_printf(arena, _("%s holds %s of %zu orders."), order_text(handin_driver(desk), "driver"),
                     money_print(money, sizeof(money), desk->expected_fen), json_array_size(desk->meant));
    desk->dialog =
        sheet_dialog_open(desk->app, &desk->screen,
                          &(struct sheet_dialog){.title = title,
                                                 .text = arena_printf(arena, "%s\n%s", holds, what_follows),
                                                 .fields = desk->fields,
                                                 .nfields = nfields,
                                                 .values = values,
                                                 .whole = true,
                                                 .submit = submit,
                                                 .context = desk});
}

bool handin_expect(struct handin_desk *desk)
{
    if (!handin_driver(desk) || !json_array_size(desk->orders) || desk->sent)
        return false;
    json_decref(desk->meant);
    desk->meant = handin_chosen(desk);
    desk->expected_fen = handin_sum(desk->meant);
    desk->of_all = json_array_size(desk->meant) == json_array_size(desk->orders);
    return true;
}

unsigned handin_take(struct handin_desk *desk)
{
    if (!app_may(desk->app, "handin.create") || !handin_expect(desk))
        return SCREEN_BELL;
    json_t *values = json_pack("{s:s}", "method", "cash");
    handin_ask(desk, _("Hand-in"),
               _("Less was counted: it is laid on the oldest first, and the reason is asked. More: it is "
                 "kept apart until it is known whose it is."),
               take_fields(desk), values, on_submit);
    json_decref(values);
    return SCREEN_REDRAW;
}
