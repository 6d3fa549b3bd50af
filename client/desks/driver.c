/* The driver's desk: made for a phone's terminal, 40 columns by 20 lines. */
#include "client/desks/desks.h"

#include <stdlib.h>

#include "client/desks/driver-private.h"
#include "client/ui/words.h"
#include "client/views/draft.h"
#include "client/views/live.h"
#include "client/views/open.h"

enum { SECOND_TAP_MS = 700 };

static void on_orders(struct screen *screen, const struct live_event events[], size_t count)
{
    struct driver *desk = driver_of(screen);
    jobs_heard(&desk->now, events, count);
    if (desk->show_past)
        jobs_heard(&desk->past, events, count);
}

static void opened(struct screen *screen)
{
    struct driver *desk = driver_of(screen);
    live_watch(desk->app->live, screen, "rescue", on_orders);
    jobs_read(&desk->now);
    driver_ask_vehicle(desk);
}

static unsigned switch_list(struct driver *desk)
{
    desk->show_past = !desk->show_past;
    if (desk->show_past)
        jobs_read(&desk->past);
    driver_row_changed(desk);
    return SCREEN_REDRAW;
}

static unsigned take_next(struct driver *desk)
{
    const struct job *job = jobs_current(driver_jobs(desk));
    struct driver_step *refused = job ? driver_queue_refused(desk, job->id) : NULL;
    const struct catalogue_action *next = driver_next(desk, job);
    if (refused) {
        driver_correct(desk, refused);
        return SCREEN_REDRAW;
    }
    if (!next || time_monotonic_ms() - desk->answered_ms < SECOND_TAP_MS)
        return SCREEN_BELL;
    return driver_take(desk, next);
}

/* The letter of an action of the job. */
static unsigned take_key(struct driver *desk, const struct job *job, const struct key *key)
{
    const struct catalogue_action *next = driver_next(desk, job);
    if (key->kind != KEY_TEXT || !job)
        return SCREEN_UNUSED;
    if (next && next->key && key->code == next->key)
        return take_next(desk);
    for (size_t i = 0; i < desk->now.entity->nactions; i++) {
        const struct catalogue_action *action = &desk->now.entity->actions[i];
        if (action->key && key->code == action->key && driver_may(desk, job, action))
            return driver_take(desk, action);
    }
    return SCREEN_UNUSED;
}

static unsigned command(struct driver *desk, const struct key *key)
{
    struct jobs *jobs = driver_jobs(desk);
    const struct job *job = jobs_current(jobs);
    switch (key->code) {
    case K_TAB:
    case K_VIEW: return switch_list(desk);
    case K_REFRESH:
        jobs_read(jobs);
        record_again(&desk->record);
        return SCREEN_REDRAW;
    case 'p':
        if (!driver_position_offered(desk))
            return SCREEN_UNUSED;
        driver_report(desk);
        return SCREEN_REDRAW;
    case 'z': return desk->app->position_command ? driver_position_duty(desk) : SCREEN_UNUSED;
    case 'o': return driver_photo_offered(desk) ? driver_photo(desk) : SCREEN_UNUSED;
    case 'i':
        if (!desk_allowed(desk->app, &mymoney_desk))
            return SCREEN_UNUSED;
        open_desk(desk->app, &mymoney_desk, OPEN_HERE);
        return SCREEN_REDRAW;
    case 'l': return driver_pay(desk);
    case 'w': return driver_show_waiting(desk) == SCREEN_UNUSED ? take_key(desk, job, key) : SCREEN_REDRAW;
    default: return take_key(desk, job, key);
    }
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct driver *desk = driver_of(screen);
    struct table *table = &driver_jobs(desk)->table;
    switch (key->code) {
    case ' ':
    case K_ENTER: return take_next(desk);
    case K_PAGE_DOWN: desk->scroll += 3; return SCREEN_REDRAW;
    case K_PAGE_UP: desk->scroll = MAX(desk->scroll - 3, 0); return SCREEN_REDRAW;
    case '*': return SCREEN_BELL;
    default: break;
    }
    switch (table_key(table, key)) {
    case TABLE_MOVED: driver_row_changed(desk); return SCREEN_REDRAW;
    case TABLE_UNUSED: return command(desk, key);
    default: return SCREEN_REDRAW;
    }
}

static unsigned on_tick(struct screen *screen, int64_t now_ms)
{
    struct driver *desk = driver_of(screen);
    if (desk->steps.count)
        driver_queue_pump(desk);
    driver_position_tick(desk, now_ms);
    return jobs_tick(&desk->now, now_ms) | jobs_tick(&desk->past, now_ms);
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct driver *desk = driver_of(screen);
    struct jobs *jobs = driver_jobs(desk);
    const struct job *job = jobs_current(jobs);
    const struct catalogue_action *next = driver_next(desk, job);
    if (job && driver_queue_refused(desk, job->id))
        key_bar_add(bar, K_ENTER, _("Correct it"), 0);
    else if (next)
        key_bar_add(bar, K_ENTER, _(next->label), 0);
    for (size_t i = 0; job && i < jobs->entity->nactions; i++) {
        const struct catalogue_action *action = &jobs->entity->actions[i];
        if (action != next && action->key && driver_may(desk, job, action))
            key_bar_add(bar, action->key, _(action->label), 1);
    }
    if (desk->steps.count)
        key_bar_add(bar, 'w', _("Not taken yet"), 2);
    if (driver_photo_offered(desk))
        key_bar_add(bar, 'o', _("Photo"), 2);
    if (job)
        key_bar_add(bar, 'l', _("Pay by code"), 2);
    if (desk_allowed(desk->app, &mymoney_desk))
        key_bar_add(bar, 'i', _("My money"), 3);
    if (driver_position_offered(desk))
        key_bar_add(bar, 'p', _("Report position"), 2);
    if (desk->app->position_command)
        key_bar_add(bar, 'z', desk->off_duty ? _("On duty") : _("Off duty"), 4);
    key_bar_add(bar, K_TAB, desk->show_past ? _("To do") : _("Past"), 3);
    if (job)
        key_bar_add(bar, K_PAGE_DOWN, _("More"), 4);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 5);
    key_bar_add(bar, K_HELP, _("Help"), 5);
}

static void title(struct screen *screen, struct str *out)
{
    str_add(out, driver_of(screen)->show_past ? _("Past jobs") : _("My jobs"));
}

static void crumb(struct screen *screen, struct str *out)
{
    struct driver *desk = driver_of(screen);
    jobs_count_text(driver_jobs(desk), out);
    size_t waiting = driver_queue_waiting(desk), refused = desk->steps.count - waiting;
    if (refused)
        str_addf(out, _(" · %zu not taken"), refused);
    if (waiting)
        str_addf(out,
                 link_state(desk->app->link) == LINK_READY ? _(" · %zu not answered")
                                                           : _(" · %zu to be sent"),
                 waiting);
    if (*desk->vehicle)
        str_addf(out, " · %s", desk->vehicle);
    driver_position_crumb(desk, out);
}

static void closed(struct screen *screen)
{
    struct driver *desk = driver_of(screen);
    jobs_finish(&desk->now);
    jobs_finish(&desk->past);
    record_finish(&desk->record);
    driver_queue_finish(desk);
    helper_stop(&desk->camera);
    helper_stop(&desk->place);
    json_decref(desk->needs);
    json_decref(desk->kinds);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "driver",
    .open = opened,
    .key = on_key,
    .draw = driver_draw,
    .linear = driver_linear,
    .tick = on_tick,
    .close = closed,
    .title = title,
    .crumb = crumb,
    .keys = add_keys,
    .about = N_("Your jobs, the most urgent first. Enter takes the next step of the one under the cursor. "
                "Without a line the steps you take wait, in their order and with their true times, and go "
                "out when the line is back; until they are answered the job is marked and stays as it was. "
                "They survive the end of the program, and so does what stands half typed in a box. What the "
                "server does not take is told and kept: Enter puts it right, w lists it. o sends a photo of "
                "the job, l shows the code the customer pays by, i what you hold of his money."),
};

static void language(struct screen *screen)
{
    driver_name_columns(driver_of(screen));
}

/* A step that waits for the line is lost with the program, unless it is kept on the disk. */
static bool is_dirty(struct screen *screen)
{
    const struct driver *desk = driver_of(screen);
    return (desk->steps.count || driver_box_is_open(desk)) && !drafts_kept(desk->app->drafts);
}

static void row_came(struct screen *screen, const json_t *row)
{
    (void)row;
    driver_ask_needs(driver_of(screen));
}

static struct screen *find_open(const struct ui *ui)
{
    for (size_t t = 0; t < ui->tasks.count; t++)
        for (size_t s = 0; s < ui->tasks.items[t].stack.count; s++)
            if (ui->tasks.items[t].stack.items[s]->ops == &ops)
                return ui->tasks.items[t].stack.items[s];
    return NULL;
}

/* Steps of a program that ended before they were answered: taken up by the desk that is open, or by one opened for them. */
static struct screen *take_steps(struct app_context *app, const json_t *saved)
{
    struct screen *screen = find_open(app->ui);
    if (!screen && desk_allowed(app, &driver_desk)) {
        open_desk(app, &driver_desk, OPEN_TASK);
        screen = find_open(app->ui);
    }
    if (!screen)
        return NULL;
    const json_t *box = json_object_get(saved, "box");
    driver_queue_take(driver_of(screen), json_is_array(saved) ? saved : json_object_get(saved, "steps"));
    if (box)
        driver_box_restore(driver_of(screen), box);
    return screen;
}

static json_t *save(struct screen *screen)
{
    const struct driver *desk = driver_of(screen);
    json_t *steps = driver_queue_save(desk), *box = driver_box_save(desk);
    if (!steps && !box)
        return NULL;
    json_t *saved = json_object();
    if (steps)
        json_object_set_new(saved, "steps", steps);
    if (box)
        json_object_set_new(saved, "box", box);
    return saved;
}

static const struct draft_kind steps_kind = {.ops = &ops, .name = "driver", .save = save, .take = take_steps};

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct driver *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    *desk = (struct driver){.app = app, .vehicle_id = NIL, .photo_id = NIL, .told_at = INSTANT_NIL};
    desk->screen.ops = &ops;
    driver_init_rows(desk);
    record_init(&desk->record, app, &desk->screen, row_came);
    helper_init(&desk->camera, app->loop);
    helper_init(&desk->place, app->loop);
    unsaved_register(&ops, is_dirty);
    language_register(&ops, language);
    open_screen(app, &desk->screen);
}

void driver_register(void)
{
    draft_register(&steps_kind);
}

const struct desk driver_desk = {
    .name = "driver",
    .label = N_("My jobs"),
    .help = N_("The driver's own jobs: take it, go, arrive, finish with kilometres and money. For a small "
               "screen and few keys."),
    .code = "my",
    .start = true,
    .verb = "rescue.refuse",
    .open = open_from_menu,
};
