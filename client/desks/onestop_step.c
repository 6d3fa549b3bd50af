/* The steps of the money: what is asked for each, with what it most often will be, and sending it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "client/desks/onestop-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"

/* Only these: an order has many other actions, which belong to other desks. */
static const char *const steps[] = {"audit",   "price",   "receive", "clear",
                                    "approve", "decline", "return",  "onestop"};

void onestop_init_step(struct onestop *desk)
{
    desk->step = (struct onestop_step){.id = NIL, .arena = arena_create(0)};
}

void onestop_finish_step(struct onestop *desk)
{
    arena_destroy(desk->step.arena);
}

bool onestop_allowed(struct onestop *desk, const struct catalogue_action *action)
{
    const struct job *job = jobs_current(&desk->jobs);
    bool ours = false;
    for (size_t i = 0; action && i < array_len(steps); i++)
        ours |= strcmp(steps[i], action->name) == 0;
    return ours && job && !job->pending &&
           action_allowed(desk->app, desk->jobs.entity, action, job->row, NULL);
}

const struct catalogue_action *onestop_next(struct onestop *desk)
{
    const char *name = onestop_stages[desk->stage].action;
    const struct catalogue_action *action =
        name && desk->jobs.entity ? catalogue_action(desk->jobs.entity, name) : NULL;
    return onestop_allowed(desk, action) ? action : NULL;
}

/* The letters are capitals; the small ones will do where they mean nothing else. */
const struct catalogue_action *onestop_action(struct onestop *desk, const struct key *key)
{
    for (size_t i = 0; key->kind == KEY_TEXT && key->code < 0x80 && desk->jobs.entity && i < array_len(steps);
         i++) {
        const struct catalogue_action *action = catalogue_action(desk->jobs.entity, steps[i]);
        if (action && (action->key == key->code || action->key == toupper(key->code)) &&
            onestop_allowed(desk, action))
            return action;
    }
    return NULL;
}

/* ---- sending */

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct onestop *desk = context;
    struct onestop_step *step = &desk->step;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *field = json_string_value(json_object_get(answer->object, "field"));
    (void)screen;
    bool keep = answer->code == ERR_INVALID && step->dialog;
    if (keep && ui_find(desk->app->ui, step->dialog)) {
        step->sent = false;
        sheet_dialog_accuse(desk->app, step->dialog, field, answer_text(arena, desk->jobs.entity, answer));
        return;
    }
    if (step->dialog)
        sheet_dialog_close(desk->app, step->dialog);
    if (answer->code != ERR_NONE)
        answer_say(desk->app, desk->jobs.entity, answer);
    else
        ui_say(desk->app->ui, ROLE_GOOD, _("%s: done"), _(step->action->label));
    jobs_end(&desk->jobs, step->id, answer->code != ERR_NONE);
    step->id = NIL;
    step->sent = false;
    record_again(&desk->record);
    onestop_count(desk);
}

static void send(struct onestop *desk, json_t *args)
{
    struct onestop_step *step = &desk->step;
    const char *charge = json_string_value(json_object_get(args, "charge_id"));
    if (charge)
        json_object_set_new(args, "charge_id", json_integer(strtoll(charge, NULL, 10)));
    json_object_set_new(args, "id", json_integer(step->id));
    json_object_set_new(args, "version", json_integer(step->version));
    step->sent = true;
    ask(desk->app, &desk->screen, verb_of("rescue", step->action->name), args, CALL_CHANGES, NULL, on_answer,
        desk);
}

static void on_submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct onestop *desk = context;
    (void)below;
    desk->step.dialog = dialog;
    send(desk, values);
}

/* What was sent is on its way all the same: its answer ends the step. */
static void on_cancel(struct screen *below, void *context)
{
    struct onestop *desk = context;
    (void)below;
    if (desk->step.sent)
        return;
    jobs_end(&desk->jobs, desk->step.id, false);
    desk->step.id = NIL;
}

/* ---- what is asked */

/* Of which payers the step asks: who has not paid, or whose part is not closed. */
static const char *state_of(const struct catalogue_action *action)
{
    return strcmp(action->name, "receive") == 0 ? "priced" : "received";
}

static size_t payers_in(const json_t *row, const char *state)
{
    size_t i, count = 0;
    const json_t *charge;
    json_array_foreach(json_object_get(row, "charges"), i, charge) count +=
        strcmp(order_text(charge, "money_state"), state) == 0;
    return count;
}

/* Payers as a choice: the id is the code. */
static const struct choice *payer_choices(struct onestop *desk, const json_t *row, const char *state)
{
    struct onestop_step *step = &desk->step;
    size_t i, count = 0;
    const json_t *charge;
    json_array_foreach(json_object_get(row, "charges"), i, charge)
    {
        char rest[MONEY_TEXT_SIZE];
        if (strcmp(order_text(charge, "money_state"), state) != 0 || count == ONESTOP_PAYERS)
            continue;
        money_print(rest, sizeof(rest),
                    order_number(charge, "amount_fen") - order_number(charge, "received_fen"));
        step->payers[count++] = (struct choice){
            .code = arena_printf(step->arena, "%" PRId64, order_number(charge, "id")),
            .label = arena_printf(step->arena, "%s %s", order_text(charge, "payer_label"), rest)};
    }
    step->payers[count] = (struct choice){0};
    return step->payers;
}

static bool wanted(const struct catalogue_action *action, const struct field *field, const json_t *row)
{
    if (strcmp(field->name, "charge_id") == 0)
        return payers_in(row, state_of(action)) > 1;
    if (strcmp(field->name, "cost_fen") == 0)
        return order_number(row, "supplier_id") != NIL;
    if (strcmp(field->name, "commission_fen") == 0)
        return order_number(row, "driver_id") != NIL && order_number(row, "supplier_id") == NIL;
    if (strcmp(field->name, "difference_reason") == 0)
        return order_rest_fen(row) > 0;
    return true;
}

/* Else how the money came in must be said. */
static bool has_method(const json_t *row)
{
    return json_is_string(json_object_get(row, "method"));
}

static size_t fields_of(struct onestop *desk, const struct catalogue_action *action, const json_t *row)
{
    struct field *fields = desk->step.fields;
    size_t count = 0;
    if (action->reason)
        fields[count++] = action_reason(action->reasons);
    for (size_t i = 0; i < action->nargs && count < ONESTOP_FIELDS; i++) {
        if (!wanted(action, &action->args[i], row))
            continue;
        fields[count] = action->args[i];
        if (strcmp(fields[count].name, "charge_id") == 0) {
            fields[count].type = FIELD_CHOICE;
            fields[count].choices = payer_choices(desk, row, state_of(action));
            fields[count].required = strcmp(action->name, "receive") == 0;
        }
        fields[count].required |= strcmp(fields[count].name, "difference_reason") == 0 ||
                                  (strcmp(action->name, "receive") == 0 &&
                                   strcmp(fields[count].name, "method") == 0 && !has_method(row));
        count++;
    }
    return count;
}

/* What it most often will be, to be left or overwritten. */
static json_t *values_of(const struct catalogue_action *action, const json_t *row)
{
    json_t *values = json_object();
    int64_t price = order_price_fen(row), rest = order_rest_fen(row);
    const json_t *method = json_object_get(row, "method"), *taken = json_object_get(row, "taken_method");
    bool receives = strcmp(action->name, "receive") == 0;
    if (!receives && price != NIL)
        json_object_set_new(values, "price_fen", json_integer(price));
    if (receives && rest != NIL && payers_in(row, "priced") <= 1)
        json_object_set_new(values, "amount_fen", json_integer(rest));
    json_object_set(values, "method", json_is_string(method) || !taken ? (json_t *)method : (json_t *)taken);
    if (json_is_integer(json_object_get(row, "cost_fen")))
        json_object_set(values, "cost_fen", json_object_get(row, "cost_fen"));
    return values;
}

static const char *text_of(struct arena *arena, const json_t *row)
{
    char price[MONEY_TEXT_SIZE], rest[MONEY_TEXT_SIZE];
    const char *about =
        arena_printf(arena, "%s · %s", order_text(row, "number"), order_text(row, "customer_label"));
    money_print(price, sizeof(price), order_price_fen(row));
    if (order_rest_fen(row) == NIL)
        return arena_printf(arena, _("%s\nProposed: %s"), about, price);
    return arena_printf(arena, _("%s\nPrice: %s  Rest: %s"), about, price,
                        money_print(rest, sizeof(rest), order_rest_fen(row)));
}

static void ask_step(struct onestop *desk, const struct job *job, const struct catalogue_action *action)
{
    struct onestop_step *step = &desk->step;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *full = record_row(&desk->record), *row = full ? full : job->row;
    arena_reset(step->arena);
    step->action = action;
    step->id = job->id;
    step->version = job->version;
    step->dialog = 0;
    step->sent = false;
    size_t count = fields_of(desk, action, row);
    jobs_begin(&desk->jobs, job->id);
    if (!count) {
        send(desk, json_object());
        return;
    }
    json_t *values = values_of(action, row);
    step->dialog = sheet_dialog_open(desk->app, &desk->screen,
                                     &(struct sheet_dialog){.title = _(action->label),
                                                            .text = text_of(arena, row),
                                                            .fields = step->fields,
                                                            .nfields = count,
                                                            .values = values,
                                                            .whole = true,
                                                            .submit = on_submit,
                                                            .cancelled = on_cancel,
                                                            .context = desk});
    json_decref(values);
}

/* ---- several at once */

static void on_bulk(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct onestop *desk = onestop_of(screen);
    (void)context;
    for (size_t i = 0; i < outcome->count; i++) {
        bool refused =
            !outcome->cancelled && (outcome->done ? !outcome->done[i] : outcome->answer->code != ERR_NONE);
        jobs_end(&desk->jobs, outcome->targets[i].id, refused);
    }
    if (!outcome->cancelled)
        table_unmark_all(&desk->jobs.table);
    record_again(&desk->record);
    onestop_count(desk);
}

static void take_marked(struct onestop *desk, const struct catalogue_action *action)
{
    VEC(struct action_target) targets = {0};
    vec_each(const struct job, job, &desk->jobs.items)
    {
        if (table_is_marked(&desk->jobs.table, job->id) && !job->pending)
            vec_push(&targets, ((struct action_target){job->id, job->version}));
    }
    bool can = action->bulk && targets.count <= 100;
    for (size_t i = 0; can && i < targets.count; i++)
        jobs_begin(&desk->jobs, targets.items[i].id);
    if (targets.count)
        action_run(desk->app, &desk->screen, desk->jobs.entity, action, targets.items, targets.count, on_bulk,
                   NULL);
    vec_finish(&targets);
}

unsigned onestop_take(struct onestop *desk, const struct catalogue_action *action)
{
    const struct job *job = jobs_current(&desk->jobs);
    if (!job || !action || desk->step.id != NIL)
        return SCREEN_BELL;
    if (desk->jobs.table.marks.count > 1)
        take_marked(desk, action);
    else
        ask_step(desk, job, action);
    return SCREEN_REDRAW;
}
