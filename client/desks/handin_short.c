/* Settling what is missing of a driver's money: who bears it and why, over the orders it is of. */
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "client/desks/handin-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"
#include "model/catalogue.h"

static const struct field amount = {
    .name = "missing_fen",
    .label = N_("Missing"),
    .type = FIELD_FEN,
    .required = true,
    .help = N_("What is missing, at most what he holds of these orders; it is laid on the oldest first."),
};

bool handin_may_settle(const struct handin_desk *desk)
{
    return json_array_size(desk->orders) > 0 && app_may(desk->app, "shortage.create");
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct handin_desk *desk = context;
    char money[MONEY_TEXT_SIZE];
    (void)screen;
    if (!handin_answered(desk, "shortage", answer))
        return;
    ui_say(desk->app->ui, ROLE_GOOD,
           order_is(answer->object, "asked") ? _("Asked for: %s, paper %s waits for a second person")
                                             : _("Settled: %s, paper %s"),
           money_print(money, sizeof(money), order_number(answer->object, "amount_fen")),
           order_text(answer->object, "number"));
}

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct handin_desk *desk = context;
    int64_t missing = order_number(values, amount.name);
    (void)below;
    desk->dialog = dialog;
    if (missing <= 0 || missing > desk->expected_fen) {
        sheet_dialog_accuse(desk->app, dialog, amount.name,
                            missing <= 0 ? _("Say what is missing")
                                         : _("He does not hold as much of these orders"));
        json_decref(values);
        return;
    }
    json_object_del(values, amount.name);
    json_object_set_new(values, "lines", handin_lines(desk->meant, missing));
    desk->sent = true;
    ask(desk->app, &desk->screen, "shortage.create", values, CALL_CHANGES, NULL, on_answer, desk);
}

static size_t fields_of(struct handin_desk *desk)
{
    static const char *const names[] = {"settled_by", "short_reason", "remarks"};
    const struct catalogue_entity *entity = catalogue_entity(desk->app->catalogue, "shortage");
    size_t count = 0;
    desk->fields[count++] = amount;
    for (size_t i = 0; entity && i < array_len(names); i++) {
        const struct field *field = catalogue_field(entity, names[i]);
        if (field)
            desk->fields[count++] = *field;
    }
    return count;
}

unsigned handin_settle(struct handin_desk *desk)
{
    if (!handin_may_settle(desk))
        return SCREEN_UNUSED;
    if (!handin_expect(desk))
        return SCREEN_BELL;
    json_t *values = json_pack("{s:I}", amount.name, (json_int_t)desk->expected_fen);
    handin_ask(desk, _("Settle what is missing"), _("What is settled he owes no more."), fields_of(desk),
               values, on_submit);
    json_decref(values);
    return SCREEN_REDRAW;
}
