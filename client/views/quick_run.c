#include "client/views/quick_run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/calc.h"
#include "client/views/lookup.h"
#include "client/views/open.h"
#include "client/views/quick_fill.h"
#include "client/views/text.h"
#include "wire/json.h"

/* One line being done, from the first question to the screen. */
struct running {
    struct running *next;
    struct app_context *app;
    uint64_t screen; /* in whose name it asks */
    struct arena *arena;
    struct quick quick;
    struct quick_slots slots;
    size_t waiting; /* answers to come */
    int64_t id;     /* of the record; 0: not found yet */
    json_t *found;  /* rows that fit its part */
};

/* A reference being looked up: which of whose slots. */
struct seeking {
    struct running *running;
    struct quick_slot *slot;
};

/* One whose screen was closed in the middle is nobody's, and is found here. */
static struct running *all;

static void running_free(struct running *running)
{
    struct running **at = &all;
    while (*at != running)
        at = &(*at)->next;
    *at = running->next;
    json_decref(running->found);
    arena_destroy(running->arena);
    free(running);
}

static void forget_lost(struct app_context *app)
{
    for (struct running *running = all, *next; running; running = next) {
        next = running->next;
        if (!ui_find(app->ui, running->screen))
            running_free(running);
    }
}

static const char *keep(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static struct running *running_create(struct app_context *app, const struct quick *quick)
{
    struct screen *top = ui_top(app->ui);
    forget_lost(app);
    if (!top)
        return NULL;
    struct running *running = memory_zeroed(1, sizeof(*running));
    *running = (struct running){.next = all, .app = app, .screen = top->id, .quick = *quick};
    all = running;
    struct arena *arena = running->arena = arena_create(4096);
    running->quick.part = keep(arena, quick->part);
    for (size_t i = 0; i < quick->nargs; i++) {
        running->quick.args[i].name = keep(arena, quick->args[i].name);
        running->quick.args[i].text = keep(arena, quick->args[i].text);
    }
    quick_fill(app, arena, &running->quick, &running->slots);
    return running;
}

/* ---- which row was meant ---- */

static bool same_words(const json_t *row, const char *text)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)row, name, value)
    {
        if (json_is_string(value) && strcasecmp(json_string_value(value), text) == 0)
            return true;
    }
    return false;
}

/* The only row, or the only one that has exactly this as its code, name or number; NULL: not clear. */
static const json_t *unique_row(const json_t *rows, const char *text)
{
    const json_t *only = NULL;
    size_t exact = 0;
    if (json_array_size(rows) == 1)
        return json_array_get(rows, 0);
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (same_words(json_array_get(rows, i), text)) {
            only = json_array_get(rows, i);
            exact++;
        }
    return exact == 1 ? only : NULL;
}

static int64_t id_of(const json_t *row)
{
    int64_t id = 0;
    json_get_int(row, "id", &id);
    return id;
}

/* ---- the action on the record that was found ---- */

static bool named(const json_t *can, const char *name)
{
    for (size_t i = 0; i < json_array_size(can); i++)
        if (strcmp(json_string_value(json_array_get(can, i)), name) == 0)
            return true;
    return false;
}

/* A letter means whichever action has it in this state. */
static const struct catalogue_action *action_meant(const struct quick *quick, const json_t *can)
{
    const struct catalogue_entity *entity = quick->entity;
    if (named(can, quick->action->name))
        return quick->action;
    for (size_t i = 0; quick->by_key && i < entity->nactions; i++)
        if (entity->actions[i].key == quick->action->key && named(can, entity->actions[i].name))
            return &entity->actions[i];
    return NULL;
}

static void start_action(struct running *running, const struct catalogue_action *action, const json_t *row)
{
    struct app_context *app = running->app;
    struct action_target target = {id_of(row), NIL};
    const char *detail, *title = lookup_title(app, running->arena, running->quick.entity, row, &detail);
    const char *question = arena_printf(running->arena, "%s: %s?", _(action->label), title);
    json_get_int(row, "version", &target.version);
    running->quick.action = action;
    json_t *draft = quick_draft(&running->quick, &running->slots);
    action_run_filled(app, ui_top(app->ui), running->quick.entity, action, &target, question, draft);
    json_decref(draft);
}

static void on_got(struct screen *screen, const struct answer *answer, void *context)
{
    struct running *running = context;
    struct app_context *app = running->app;
    const struct quick *quick = &running->quick;
    (void)screen;
    if (answer->code) {
        answer_say(app, quick->entity, answer);
    } else {
        const struct catalogue_action *action = action_meant(quick, json_object_get(answer->object, "can"));
        open_record(app, quick->entity, running->id, OPEN_TASK);
        if (action)
            start_action(running, action, answer->object);
        else
            ui_say(app->ui, ROLE_ERROR, _("%s is not possible now"), _(quick->action->label));
        if (action && running->slots.trouble)
            ui_say(app->ui, ROLE_ERROR, "%s", running->slots.trouble);
    }
    running_free(running);
}

static void get_record(struct running *running)
{
    ask(running->app, ui_find(running->app->ui, running->screen), verb_of(running->quick.entity->name, "get"),
        json_pack("{s:I}", "id", (json_int_t)running->id), CALL_READ, NULL, on_got, running);
}

/* ---- when everything was looked up ---- */

static void on_chosen(void *context, const struct dialog_answer *answer)
{
    struct running *running = context;
    if (answer->key != K_ENTER || !ui_find(running->app->ui, running->screen)) {
        running_free(running);
        return;
    }
    running->id = answer->id;
    get_record(running);
}

static void choose_record(struct running *running)
{
    struct choices choices;
    choices_init(&choices);
    for (size_t i = 0; i < json_array_size(running->found); i++) {
        const json_t *row = json_array_get(running->found, i);
        const char *detail;
        const char *title = lookup_title(running->app, running->arena, running->quick.entity, row, &detail);
        choices_add(&choices, id_of(row), title, detail);
    }
    dialog_choose(running->app->ui, _("Which one is meant?"), &choices, on_chosen, running);
    choices_finish(&choices);
}

static void say_nothing_found(struct running *running)
{
    ui_say(running->app->ui, ROLE_ERROR, _("Nothing was found for %s"), running->quick.part);
}

static void show_record(struct running *running)
{
    struct app_context *app = running->app;
    if (running->id) {
        open_record(app, running->quick.entity, running->id, OPEN_TASK);
        return;
    }
    open_list(app, running->quick.entity, running->quick.part, OPEN_TASK);
    if (!json_array_size(running->found))
        say_nothing_found(running);
}

static void show_new(struct running *running)
{
    json_t *prefill = quick_prefill(running->arena, &running->slots);
    open_new(running->app, running->quick.entity, prefill, OPEN_TASK);
    json_decref(prefill);
    if (running->slots.trouble)
        ui_say(running->app->ui, ROLE_ERROR, "%s", running->slots.trouble);
}

static void go_on(struct running *running)
{
    if (running->waiting)
        return;
    switch (running->quick.kind) {
    case QUICK_ACTION:
        if (running->id) {
            get_record(running);
            return;
        }
        if (json_array_size(running->found)) {
            choose_record(running);
            return;
        }
        say_nothing_found(running);
        break;
    case QUICK_RECORD: show_record(running); break;
    case QUICK_NEW: show_new(running); break;
    default: break;
    }
    running_free(running);
}

/* ---- looking up ---- */

static void on_record(struct screen *screen, const struct answer *answer, void *context)
{
    struct running *running = context;
    const json_t *rows = json_object_get(answer->object, "rows");
    const json_t *row = unique_row(rows, running->quick.part);
    (void)screen;
    if (answer->code)
        answer_say(running->app, running->quick.entity, answer);
    running->found = json_deep_copy(rows);
    running->id = row ? id_of(row) : 0;
    running->waiting--;
    go_on(running);
}

static void on_reference(struct screen *screen, const struct answer *answer, void *context)
{
    struct seeking *seeking = context;
    struct running *running = seeking->running;
    struct quick_slot *slot = seeking->slot;
    const struct catalogue_entity *entity = catalogue_entity(running->app->catalogue, slot->field->ref);
    const json_t *row = unique_row(json_object_get(answer->object, "rows"), slot->text);
    (void)screen;
    if (row && entity) {
        const char *detail;
        slot->value = arena_printf(running->arena, "%lld", (long long)id_of(row));
        slot->label =
            arena_strdup(running->arena, lookup_title(running->app, running->arena, entity, row, &detail));
    } else if (!running->slots.trouble) {
        running->slots.trouble =
            text_fill(running->arena, _("{text} is not one {field} alone: choose"), "text", slot->text,
                      "field", slot->field->label ? _(slot->field->label) : slot->field->name, NULL);
    }
    running->waiting--;
    go_on(running);
}

static void seek(struct running *running, struct screen *screen, struct quick_slot *slot)
{
    struct seeking *seeking = arena_new(running->arena, struct seeking);
    *seeking = (struct seeking){running, slot};
    if (lookup_ask(running->app, screen, slot->field->ref, slot->text, on_reference, seeking))
        running->waiting++;
}

/* "#12" */
static int64_t id_of_part(const char *part)
{
    char *end;
    if (!part || *part != '#')
        return 0;
    long long id = strtoll(part + 1, &end, 10);
    return *end || id < 0 ? 0 : id;
}

static void look_up(struct app_context *app, const struct quick *quick)
{
    struct running *running = running_create(app, quick);
    struct screen *screen = running ? ui_find(app->ui, running->screen) : NULL;
    if (!screen)
        return;
    running->id = id_of_part(quick->part);
    if (quick->part && !running->id) {
        if (!lookup_ask(app, screen, quick->entity->name, quick->part, on_record, running)) {
            ui_say(app->ui, ROLE_ERROR, "%s", _("You have no right to do this"));
            running_free(running);
            return;
        }
        running->waiting++;
    }
    for (size_t i = 0; i < running->slots.count; i++)
        if (running->slots.items[i].seek)
            seek(running, screen, &running->slots.items[i]);
    go_on(running);
}

static void say_sum(struct app_context *app, const char *text)
{
    char sum[64];
    text += strspn(text, "= ");
    if (calc(text, 6, sum, sizeof(sum)) == 0)
        ui_say(app->ui, ROLE_GOOD, "%s = %s", text, sum);
    else
        ui_say(app->ui, ROLE_ERROR, "%s", _("This sum cannot be worked out"));
}

void quick_run(struct app_context *app, const struct quick *quick)
{
    switch (quick->kind) {
    case QUICK_NONE: break;
    case QUICK_SUM: say_sum(app, quick->sum); break;
    case QUICK_LIST: open_list(app, quick->entity, *quick->filter ? quick->filter : NULL, OPEN_TASK); break;
    default: look_up(app, quick); break;
    }
}

const char *quick_words(struct arena *arena, const struct quick *quick)
{
    const struct catalogue_entity *entity = quick->entity;
    const char *label = entity && entity->label ? _(entity->label) : entity ? entity->name : "";
    const char *plural = entity && entity->plural ? _(entity->plural) : label;
    struct str text;
    str_init(&text, arena);
    switch (quick->kind) {
    case QUICK_NONE: break;
    case QUICK_SUM: str_addf(&text, "= %s", quick->sum); break;
    case QUICK_LIST: str_addf(&text, *quick->filter ? "%s: %s" : "%s", plural, quick->filter); break;
    case QUICK_RECORD: str_addf(&text, "%s: %s", plural, quick->part); break;
    case QUICK_NEW: str_addf(&text, "%s: %s", _("New"), label); break;
    case QUICK_ACTION: str_addf(&text, "%s: %s %s", _(quick->action->label), label, quick->part); break;
    }
    for (size_t i = 0; i < quick->nargs; i++)
        str_addf(&text, " · %s%s%s", quick->args[i].name ? quick->args[i].name : "",
                 quick->args[i].name ? "=" : "", quick->args[i].text);
    return text.data;
}
