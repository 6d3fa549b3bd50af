/* The keys of the dispatch desk: of its lists, its map and its vehicles. */
#include <stdlib.h>

#include "client/desks/desks.h"
#include "client/desks/dispatch-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/choices_of.h"
#include "client/views/open.h"

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

/* A step the order does not take now: which it is in is said, and nothing is done. */
static unsigned say_not_now(struct dispatch *desk, const struct job *job, const struct key *key)
{
    const struct catalogue_entity *entity = desk->waiting.entity;
    const struct field *state = catalogue_field(entity, "state");
    for (size_t i = 0; key->kind == KEY_TEXT && i < entity->nactions; i++) {
        const struct catalogue_action *action = &entity->actions[i];
        if (!action->key || action->key != key->code ||
            !app_may(desk->app, verb_of(entity->name, action->name)))
            continue;
        if (job->pending)
            return dispatch_say(desk, _("The answer to the last step is not here yet"));
        if (action_say_why_not(desk->app, entity, job->row, key))
            return SCREEN_REDRAW | SCREEN_BELL;
        ui_say(desk->app->ui, ROLE_WARNING, _("%s: not for an order that is “%s”"), _(action->label),
               state ? choice_label(desk->app, state, order_text(job->row, "state")) : "");
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    return SCREEN_UNUSED;
}

static unsigned run_letter(struct dispatch *desk, const struct key *key)
{
    struct jobs *jobs = dispatch_jobs(desk);
    const struct job *job = jobs_current(jobs);
    if (!job)
        return SCREEN_UNUSED;
    const struct catalogue_action *action =
        job->pending ? NULL : action_of_key(desk->app, jobs->entity, job->row, NULL, key);
    if (!action)
        return say_not_now(desk, job, key);
    struct action_target target = {job->id, job->version, order_text(job->row, "number")};
    jobs_begin(jobs, job->id);
    action_run(desk->app, &desk->screen, jobs->entity, action, &target, 1, on_action, NULL);
    return SCREEN_REDRAW;
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

unsigned dispatch_refresh(struct dispatch *desk)
{
    jobs_read(&desk->waiting);
    jobs_read(&desk->live);
    offers_now(&desk->offers);
    fleet_read(&desk->fleet);
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
    desk->road = !desk->road;
    desk->focus = FOCUS_LIST;
    dispatch_row_changed(desk);
    return SCREEN_REDRAW;
}

/* First what was asked for besides the lists goes, then the filter. */
static unsigned cancel(struct dispatch *desk)
{
    if (desk->show_map) {
        desk->show_map = false;
        return SCREEN_REDRAW;
    }
    if (!desk->filter)
        return SCREEN_UNUSED;
    set_filter(desk, "");
    return SCREEN_REDRAW;
}

/* Where it is not in sight it comes; where it is the arrows are its own. */
static unsigned to_map(struct dispatch *desk)
{
    bool in_sight = desk->map_area.rows > 0;
    desk->focus = in_sight ? FOCUS_MAP : FOCUS_LIST;
    desk->show_map |= !in_sight;
    return SCREEN_REDRAW;
}

static unsigned to_fleet(struct dispatch *desk)
{
    if (!desk->fleet.entity)
        return SCREEN_UNUSED;
    desk->focus = FOCUS_FLEET;
    return SCREEN_REDRAW;
}

static unsigned back_to_list(struct dispatch *desk)
{
    desk->focus = FOCUS_LIST;
    board_map_fill(desk);
    return SCREEN_REDRAW;
}

static unsigned open_marker(struct dispatch *desk)
{
    bool vehicle;
    int64_t id;
    if (!board_map_chosen(&desk->map, &vehicle, &id))
        return SCREEN_BELL;
    form_open(desk->app, vehicle ? desk->fleet.entity : desk->waiting.entity, id);
    return SCREEN_REDRAW;
}

static unsigned map_key(struct dispatch *desk, const struct key *key)
{
    switch (atlas_key(&desk->map.atlas, key)) {
    case ATLAS_USED: return SCREEN_REDRAW;
    case ATLAS_OPENED: return open_marker(desk);
    default: break;
    }
    switch (key->code) {
    case K_CANCEL:
    case 'M': return back_to_list(desk);
    case 'V': return to_fleet(desk);
    case K_REFRESH: return dispatch_refresh(desk);
    default: return SCREEN_UNUSED;
    }
}

static unsigned fleet_key(struct dispatch *desk, const struct key *key)
{
    const struct vehicle_item *row = fleet_current(&desk->fleet);
    switch (table_key(&desk->fleet.table, key)) {
    case TABLE_OPENED: form_open(desk->app, desk->fleet.entity, row->id); return SCREEN_REDRAW;
    case TABLE_MOVED:
        row = fleet_current(&desk->fleet);
        if (row)
            board_map_to_vehicle(&desk->map, row->id);
        return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    switch (key->code) {
    case K_CANCEL:
        if (desk->fleet.match) {
            fleet_set_match(&desk->fleet, "");
            return SCREEN_REDRAW;
        }
        return back_to_list(desk);
    case 'V': return back_to_list(desk);
    case 'M': return to_map(desk);
    case K_TAB:
    case K_BACKTAB: return switch_list(desk);
    case K_FILTER:
    case '/': fleet_ask_match(&desk->fleet); return SCREEN_REDRAW;
    case K_REFRESH: return dispatch_refresh(desk);
    default: return SCREEN_UNUSED;
    }
}

static unsigned page_offers(struct dispatch *desk, int by)
{
    if (!desk->road && offers_page(&desk->offers, by))
        return SCREEN_REDRAW;
    return dispatch_say(desk, _("There are no more vehicles for this order"));
}

static unsigned command(struct dispatch *desk, const struct key *key)
{
    switch (key->code) {
    case K_TAB:
    case K_BACKTAB: return switch_list(desk);
    case K_FILTER:
    case '/': return ask_filter(desk);
    case K_REFRESH: return dispatch_refresh(desk);
    case K_CANCEL: return cancel(desk);
    case 'M': return to_map(desk);
    case 'V': return to_fleet(desk);
    case '+':
    case '-': return page_offers(desk, key->code == '+' ? 1 : -1);
    case K_NEW:
        if (!desk_allowed(desk->app, &call_desk))
            return SCREEN_UNUSED;
        open_desk(desk->app, &call_desk, OPEN_TASK);
        return SCREEN_REDRAW;
    default: return run_letter(desk, key);
    }
}

/* Marks are not for here: what is sent is sent one by one. */
unsigned dispatch_key(struct screen *screen, const struct key *key)
{
    struct dispatch *desk = dispatch_of(screen);
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    if (key->code >= '0' && key->code <= '9')
        return dispatch_send(desk, key->code - '0');
    if (key->code == ' ' || key->code == '*')
        return dispatch_say(desk, _("Orders are sent one by one here; the order monitor acts on several"));
    if (desk->focus != FOCUS_LIST)
        return desk->focus == FOCUS_MAP ? map_key(desk, key) : fleet_key(desk, key);
    switch (table_key(&dispatch_jobs(desk)->table, key)) {
    case TABLE_OPENED: return open_current(desk);
    case TABLE_MOVED: dispatch_row_changed(desk); return SCREEN_REDRAW;
    case TABLE_UNUSED: return command(desk, key);
    default: return SCREEN_REDRAW;
    }
}

/* On the map, or among the vehicles. */
static void other_keys(struct dispatch *desk, struct key_bar *bar)
{
    bool map = desk->focus == FOCUS_MAP;
    if (!desk->road && offers_at(&desk->offers, 1) && !dispatch_why_not(jobs_current(&desk->waiting)))
        key_bar_add(bar, '1', _("Send vehicle"), 0);
    key_bar_add(bar, K_ENTER, _("Open"), 2);
    if (map) {
        key_bar_add(bar, K_TAB, _("Next"), 3);
        key_bar_add(bar, '+', _("Closer"), 4);
        key_bar_add(bar, '-', _("Farther"), 5);
        key_bar_add(bar, K_HOME, _("All"), 6);
        key_bar_add(bar, 'f', _("Follow"), 7);
    } else {
        key_bar_add(bar, K_FILTER, _("Filter"), 3);
    }
    key_bar_add(bar, K_CANCEL, _("Back"), 1);
    key_bar_add(bar, K_HELP, _("Help"), 8);
}

void dispatch_keys(struct screen *screen, struct key_bar *bar)
{
    struct dispatch *desk = dispatch_of(screen);
    struct jobs *jobs = dispatch_jobs(desk);
    const struct job *job = jobs_current(jobs);
    if (desk->focus != FOCUS_LIST) {
        other_keys(desk, bar);
        return;
    }
    if (!desk->road && offers_at(&desk->offers, 1) && job && !job->pending && !dispatch_why_not(job))
        key_bar_add(bar, '1', _("Send vehicle"), 0);
    if (!desk->road && desk->offers.rows.count > OFFERS_KEYS)
        key_bar_add(bar, '+', _("More vehicles"), 5);
    if (job && !job->pending)
        action_keys(desk->app, jobs->entity, job->row, NULL, bar);
    key_bar_add(bar, 'M', _("Map"), 3);
    if (desk->fleet.entity)
        key_bar_add(bar, 'V', _("Vehicles"), 6);
    key_bar_add(bar, K_TAB, !desk->road ? _("On the road") : _("Waiting"), 2);
    if (job)
        key_bar_add(bar, K_ENTER, _("Show order"), 4);
    if (desk_allowed(desk->app, &call_desk))
        key_bar_add(bar, K_NEW, _("New order"), 12);
    key_bar_add(bar, K_FILTER, _("Filter"), 13); /* behind the steps of the order */
    key_bar_add(bar, K_REFRESH, _("Refresh"), 15);
    key_bar_add(bar, K_HELP, _("Help"), 14);
}
