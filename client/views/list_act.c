/* Actions on the marked rows, or on the one under the cursor. */
#include <stdlib.h>

#include "client/views/action.h"
#include "client/views/list-private.h"
#include "model/catalogue.h"

/* The marked rows, or the one under the cursor. */
static size_t targets_of(struct list *list, struct action_target **targets_r)
{
    struct rows *rows = &list->rows;
    size_t marked = rows->table.marks.count, n = 0;
    struct action_target *targets = memory_zeroed(marked + 1, sizeof(*targets));
    for (size_t i = 0; i < marked; i++) {
        const struct rows_record *record = rows_find(rows, rows->table.marks.items[i]);
        if (record)
            targets[n++] = (struct action_target){record->id, record->version};
    }
    const struct rows_record *current = rows_current(rows);
    if (!n && current)
        targets[n++] = (struct action_target){current->id, current->version};
    *targets_r = targets;
    return n;
}

static void on_acted(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct list *list = context;
    (void)screen;
    bool all = outcome->answer && outcome->answer->code == ERR_NONE;
    for (size_t i = 0; i < outcome->count; i++) {
        bool done = outcome->done ? outcome->done[i] : all;
        rows_flag(&list->rows, outcome->targets[i].id, done || outcome->cancelled ? 0 : ROW_FAILED,
                  ROW_PENDING | (done ? ROW_FAILED : 0));
    }
    if (outcome->cancelled)
        return;
    if (all)
        table_unmark_all(&list->rows.table);
    rows_read(&list->rows);
}

void list_act(struct list *list, const struct catalogue_action *action)
{
    struct action_target *targets;
    size_t count = targets_of(list, &targets);
    for (size_t i = 0; i < count; i++)
        rows_flag(&list->rows, targets[i].id, count > 1 || !action->nargs ? ROW_PENDING : 0, ROW_FAILED);
    bool refused = count > 1 && !action->bulk;
    if (refused)
        for (size_t i = 0; i < count; i++)
            rows_flag(&list->rows, targets[i].id, 0, ROW_PENDING);
    if (count)
        action_run(list->app, &list->screen, list->entity, action, targets, count, on_acted, list);
    free(targets);
}
