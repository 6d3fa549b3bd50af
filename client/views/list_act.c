/* Actions on the marked rows, or on the one under the cursor; what came of each; and taking the last of them back. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/list-private.h"
#include "client/views/list_tools.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

/* What was done last to rows of a list, if it can be taken back. */
static struct {
    char *entity, *undo, *label;
    struct action_target *targets;
    size_t count;
} last;

/* The marked rows, or the one under the cursor. Marks whose rows are not at hand any more are taken off. */
static size_t targets_of(struct list *list, struct action_target **targets_r)
{
    struct rows *rows = &list->rows;
    size_t n = 0;
    struct action_target *targets = memory_zeroed(rows->table.marks.count + 1, sizeof(*targets));
    for (size_t i = rows->table.marks.count; i-- > 0;) {
        int64_t id = rows->table.marks.items[i];
        const struct rows_record *record = rows_find(rows, id);
        if (record)
            targets[n++] = (struct action_target){record->id, record->version};
        else
            table_mark(&rows->table, id, false);
    }
    const struct rows_record *current = rows_current(rows);
    if (!n && current)
        targets[n++] = (struct action_target){current->id, current->version};
    *targets_r = targets;
    return n;
}

/* ---- taking back ---- */

static void forget_last(void)
{
    free(last.entity);
    free(last.undo);
    free(last.label);
    free(last.targets);
    memset(&last, 0, sizeof(last));
}

static int64_t version_after(const struct action_outcome *outcome, size_t i)
{
    int64_t version = NIL;
    if (outcome->versions)
        return outcome->versions[i];
    const json_t *json = json_object_get(outcome->answer->object, "version");
    if (json_is_integer(json))
        version = json_integer_value(json);
    return version;
}

static void keep_last(const struct action_outcome *outcome)
{
    forget_last();
    if (!outcome->undo)
        return;
    last.targets = memory_zeroed(outcome->count, sizeof(*last.targets));
    for (size_t i = 0; i < outcome->count; i++) {
        bool done = outcome->done ? outcome->done[i] : outcome->answer->code == ERR_NONE;
        int64_t version = done ? version_after(outcome, i) : NIL;
        if (version != NIL)
            last.targets[last.count++] = (struct action_target){outcome->targets[i].id, version};
    }
    last.entity = memory_strdup(outcome->entity->name);
    last.undo = memory_strdup(outcome->undo);
    last.label = memory_strdup(outcome->label);
}

/* ---- what came of it ---- */

static void flag_rows(struct list *list, const struct action_outcome *outcome, bool all)
{
    for (size_t i = 0; i < outcome->count; i++) {
        bool done = outcome->done ? outcome->done[i] : all;
        bool failed = !done && !outcome->cancelled && (!outcome->words || outcome->words[i]);
        rows_flag(&list->rows, outcome->targets[i].id, failed ? ROW_FAILED : 0,
                  ROW_PENDING | (failed ? 0 : ROW_FAILED));
        if (done && !outcome->cancelled)
            table_mark(&list->rows.table, outcome->targets[i].id, false);
    }
}

static bool any_refused(const struct action_outcome *outcome)
{
    for (size_t i = 0; outcome->words && i < outcome->count; i++)
        if (outcome->words[i])
            return true;
    return false;
}

static void on_acted(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct list *list = context;
    (void)screen;
    bool all = outcome->answer && outcome->answer->code == ERR_NONE;
    flag_rows(list, outcome, all);
    if (outcome->cancelled)
        return;
    if (all || outcome->done)
        keep_last(outcome);
    if (any_refused(outcome))
        list_results_open(list, outcome);
    rows_read(&list->rows);
}

static void mark_pending(struct list *list, const struct action_target targets[], size_t count, bool pending)
{
    for (size_t i = 0; i < count; i++)
        rows_flag(&list->rows, targets[i].id, pending ? ROW_PENDING : 0, ROW_FAILED);
}

/* One alone is named in the box that asks: it covers the row, and others may move it. */
static void name_target(struct list *list, struct arena *arena, struct action_target targets[], size_t count)
{
    const struct rows_record *record = count == 1 ? rows_find(&list->rows, targets[0].id) : NULL;
    if (record)
        targets[0].title = list_record_title(list, arena, record->row);
}

void list_act(struct list *list, const struct catalogue_action *action)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct action_target *targets;
    size_t count = targets_of(list, &targets);
    name_target(list, arena, targets, count);
    mark_pending(list, targets, count, (count > 1 && action->bulk) || (count == 1 && !action->nargs));
    if (count)
        action_run(list->app, &list->screen, list->entity, action, targets, count, on_acted, list);
    free(targets);
}

const char *list_disable_verb(struct list *list)
{
    const struct rows_record *current = rows_current(&list->rows);
    const json_t *disabled = json_object_get(current ? current->row : NULL, "disabled_at");
    const char *verb = disabled && !json_is_null(disabled) ? "enable" : "disable";
    bool may = current && catalogue_field(list->entity, "disabled_at") &&
               app_may(list->app, verb_of(list->entity->name, verb));
    return may ? verb : NULL;
}

bool list_disable(struct list *list)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *verb = list_disable_verb(list);
    struct action_target *targets;
    if (!verb)
        return false;
    size_t count = targets_of(list, &targets);
    name_target(list, arena, targets, count);
    action_run_generic_many(list->app, &list->screen, list->entity, verb, targets, count, on_acted, list);
    free(targets);
    return true;
}

/* ---- the tool ---- */

static bool can_undo(const struct subject *subject)
{
    return last.count && subject->entity && strcmp(last.entity, subject->entity->name) == 0 &&
           app_may(subject->app, verb_of(last.entity, last.undo)) && list_of_rows(subject->screen);
}

static void undo(const struct subject *subject)
{
    struct list *list = list_of_rows(subject->screen);
    const struct catalogue_action *action = catalogue_action(subject->entity, last.undo);
    size_t count = last.count;
    struct action_target *targets = memory_zeroed(count, sizeof(*targets));
    memcpy(targets, last.targets, count * sizeof(*targets));
    ui_say(subject->app->ui, ROLE_NORMAL, _("Takes back: %s (%zu)"), last.label, count);
    if (action)
        action_run(list->app, &list->screen, list->entity, action, targets, count, on_acted, list);
    else
        action_run_generic_many(list->app, &list->screen, list->entity, last.undo, targets, count, on_acted,
                                list);
    free(targets);
}

static const struct tool tools[] = {
    {
        .name = "undo",
        .label = N_("Undo"),
        .help = N_("Takes the last action on rows of this list back, where its flow has a way back"),
        .search = "undo revert chexiao",
        .key = 'U',
        .priority = 20,
        .places = TOOL_LIST,
        .may = can_undo,
        .run = undo,
    },
};

void list_act_register(void)
{
    tool_register(tools, array_len(tools));
}
