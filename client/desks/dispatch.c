/* The dispatch desk: who waits, who can go, who is on the road. */
#include "client/desks/desks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desks/dispatch-private.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/live.h"
#include "client/views/notice.h"
#include "client/views/open.h"

static void on_orders(struct screen *screen, const struct live_event events[], size_t count)
{
    struct dispatch *desk = dispatch_of(screen);
    jobs_heard(&desk->waiting, events, count);
    jobs_heard(&desk->live, events, count);
    if (count == 0)
        offers_stale(&desk->offers);
}

static void on_vehicles(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    offers_stale(&dispatch_of(screen)->offers);
}

static void opened(struct screen *screen)
{
    struct dispatch *desk = dispatch_of(screen);
    live_watch(desk->app->live, screen, "rescue", on_orders);
    if (app_may(desk->app, "vehicle.list"))
        live_watch(desk->app->live, screen, "vehicle", on_vehicles);
    jobs_read(&desk->waiting);
    jobs_read(&desk->live);
}

/* ---- actions by letters */

static void on_action(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct dispatch *desk = dispatch_of(screen);
    bool refused = !outcome->cancelled && outcome->answer && outcome->answer->code != ERR_NONE;
    (void)context;
    for (size_t i = 0; i < outcome->count; i++) {
        jobs_end(&desk->waiting, outcome->targets[i].id, refused);
        jobs_end(&desk->live, outcome->targets[i].id, refused);
    }
    offers_stale(&desk->offers);
}

static bool run_letter(struct dispatch *desk, const struct key *key)
{
    struct jobs *jobs = dispatch_jobs(desk);
    const struct job *job = jobs_current(jobs);
    const struct catalogue_action *action =
        job && !job->pending ? action_of_key(desk->app, jobs->entity, job->row, NULL, key) : NULL;
    if (!action)
        return false;
    struct action_target target = {job->id, job->version};
    jobs_begin(jobs, job->id);
    action_run(desk->app, &desk->screen, jobs->entity, action, &target, 1, on_action, NULL);
    return true;
}

/* ---- keys */

static void set_filter(struct dispatch *desk, const char *words)
{
    free(desk->filter);
    desk->filter = *words ? memory_strdup(words) : NULL;
    jobs_set_match(&desk->waiting, desk->filter);
    jobs_set_match(&desk->live, desk->filter);
}

static void on_filter(void *context, const struct dialog_answer *answer)
{
    if (answer->key == K_ENTER)
        set_filter(context, answer->text);
}

static unsigned ask_filter(struct dispatch *desk)
{
    dialog_ask(
        desk->app->ui,
        &(struct dialog_ask){.title = _("Filter"),
                             .text = _("Orders with these words: number, plate, place, name … Empty: all."),
                             .label = _("Words"),
                             .max = 60,
                             .value = desk->filter},
        on_filter, desk);
    return SCREEN_REDRAW;
}

static unsigned refresh(struct dispatch *desk)
{
    jobs_read(&desk->waiting);
    jobs_read(&desk->live);
    offers_now(&desk->offers);
    record_again(&desk->record);
    return SCREEN_REDRAW;
}

static unsigned open_current(struct dispatch *desk)
{
    const struct job *job = jobs_current(dispatch_jobs(desk));
    if (!job)
        return SCREEN_BELL;
    form_open(desk->app, desk->waiting.entity, job->id);
    return SCREEN_REDRAW;
}

static unsigned switch_list(struct dispatch *desk)
{
    desk->focus = desk->focus == FOCUS_WAITING ? FOCUS_LIVE : FOCUS_WAITING;
    dispatch_row_changed(desk);
    return SCREEN_REDRAW;
}

static unsigned command(struct dispatch *desk, const struct key *key)
{
    switch (key->code) {
    case K_TAB:
    case K_BACKTAB: return switch_list(desk);
    case K_FILTER:
    case '/': return ask_filter(desk);
    case K_REFRESH: return refresh(desk);
    case K_CANCEL:
        if (!desk->filter)
            return SCREEN_UNUSED;
        set_filter(desk, "");
        return SCREEN_REDRAW;
    case '+': return offers_page(&desk->offers, 1) ? SCREEN_REDRAW : SCREEN_BELL;
    case '-': return offers_page(&desk->offers, -1) ? SCREEN_REDRAW : SCREEN_BELL;
    case K_NEW:
        if (!desk_allowed(desk->app, &call_desk))
            return SCREEN_UNUSED;
        open_desk(desk->app, &call_desk, OPEN_TASK);
        return SCREEN_REDRAW;
    default: return run_letter(desk, key) ? SCREEN_REDRAW : SCREEN_UNUSED;
    }
}

/* Marks are not for here: what is sent is sent one by one. */
static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct dispatch *desk = dispatch_of(screen);
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    if (desk->focus == FOCUS_WAITING && key->code >= '1' && key->code <= '9')
        return dispatch_send(desk, key->code - '0');
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL;
    switch (table_key(&dispatch_jobs(desk)->table, key)) {
    case TABLE_OPENED: return open_current(desk);
    case TABLE_MOVED: dispatch_row_changed(desk); return SCREEN_REDRAW;
    case TABLE_UNUSED: return command(desk, key);
    default: return SCREEN_REDRAW;
    }
}

static void tell_late(struct dispatch *desk)
{
    char text[128] = "";
    size_t waiting = dispatch_overdue(&desk->waiting), live = dispatch_overdue(&desk->live);
    if (waiting || live)
        snprintf(text, sizeof(text), _("Overdue: %zu waiting, %zu on the road"), waiting, live);
    notice_alarm(desk->app, text); /* also while another screen is worked at */
}

static unsigned on_tick(struct screen *screen, int64_t now_ms)
{
    struct dispatch *desk = dispatch_of(screen);
    unsigned flags = jobs_tick(&desk->waiting, now_ms) | jobs_tick(&desk->live, now_ms);
    tell_late(desk);
    return flags;
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct dispatch *desk = dispatch_of(screen);
    struct jobs *jobs = dispatch_jobs(desk);
    const struct job *job = jobs_current(jobs);
    if (desk->focus == FOCUS_WAITING && offers_at(&desk->offers, 1) && job && !job->pending)
        key_bar_add(bar, '1', _("Send vehicle"), 0);
    if (desk->focus == FOCUS_WAITING && desk->offers.rows.count > OFFERS_KEYS)
        key_bar_add(bar, '+', _("More vehicles"), 5);
    if (job && !job->pending)
        action_keys(desk->app, jobs->entity, job->row, NULL, bar);
    key_bar_add(bar, K_TAB, desk->focus == FOCUS_WAITING ? _("On the road") : _("Waiting"), 2);
    if (job)
        key_bar_add(bar, K_ENTER, _("Show order"), 4);
    if (desk_allowed(desk->app, &call_desk))
        key_bar_add(bar, K_NEW, _("New order"), 12);
    key_bar_add(bar, K_FILTER, _("Filter"), 13); /* behind the steps of the order */
    key_bar_add(bar, K_REFRESH, _("Refresh"), 15);
    key_bar_add(bar, K_HELP, _("Help"), 14);
}

static const char *help(struct screen *screen)
{
    (void)screen;
    return _("At the left the orders that wait for a vehicle, the most urgent first. At the right the "
             "vehicles for the one under the "
             "cursor, the best first, with what speaks against each. A digit sends that vehicle at once. Tab "
             "goes to the orders on the "
             "road and back. Letters are the steps of the order under the cursor; the driver's own steps may "
             "be taken for him.");
}

static void title(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, _("Dispatch"));
}

static void closed(struct screen *screen)
{
    struct dispatch *desk = dispatch_of(screen);
    notice_alarm(desk->app, "");
    jobs_finish(&desk->waiting);
    jobs_finish(&desk->live);
    offers_finish(&desk->offers);
    record_finish(&desk->record);
    free(desk->filter);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "dispatch",
    .open = opened,
    .key = on_key,
    .draw = dispatch_draw,
    .linear = dispatch_linear,
    .tick = on_tick,
    .close = closed,
    .title = title,
    .crumb = dispatch_crumb,
    .keys = add_keys,
    .help = help,
};

static void language(struct screen *screen)
{
    struct dispatch *desk = dispatch_of(screen);
    dispatch_name_columns(desk);
    offers_now(&desk->offers);
}

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct dispatch *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    *desk = (struct dispatch){.app = app, .unfit_vehicle = NIL, .unfit_order = NIL};
    desk->screen.ops = &ops;
    dispatch_init_rows(desk);
    offers_init(&desk->offers, app, &desk->screen);
    record_init(&desk->record, app, &desk->screen, NULL);
    language_register(&ops, language);
    open_screen(app, &desk->screen);
}

const struct desk dispatch_desk = {
    .name = "dispatch",
    .label = N_("Dispatch"),
    .help = N_("The orders that wait and those under way, the vehicles near each, and the step that comes "
               "next; live as others act."),
    .code = "dp",
    .verb = "rescue.dispatch",
    .open = open_from_menu,
};
