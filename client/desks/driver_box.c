/*
 * What a step must be told is asked in a box: the end of a job, why one is refused, money taken. What stands in it is kept on the disk with the
 * steps that wait, and comes back when the program was killed, or when the server refuses the step.
 */
#include <string.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/sheet_dialog.h"

static bool is_finish(const struct catalogue_action *action)
{
    return strcmp(action->name, "complete") == 0;
}

static size_t fields_of(struct driver_box *box)
{
    const struct catalogue_action *action = box->action;
    size_t count = 0;
    if (is_finish(action))
        return driver_finish_fields(action, box->fields);
    if (action->reason)
        box->fields[count++] = action_reason(action->reasons);
    for (size_t i = 0; i < action->nargs && count < array_len(box->fields); i++)
        box->fields[count++] = action->args[i];
    return count;
}

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct driver *desk = context;
    struct driver_box *box = &desk->box;
    json_t *args = json_deep_copy(values);
    struct driver_step *step = box->serial ? driver_queue_find(desk, box->serial) : NULL;
    (void)below;
    if (is_finish(box->action) && !driver_finish_args(args)) {
        sheet_dialog_accuse(desk->app, dialog, "km", _("Say how many kilometres are charged"));
        json_decref(args);
        json_decref(values);
        return;
    }
    sheet_dialog_close(desk->app, dialog);
    box->dialog = 0;
    if (step)
        driver_queue_correct(desk, step, args, values);
    else
        driver_queue_add(desk, box->id, box->action->name, args, values);
}

static void on_cancel(struct screen *below, void *context)
{
    struct driver *desk = context;
    (void)below;
    desk->box.dialog = 0;
}

static void open(struct driver *desk, const json_t *values, const json_t *draft)
{
    struct driver_box *box = &desk->box;
    size_t count = fields_of(box);
    box->dialog = sheet_dialog_open(desk->app, &desk->screen,
                                    &(struct sheet_dialog){.title = _(box->action->label),
                                                           .fields = box->fields,
                                                           .nfields = count,
                                                           .values = values,
                                                           .draft = draft,
                                                           .whole = true,
                                                           .submit = on_submit,
                                                           .cancelled = on_cancel,
                                                           .context = desk});
}

void driver_ask(struct driver *desk, int64_t id, const struct catalogue_action *action, const json_t *values)
{
    desk->box = (struct driver_box){.id = id, .action = action};
    open(desk, values, NULL);
}

void driver_correct(struct driver *desk, struct driver_step *step)
{
    const struct catalogue_action *action = catalogue_action(desk->now.entity, step->action);
    if (!action)
        return;
    desk->box = (struct driver_box){.id = step->id, .action = action, .serial = step->serial};
    open(desk, step->values, NULL);
    if (step->why)
        sheet_dialog_accuse(desk->app, desk->box.dialog, step->field, step->why);
}

/* ---- kept */

static const struct sheet *sheet_of(const struct driver *desk)
{
    struct screen *screen = desk->box.dialog ? ui_find(desk->app->ui, desk->box.dialog) : NULL;
    return screen ? sheet_dialog_sheet(screen) : NULL;
}

bool driver_box_is_open(const struct driver *desk)
{
    return sheet_of(desk) != NULL;
}

json_t *driver_box_save(const struct driver *desk)
{
    const struct sheet *sheet = sheet_of(desk);
    const struct driver_step *step = desk->box.serial ? driver_queue_find(desk, desk->box.serial) : NULL;
    if (!sheet)
        return NULL;
    json_t *saved = json_pack("{s:I, s:s, s:o}", "id", (json_int_t)desk->box.id, "action",
                              desk->box.action->name, "sheet", sheet_save((struct sheet *)sheet));
    if (step) /* after a crash the step has another number, and the same key */
        json_object_set(saved, "key", json_object_get(step->args, "key"));
    return saved;
}

static const struct driver_step *step_of(const struct driver *desk, const char *key)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if (*key && (*step)->refused && strcmp(order_text((*step)->args, "key"), key) == 0)
            return *step;
    }
    return NULL;
}

void driver_box_restore(struct driver *desk, const json_t *saved)
{
    const struct catalogue_action *action =
        desk->now.entity ? catalogue_action(desk->now.entity, order_text(saved, "action")) : NULL;
    const struct driver_step *step = step_of(desk, order_text(saved, "key"));
    if (!action || driver_box_is_open(desk))
        return;
    desk->box = (struct driver_box){
        .id = order_number(saved, "id"), .action = action, .serial = step ? step->serial : 0};
    open(desk, step ? step->values : NULL, json_object_get(saved, "sheet"));
    ui_say(desk->app->ui, ROLE_NORMAL, "%s", _("What you were typing is here again"));
}
