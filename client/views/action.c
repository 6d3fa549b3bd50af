#include "client/views/action-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

/* All there are: one whose screen was closed in the middle of its questions is nobody's, and is found here. */
static struct doing *all;

static void doing_free(struct doing *doing)
{
    struct doing **at = &all;
    while (*at != doing)
        at = &(*at)->next;
    *at = doing->next;
    json_decref(doing->values);
    json_decref(doing->draft);
    doing_free_items(doing);
    free(doing->targets);
    free(doing->title);
    free(doing);
}

/* "Recall · R26112200017" */
static const char *box_title(const struct doing *doing, struct arena *arena)
{
    return doing->title ? arena_printf(arena, "%s · %s", doing->label, doing->title) : doing->label;
}

static const struct {
    const char *name, *label, *confirm, *undo;
} generic[] = {
    {"disable", N_("Disable"), NULL, "enable"},
    {"enable", N_("Enable"), N_("Enable this again?"), "disable"},
    {"delete", N_("Delete"), N_("Delete this? It cannot be brought back."), NULL},
};

static const char *action_generic_undo(const char *name)
{
    for (size_t i = 0; i < array_len(generic); i++)
        if (strcmp(generic[i].name, name) == 0)
            return generic[i].undo;
    return NULL;
}

void doing_finish(struct doing *doing, const struct answer *answer)
{
    struct screen *screen = ui_find(doing->app->ui, doing->screen);
    struct action_outcome outcome = {.entity = doing->entity,
                                     .action = doing->name,
                                     .undo = doing->action ? doing->action->undo
                                                           : action_generic_undo(doing->name),
                                     .label = doing->label,
                                     .cancelled = !answer,
                                     .answer = answer,
                                     .count = doing->count,
                                     .targets = doing->targets,
                                     .done = doing->did,
                                     .words = (const char *const *)doing->words,
                                     .versions = doing->versions};
    if (screen && doing->done)
        doing->done(screen, &outcome, doing->context);
    doing_free(doing);
}

/* ---- the answer ---- */

bool doing_accuse(struct doing *doing, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *field = NULL, *words = answer_text(arena, doing->entity, answer);
    json_get_text(answer->object, "field", &field);
    return doing->dialog && ui_find(doing->app->ui, doing->dialog) && answer->code == ERR_INVALID &&
           sheet_dialog_accuse(doing->app, doing->dialog, field, words);
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct doing *doing = context;
    (void)screen;
    doing->sent = false;
    if (doing_accuse(doing, answer))
        return; /* the values can be put right and sent again */
    sheet_dialog_close(doing->app, doing->dialog);
    if (answer->code)
        answer_say(doing->app, doing->entity, answer);
    else
        ui_say(doing->app->ui, ROLE_GOOD, _("%s: done"), doing->label);
    doing_finish(doing, answer);
}

static void add_target(const struct doing *doing, json_t *args)
{
    json_object_set_new(args, "id", json_integer(doing->targets[0].id));
    if (doing->targets[0].version != NIL)
        json_object_set_new(args, "version", json_integer(doing->targets[0].version));
}

static void send(struct doing *doing)
{
    struct screen *screen = ui_find(doing->app->ui, doing->screen);
    if (!screen) {
        doing_free(doing);
        return;
    }
    doing->sent = true;
    if (doing->count > 1) {
        doing_send_many(doing);
        return;
    }
    json_t *args = doing->values ? json_deep_copy(doing->values) : json_object();
    add_target(doing, args);
    ask(doing->app, screen, verb_of(doing->entity->name, doing->name), args, CALL_CHANGES, NULL, on_answer,
        doing);
}

/* ---- the questions before it ---- */

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct doing *doing = context;
    (void)below;
    json_decref(doing->values);
    doing->values = values;
    doing->dialog = dialog;
    send(doing);
}

/* What was sent is on its way all the same: its answer ends it. */
static void on_cancel(struct screen *below, void *context)
{
    struct doing *doing = context;
    (void)below;
    if (!doing->sent)
        doing_finish(doing, NULL);
}

struct field action_reason(const struct choice *reasons)
{
    return (struct field){.name = "reason",
                          .label = N_("Reason"),
                          .type = reasons ? FIELD_CHOICE : FIELD_TEXT,
                          .max = 200,
                          .required = true,
                          .choices = reasons,
                          .help = N_("Why: it stands in the history.")};
}

static const struct field *reason_field(struct doing *doing)
{
    if (doing->action ? !doing->action->reason : strcmp(doing->name, "enable") == 0)
        return NULL;
    doing->reason = action_reason(doing->action ? doing->action->reasons : NULL);
    return &doing->reason;
}

/* Where the record cannot be read now, what is asked for is asked for without it. */
static void on_row(struct screen *box, const struct answer *answer, void *context)
{
    if (!answer->code)
        sheet_dialog_tell_now(context, box->id, answer->object);
}

static void ask_now(struct doing *doing)
{
    struct screen *box = ui_find(doing->app->ui, doing->dialog);
    if (box && doing->action && doing->action->beside && doing->count == 1)
        ask(doing->app, box, verb_of(doing->entity->name, "get"),
            json_pack("{s:I}", "id", (json_int_t)doing->targets[0].id), CALL_READ, NULL, on_row, doing->app);
}

static void ask_values(struct doing *doing)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct screen *screen = ui_find(doing->app->ui, doing->screen);
    const struct field *reason = reason_field(doing);
    size_t nargs = doing->action ? doing->action->nargs : 0;
    if (!screen) {
        doing_free(doing);
        return;
    }
    if (!reason && !nargs) {
        send(doing);
        return;
    }
    struct sheet_dialog dialog = {
        .title = box_title(doing, arena),
        .text = doing->action && doing->action->help ? _(doing->action->help) : NULL,
        .fields = doing->action ? doing->action->args : NULL,
        .nfields = nargs,
        .first = reason,
        .whole = true,
        .draft = doing->draft,
        .submit = on_submit,
        .cancelled = on_cancel,
        .context = doing,
    };
    doing->dialog = sheet_dialog_open(doing->app, screen, &dialog);
    doing_keep(doing, dialog.title);
    ask_now(doing);
}

static void on_confirmed(void *context, const struct dialog_answer *answer)
{
    if (answer->key == 'y')
        ask_values(context);
    else
        doing_finish(context, NULL);
}

static void start(struct doing *doing, bool danger)
{
    if (!doing->confirm) {
        ask_values(doing);
        return;
    }
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text =
        doing->count > 1 ? arena_printf(arena, "%s (%zu)", doing->confirm, doing->count) : doing->confirm;
    dialog_yes_no(doing->app->ui, box_title(doing, arena), text, danger, on_confirmed, doing);
}

static struct doing *doing_create(struct app_context *app, struct screen *screen,
                                  const struct catalogue_entity *entity, const struct action_target targets[],
                                  size_t count)
{
    for (struct doing *doing = all, *next; doing; doing = next) {
        next = doing->next;
        if (!ui_find(app->ui, doing->screen))
            doing_free(doing);
    }
    struct doing *doing = memory_zeroed(1, sizeof(*doing));
    *doing = (struct doing){.next = all, .app = app, .screen = screen->id, .entity = entity, .count = count};
    all = doing;
    doing->targets = memory_zeroed(count, sizeof(*targets));
    memcpy(doing->targets, targets, count * sizeof(*targets));
    if (count == 1 && targets[0].title && *targets[0].title)
        doing->title = memory_strdup(targets[0].title);
    for (size_t i = 0; i < count; i++)
        doing->targets[i].title = NULL;
    return doing;
}

/* Danger without a question of its own, and without a reason to type, is confirmed all the same. */
static const char *question(const struct catalogue_action *action)
{
    if (action->confirm)
        return _(action->confirm);
    return action->danger && !action->reason && !action->nargs ? _("Do this?") : NULL;
}

void action_run(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                const struct catalogue_action *action, const struct action_target targets[], size_t count,
                action_done *done, void *context)
{
    enum { MANY_MOST = 500 };
    if (count > 1 && !action->bulk) {
        ui_say(app->ui, ROLE_ERROR, _("%s is done one record at a time"), _(action->label));
        return;
    }
    if (count > MANY_MOST) {
        ui_say(app->ui, ROLE_ERROR, _("At most %d records at once"), (int)MANY_MOST);
        return;
    }
    struct doing *doing = doing_create(app, screen, entity, targets, count);
    doing->action = action;
    doing->name = action->name;
    doing->label = _(action->label);
    doing->confirm = question(action);
    doing->done = done;
    doing->context = context;
    start(doing, action->danger);
}

void action_run_filled(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                       const struct catalogue_action *action, const struct action_target *target,
                       const char *question_text, const json_t *draft)
{
    struct doing *doing = doing_create(app, screen, entity, target, 1);
    doing->action = action;
    doing->name = action->name;
    doing->label = _(action->label);
    doing->draft = json_deep_copy(draft);
    doing->confirm = question(action);
    char *own = NULL;
    if (!doing->confirm && !action->nargs && !action->reason)
        doing->confirm = own = memory_strdup(question_text);
    start(doing, action->danger);
    free(own);
}

bool action_go_on(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                  const char *name, const struct action_target targets[], size_t count, const json_t *draft)
{
    const struct catalogue_action *action = catalogue_action(entity, name);
    size_t i = 0;
    while (!action && i < array_len(generic) && strcmp(generic[i].name, name) != 0)
        i++;
    bool asks =
        action ? action->reason || action->nargs : i < array_len(generic) && strcmp(name, "enable") != 0;
    if (!asks)
        return false; /* it would be done unseen */
    struct doing *doing = doing_create(app, screen, entity, targets, count);
    doing->action = action;
    doing->name = action ? action->name : generic[i].name;
    doing->label = action ? _(action->label) : _(generic[i].label);
    doing->draft = json_deep_copy(draft);
    ask_values(doing);
    return true;
}

void action_run_generic(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                        const char *verb, const struct action_target *target, action_done *done,
                        void *context)
{
    action_run_generic_many(app, screen, entity, verb, target, 1, done, context);
}

void action_run_generic_many(struct app_context *app, struct screen *screen,
                             const struct catalogue_entity *entity, const char *verb,
                             const struct action_target targets[], size_t count, action_done *done,
                             void *context)
{
    for (size_t i = 0; i < array_len(generic); i++) {
        if (strcmp(generic[i].name, verb) != 0)
            continue;
        struct doing *doing = doing_create(app, screen, entity, targets, count);
        doing->name = generic[i].name;
        doing->label = _(generic[i].label);
        doing->confirm = generic[i].confirm ? _(generic[i].confirm) : NULL;
        doing->done = done;
        doing->context = context;
        start(doing, strcmp(verb, "delete") == 0);
    }
}

bool action_box_of(uint64_t dialog, struct action_box *box_r)
{
    for (const struct doing *doing = all; doing; doing = doing->next)
        if (doing->dialog == dialog && doing->action) {
            *box_r = (struct action_box){.entity = doing->entity,
                                         .action = doing->action,
                                         .screen = doing->screen,
                                         .id = doing->targets[0].id,
                                         .count = doing->count};
            return true;
        }
    return false;
}

/* ---- which are allowed ---- */

static bool named(const json_t *can, const char *name)
{
    for (size_t i = 0; i < json_array_size(can); i++)
        if (strcmp(json_string_value(json_array_get(can, i)), name) == 0)
            return true;
    return false;
}

bool action_allowed(struct app_context *app, const struct catalogue_entity *entity,
                    const struct catalogue_action *action, const json_t *row, const json_t *can)
{
    (void)app, (void)entity;
    if (can)
        return named(can, action->name);
    const char *state = action->state ? json_string_value(json_object_get(row, action->state)) : NULL;
    return catalogue_action_from(action, state) &&
           !json_object_get(json_object_get(row, "cannot"), action->name);
}

void action_ask_cannot(const struct catalogue_entity *entity, json_t *list_args)
{
    for (size_t i = 0; entity && i < entity->nactions; i++)
        if (entity->actions[i].checked)
            json_object_set_new(list_args, "cannot", json_true());
}

bool action_say_why_not(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                        const struct key *key)
{
    const json_t *cannot = json_object_get(row, "cannot");
    for (size_t i = 0; cannot && key->kind == KEY_TEXT && i < entity->nactions; i++) {
        const struct catalogue_action *action = &entity->actions[i];
        const char *why = json_string_value(json_object_get(cannot, action->name));
        if (!action->key || action->key != key->code || !why)
            continue;
        ui_say(app->ui, ROLE_WARNING, "%s: %s", _(action->label), _(why));
        return true;
    }
    return false;
}

void action_keys(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                 const json_t *can, struct key_bar *bar)
{
    enum { FIRST_PRIORITY = 2, LATER_PRIORITY = 20 };
    for (size_t i = 0; row && i < entity->nactions; i++) {
        const struct catalogue_action *action = &entity->actions[i];
        if (!action->key || !action_allowed(app, entity, action, row, can))
            continue;
        bool step = action->from[0] &&
                    strcmp(action->from[0], "*") != 0; /* of the flow, before what is always there */
        key_bar_add(bar, action->key, _(action->label), step ? FIRST_PRIORITY + (int)i : LATER_PRIORITY);
    }
}

const struct catalogue_action *action_of_key(struct app_context *app, const struct catalogue_entity *entity,
                                             const json_t *row, const json_t *can, const struct key *key)
{
    for (size_t i = 0; row && key->kind == KEY_TEXT && i < entity->nactions; i++) {
        const struct catalogue_action *action = &entity->actions[i];
        if (action->key && action->key == key->code && action_allowed(app, entity, action, row, can))
            return action;
    }
    return NULL;
}

void action_stop_all(void)
{
    for (struct doing *doing = all; doing; doing = doing->next)
        doing->stop = true;
}

bool action_under_way(void)
{
    for (const struct doing *doing = all; doing; doing = doing->next)
        if (doing->count > 1 && doing->sent && !doing->stop)
            return true;
    return false;
}
