/* The intake of orders: what a call-taker types while talking, with the price and what is known of the caller beside it. */
#include "client/desks/desks.h"

#include <stdlib.h>

#include "client/desks/call-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "client/views/sheet_linear.h"

/* Another order on the road, or a notice, may be the caller's. */
static void on_events(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    caller_ask_again(&call_of(screen)->caller);
}

static void opened(struct screen *screen)
{
    struct call *call = call_of(screen);
    live_watch(call->app->live, screen, "rescue", on_events);
    if (app_may(call->app, "order_notice.list"))
        live_watch(call->app->live, screen, "order_notice", on_events);
    call_read_places(call);
    call_facts_changed(call);
}

static void first_live(void *context, const json_t *order, enum caller_fact same)
{
    int64_t *id = context;
    (void)same;
    if (*id == NIL)
        *id = order_number(order, "id");
}

/* The order of the warning, else the one saved last. */
static int64_t shown_order(struct call *call)
{
    int64_t id = NIL;
    if (call->other_id != NIL)
        return call->other_id;
    caller_live(&call->caller, first_live, &id);
    return id == NIL ? call->saved_id : id;
}

static void first_notice(void *context, const json_t *notice)
{
    int64_t *id = context;
    if (*id == NIL)
        *id = order_number(notice, "id");
}

/* That waits, and may be this very job: before any order. */
static int64_t shown_notice(struct call *call)
{
    int64_t id = NIL;
    caller_notices(&call->caller, first_notice, &id);
    return id;
}

static unsigned show_order(struct call *call)
{
    int64_t notice = shown_notice(call), id = shown_order(call);
    const struct catalogue_entity *entity = catalogue_entity(call->app->catalogue, "order_notice");
    if (notice != NIL && entity) {
        form_open(call->app, entity, notice);
        return SCREEN_REDRAW;
    }
    if (id == NIL)
        return SCREEN_BELL;
    form_open(call->app, call->entity, id);
    return SCREEN_REDRAW;
}

static void on_leave(void *context, const struct dialog_answer *answer)
{
    struct call *call = context;
    if (answer->key == 'y')
        ui_close(call->app->ui, &call->screen);
}

static enum screen_wait waiting(struct screen *screen)
{
    return sheet_waiting(&call_of(screen)->sheet);
}

static bool may_close(struct screen *screen)
{
    struct call *call = call_of(screen);
    sheet_commit(&call->sheet);
    if (!call->saving && !sheet_dirty(&call->sheet))
        return true;
    call->question = dialog_yes_no(call->app->ui, _("New rescue order"),
                                   _("The order is not saved. Leave it?"), true, on_leave, call);
    return false;
}

static unsigned command(struct call *call, int code)
{
    switch (code) {
    case K_SAVE: call_save(call); return SCREEN_REDRAW;
    case K_NEW:
        if (call_customer_offered(call))
            call_new_customer(call);
        else
            open_desk(call->app, &call_desk, OPEN_TASK);
        return SCREEN_REDRAW;
    case K_NEXT: return show_order(call);
    case K_CTRL('F'):
        if (!call_copy_all_offered(call))
            return SCREEN_BELL;
        call_copy_all(call);
        return SCREEN_REDRAW;
    case K_CTRL('G'):
        if (!call_payers_offered(call))
            return SCREEN_BELL;
        call_payers_open(call);
        return SCREEN_REDRAW;
    case K_PREVIOUS: return call_show_customer(call) ? SCREEN_REDRAW : SCREEN_BELL;
    case K_VIEW: call->panel_only = !call->panel_only; return SCREEN_REDRAW;
    case K_REFRESH:
        free(call->priced);
        call->priced = NULL;
        caller_ask_again(&call->caller);
        call_facts_changed(call);
        return SCREEN_REDRAW;
    case K_CTRL('D'):
        if (!call_copy_offered(call))
            return SCREEN_BELL;
        call_copy_field(call);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct call *call = call_of(screen);
    unsigned flags = SCREEN_UNUSED;
    call->jumping = false;
    if (key->code == K_LOOKUP && call_place_offered(call)) {
        call_find_place(call);
        return SCREEN_REDRAW;
    }
    bool moves = key->code != K_SAVE && key->code != K_NEW && key->code != K_CTRL('D') &&
                 key->code != K_CTRL('F') && key->code != K_CTRL('G');
    if (call->saving && key->code != K_NEW && key->code != K_CANCEL && key->code != K_LEAVE)
        return key->kind == KEY_TEXT ? SCREEN_BELL : SCREEN_UNUSED;
    if (moves) {
        size_t before = call->sheet.focus;
        enum sheet_result result = sheet_key(&call->sheet, key);
        call->jumping = key->code == K_ENTER && call->sheet.focus > before;
        if (result == SHEET_REFUSED)
            flags = SCREEN_BELL;
        else if (result == SHEET_USED)
            flags = SCREEN_REDRAW;
    }
    if (flags == SCREEN_UNUSED)
        flags = command(call, key->code);
    if (call->jumping)
        call_jump(call);
    call_facts_changed(call);
    return flags;
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct call *call = call_of(screen);
    if (!call->saving)
        key_bar_add(bar, K_SAVE, _("Save"), 0);
    if (!call_customer_offered(call)) /* there the field tells what it makes */
        key_bar_add(bar, K_NEW, _("Another call"), 4);
    if (shown_notice(call) != NIL)
        key_bar_add(bar, K_NEXT, _("Show notice"), 2);
    else if (shown_order(call) != NIL)
        key_bar_add(bar, K_NEXT, _("Show order"), 2);
    if (call_caller_known(call))
        key_bar_add(bar, K_PREVIOUS, _("Customer"), 3);
    if (call_place_offered(call))
        key_bar_add(bar, K_LOOKUP, _("Find place"), 1);
    if (call_copy_offered(call))
        key_bar_add(bar, K_CTRL('D'), _("Copy"), 3);
    if (call_copy_all_offered(call))
        key_bar_add(bar, K_CTRL('F'), _("Copy all"), 3);
    if (call_payers_offered(call))
        key_bar_add(bar, K_CTRL('G'), _("Payers"), 5);
    if (call->app->ui->canvas.cols < CALL_BESIDE_FROM)
        key_bar_add(bar, K_VIEW, call->panel_only ? _("Form") : _("Price"), 5);
    key_bar_add(bar, K_CANCEL, _("Leave"), 6);
    key_bar_add(bar, K_HELP, _("Help"), 7);
    sheet_keys(&call->sheet, bar);
}

static const char *help(struct screen *screen)
{
    const struct sheet_entry *entry = sheet_current(&call_of(screen)->sheet);
    return entry && entry->field->help ? _(entry->field->help) : NULL;
}

static void crumb(struct screen *screen, struct str *out)
{
    struct call *call = call_of(screen);
    if (call->saving)
        str_add(out, _("being saved …"));
    else if (*call->saved_number)
        str_addf(out, _("last saved: %s"), call->saved_number);
}

/* Back from the payers: who pays may be another matter of price, and the talk goes on where it was. */
static unsigned covered(struct screen *screen, bool is_covered)
{
    struct call *call = call_of(screen);
    if (is_covered)
        return 0;
    call_payers_left(call);
    call_facts_changed(call);
    return SCREEN_REDRAW;
}

static void linear(struct screen *screen, struct linear *linear)
{
    struct call *call = call_of(screen);
    crumb(screen, &linear->text);
    str_add_char(&linear->text, '\n');
    call_panel_plain(call, &linear->text);
    sheet_linear(&call->sheet, linear);
    linear->waits = call->saving;
}

static void plain(struct screen *screen, struct str *out)
{
    struct call *call = call_of(screen);
    sheet_plain(&call->sheet, out);
    call_panel_plain(call, out);
}

static void closed(struct screen *screen)
{
    struct call *call = call_of(screen);
    later_finish(&call->facts);
    caller_finish(&call->caller);
    places_finish(&call->places);
    sheet_finish(&call->sheet);
    json_decref(call->price);
    json_decref(call->last);
    json_decref(call->unsure);
    json_decref(call->customer);
    free(call->price_trouble);
    free(call->contact_filled);
    json_decref(call->car);
    free(call->priced);
    free(call);
}

const struct screen_ops call_ops = {
    .name = "call",
    .open = opened,
    .key = on_key,
    .waiting = waiting,
    .draw = call_draw,
    .covered = covered,
    .may_close = may_close,
    .close = closed,
    .heading = N_("New rescue order"),
    .crumb = crumb,
    .keys = add_keys,
    .help = help,
    .plain = plain,
    .linear = linear,
};

static bool is_dirty(struct screen *screen)
{
    return sheet_dirty(&call_of(screen)->sheet);
}

static void language(struct screen *screen)
{
    sheet_language(&call_of(screen)->sheet);
}

struct call *call_open_new(struct app_context *app, const struct catalogue_entity *entity,
                           const json_t *prefill)
{
    struct call *call = memory_zeroed(1, sizeof(*call));
    *call = (struct call){.app = app, .entity = entity, .saved_id = NIL, .other_id = NIL};
    call->screen.ops = &call_ops;
    call_add_fields(call);
    call_facts_init(call);
    if (prefill)
        call_fill(call, prefill);
    open_screen(app, &call->screen);
    return call;
}

static void open_new_order(struct app_context *app, const struct catalogue_entity *entity,
                           const json_t *prefill)
{
    call_open_new(app, entity, prefill);
}

void call_register(void)
{
    unsaved_register(&call_ops, is_dirty);
    language_register(&call_ops, language);
    draft_register(&call_draft_kind);
}

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    entity = entity ? entity : catalogue_entity(app->catalogue, "rescue");
    if (entity)
        call_open_new(app, entity, NULL);
}

const struct desk call_desk = {
    .name = "call",
    .label = N_("Take a call"),
    .help = N_("What a caller says becomes an order: customer by phone, place, car, service, price. The "
               "caller's open orders stand beside it."),
    .code = "ca",
    .verb = "rescue.create",
    .open = open_from_menu,
    .open_new = open_new_order,
};
