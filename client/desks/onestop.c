/* Finance's one-stop desk: one order after the other through audit, price, receipt and clearing, on one screen. */
#include "client/desks/desks.h"

#include <stdlib.h>

#include "client/desks/onestop-private.h"
#include "client/desks/panel.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/live.h"
#include "client/views/open.h"

static void on_orders(struct screen *screen, const struct live_event events[], size_t count)
{
    struct onestop *desk = onestop_of(screen);
    jobs_heard(&desk->jobs, events, count);
    onestop_count(desk);
}

/* The first stage that this person can take on. */
static size_t first_stage(const struct onestop *desk)
{
    for (size_t i = 0; i < ONESTOP_COUNTED; i++)
        if (desk->jobs.entity && catalogue_action(desk->jobs.entity, onestop_stages[i].action))
            return i;
    return 0;
}

static void opened(struct screen *screen)
{
    struct onestop *desk = onestop_of(screen);
    live_watch(desk->app->live, screen, "rescue", on_orders);
    onestop_set_stage(desk, first_stage(desk));
}

static void on_filter(void *context, const struct dialog_answer *answer)
{
    struct onestop *desk = context;
    if (answer->key == K_ENTER)
        jobs_set_search(&desk->jobs, answer->text);
}

static unsigned ask_filter(struct onestop *desk)
{
    dialog_ask(
        desk->app->ui,
        &(struct dialog_ask){.title = _("Filter"),
                             .text = _("Orders found by these letters: number, plate, phone … Empty: all."),
                             .label = _("Words"),
                             .max = 60,
                             .value = desk->jobs.q},
        on_filter, desk);
    return SCREEN_REDRAW;
}

static unsigned open_current(struct onestop *desk)
{
    const struct job *job = jobs_current(&desk->jobs);
    if (!job)
        return SCREEN_BELL;
    form_open(desk->app, desk->jobs.entity, job->id);
    return SCREEN_REDRAW;
}

static unsigned choose_stage(struct onestop *desk, int code)
{
    for (size_t i = 0; i < ONESTOP_STAGES; i++) {
        if (onestop_stages[i].key != code)
            continue;
        onestop_set_stage(desk, i);
        return SCREEN_REDRAW;
    }
    return SCREEN_UNUSED;
}

static unsigned command(struct onestop *desk, const struct key *key)
{
    const struct catalogue_action *action = onestop_action(desk, key);
    if (action)
        return onestop_take(desk, action);
    switch (key->code) {
    case K_TAB:
    case K_BACKTAB: desk->in_panel = !desk->in_panel; return SCREEN_REDRAW;
    case K_VIEW: return open_current(desk);
    case 'Q': return onestop_pay(desk);
    case K_FILTER:
    case '/': return ask_filter(desk);
    case K_REFRESH:
        jobs_read(&desk->jobs);
        record_again(&desk->record);
        onestop_count(desk);
        return SCREEN_REDRAW;
    case K_CANCEL:
        if (!desk->jobs.q)
            return SCREEN_UNUSED;
        jobs_set_search(&desk->jobs, NULL);
        return SCREEN_REDRAW;
    default: return choose_stage(desk, key->code);
    }
}

static unsigned facts_key(struct onestop *desk, const struct key *key)
{
    enum { PAGE = 8 };
    if (panel_key(key, PAGE, &desk->scroll))
        return SCREEN_REDRAW;
    if (key->code != K_CANCEL)
        return command(desk, key);
    desk->in_panel = false;
    return SCREEN_REDRAW;
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct onestop *desk = onestop_of(screen);
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    if (desk->in_panel)
        return facts_key(desk, key);
    switch (table_key(&desk->jobs.table, key)) {
    case TABLE_OPENED:
        return onestop_next(desk) ? onestop_take(desk, onestop_next(desk)) : open_current(desk);
    case TABLE_MOVED:
    case TABLE_MARKED: onestop_row_changed(desk); return SCREEN_REDRAW;
    case TABLE_UNUSED: return command(desk, key);
    default: return SCREEN_REDRAW;
    }
}

static unsigned on_tick(struct screen *screen, int64_t now_ms)
{
    return jobs_tick(&onestop_of(screen)->jobs, now_ms);
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct onestop *desk = onestop_of(screen);
    const struct catalogue_entity *entity = desk->jobs.entity;
    const struct catalogue_action *next = onestop_next(desk);
    if (next)
        key_bar_add(bar, K_ENTER, _(next->label), 0);
    for (size_t i = 0; entity && i < entity->nactions; i++)
        if (&entity->actions[i] != next && onestop_allowed(desk, &entity->actions[i]))
            key_bar_add(bar, entity->actions[i].key, _(entity->actions[i].label), 1);
    key_bar_add(bar, '1', _("Stage"), 2);
    if (jobs_current(&desk->jobs)) {
        key_bar_add(bar, ' ', _("Mark"), 4);
        key_bar_add(bar, K_TAB, desk->in_panel ? _("Orders") : _("Facts"), 3);
        key_bar_add(bar, K_VIEW, _("Show order"), 5);
        key_bar_add(bar, 'Q', _("Pay by code"), 5);
    }
    key_bar_add(bar, K_FILTER, _("Filter"), 5);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 7);
    key_bar_add(bar, K_HELP, _("Help"), 6);
}

static void crumb(struct screen *screen, struct str *out)
{
    struct onestop *desk = onestop_of(screen);
    table_position(&desk->jobs.table, out);
    if (desk->jobs.q)
        str_addf(out, " · %s “%s”", _("filter"), desk->jobs.q);
}

static void closed(struct screen *screen)
{
    struct onestop *desk = onestop_of(screen);
    later_finish(&desk->count_later);
    jobs_finish(&desk->jobs);
    record_finish(&desk->record);
    onestop_finish_step(desk);
    json_decref(desk->documents);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "onestop",
    .open = opened,
    .key = on_key,
    .draw = onestop_draw,
    .linear = onestop_linear,
    .tick = on_tick,
    .close = closed,
    .heading = N_("One-stop"),
    .crumb = crumb,
    .keys = add_keys,
    .about = N_("Digits choose the stage: what is not audited yet, what is to be priced, received, cleared. "
                "Enter takes the order under the cursor one step on, with the amount it most often will be; "
                "then the next one comes up. Space marks several: the step is then taken for all of them. "
                "Tab goes to the facts, to scroll them."),
};

static void language(struct screen *screen)
{
    onestop_name_columns(onestop_of(screen));
}

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct onestop *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    *desk = (struct onestop){.app = app, .documents_of = NIL};
    desk->screen.ops = &ops;
    onestop_init_rows(desk);
    onestop_init_step(desk);
    record_init(&desk->record, app, &desk->screen, onestop_ask_documents);
    language_register(&ops, language);
    open_screen(app, &desk->screen);
}

const struct desk onestop_desk = {
    .name = "onestop",
    .label = N_("One-stop"),
    .help = N_("One order from audit over price and receipt to clearing, in one place, for those who may do "
               "all of it."),
    .code = "os",
    .verb = "document.list",
    .open = open_from_menu,
};
