/* What may be repaired of an order, and when. */
#include "server/areas/rescue/repair.h"

#include <string.h>

#include "base/arena.h"
#include "server/areas/repair/area.h"
#include "server/areas/rescue/area.h"

const struct field rescue_repair_args[RESCUE_REPAIR_ARGS] = {
    ARG(branch_id, FIELD_REF, .ref = "branch", .label = N_("Branch"),
        .help = N_("The station the order belongs to.")),
    ARG(customer_id, FIELD_REF, .ref = "customer", .label = N_("Customer"),
        .help = N_("Who really ordered; what he paid goes with him.")),
    ARG(vehicle_id, FIELD_REF, .ref = "vehicle", .label = N_("Vehicle"),
        .help = N_("Which vehicle really went.")),
    ARG(driver_id, FIELD_REF, .ref = "driver", .label = N_("Driver"),
        .help = N_("Who really drove. Empty: the same one, or the first who drives that vehicle.")),
    ARG(dispatched_at, FIELD_TIME, .label = N_("Dispatched"),
        .help = N_("When a vehicle really was chosen.")),
    ARG(accepted_at, FIELD_TIME, .label = N_("Accepted"), .help = N_("When the driver really said yes.")),
    ARG(departed_at, FIELD_TIME, .label = N_("Departed"), .help = N_("When the vehicle really set out.")),
    ARG(arrived_at, FIELD_TIME, .label = N_("Arrived"), .help = N_("When it really was at the place.")),
    ARG(done_at, FIELD_TIME, .label = N_("Ended"), .help = N_("When the job really was over.")),
    ARG(price_fen, FIELD_FEN, .label = N_("Price"), .min = 0, .max = 1000000000,
        .help = N_("The price as it should have been agreed; of an audited order.")),
    ARG(method, FIELD_CHOICE, .base = "payment_method", .label = N_("Payment method"),
        .help = N_("How the money really comes, or came in.")),
    REPAIR_BACK_ARG,
};

static const char *const parts[] = {"branch_id",     "customer_id",  "vehicle_id",  "driver_id",
                                    "dispatched_at", "accepted_at",  "departed_at", "arrived_at",
                                    "done_at",       "price_fen",    "method",      "state",
                                    "money_state",   "received_fen", NULL};

struct repair_rows *repair_rows_of(struct act *record)
{
    if (!record->data)
        record->data = arena_new(record->request->arena, struct repair_rows);
    return record->data;
}

bool repair_asks(const struct act *record, const char *field)
{
    return act_is_set(record, field);
}

bool repair_is_live(const char *state)
{
    static const char *const live[] = {"dispatched", "accepted", "on_the_way", "arrived"};
    for (size_t i = 0; i < array_len(live); i++) {
        if (strcmp(live[i], state) == 0)
            return true;
    }
    return false;
}

static bool is(const char *state, const char *wanted)
{
    return state && strcmp(state, wanted) == 0;
}

/* ---- as people see it */

static const struct sql sql_paid_by = {"rescue_repair_paid_by",
                                       "SELECT min(method) FROM document WHERE entity = 'rescue' AND row_id "
                                       "= $1 AND kind = 'receipt' AND state = "
                                       "'posted' AND red_of IS NULL HAVING count(DISTINCT method) = 1"};

/* Where money came, how it came is what its receipts say, whatever was meant when the order was audited. */
static int seen(struct act *record)
{
    const struct rescue *was = record->was;
    if (was->received_fen == 0)
        return 0;
    struct rows *rows = tx_read(record->request->tx, &sql_paid_by, p_int(record->id));
    if (rows_text(rows, 0, 0))
        ((struct rescue *)(uintptr_t)was)->method = rows_text(rows, 0, 0);
    return 0;
}

/* ---- one step back */

/* What it was before it became what it is: the trail knows, but for what a repair itself did. */
static const struct sql sql_before = {
    "rescue_repair_before",
    "SELECT was ->> 'state' FROM change WHERE entity = 'rescue' AND row_id = $1 AND now ->> 'state' = $2 "
    "AND verb NOT IN ('rescue.repair', 'rescue.repaired') ORDER BY version DESC LIMIT 1"};

/* Of an order that came without its trail: by the times it has. */
static const char *state_by_times(const struct rescue *was)
{
    if (is(was->state, "dispatched") || is(was->state, "void"))
        return "new";
    if (is(was->state, "accepted"))
        return "dispatched";
    if (is(was->state, "on_the_way"))
        return "accepted";
    if (is(was->state, "arrived"))
        return "on_the_way";
    return !instant_is_nil(was->arrived_at)    ? "arrived"
           : !instant_is_nil(was->departed_at) ? "on_the_way"
           : !instant_is_nil(was->accepted_at) ? "accepted"
                                               : "new";
}

static int state_back(struct act *record)
{
    const struct rescue *was = record->was;
    if (is(was->state, "new"))
        return request_fail(record->request, ERR_CONFLICT, "back",
                            N_("The order is new: there is no step before it"), NULL);
    struct rows *rows = tx_read(record->request->tx, &sql_before, p_int(record->id), p_text(was->state));
    const char *before = rows_text(rows, 0, 0);
    step_set(record, state, before ? before : state_by_times(was));
    return 0;
}

/* Of an order that was priced, money that came is the last step, whether or not it was all. What it was is seen in its papers. */
static int money_back(struct act *record)
{
    const struct rescue *was = record->was;
    if (is(was->money_state, "cleared"))
        step_set(record, money_state, is(was->clear_reason, "no_charge") ? "audited" : "received");
    else if (is(was->money_state, "received"))
        step_set(record, money_state, "priced");
    else if (is(was->money_state, "audited"))
        step_set(record, money_state, "unaudited");
    else if (was->received_fen > 0)
        step_set(record, received_fen, 0);
    else
        step_set(record, money_state, "audited");
    return 0;
}

static int back(struct act *record)
{
    const struct rescue *was = record->was;
    return was->money_state && !is(was->money_state, "unaudited") ? money_back(record) : state_back(record);
}

/* ---- what is refused */

static int refuse(struct act *record, const char *field, const char *msgid)
{
    return request_fail(record->request, ERR_CONFLICT, field, msgid, NULL);
}

static int judge_closed(struct act *record)
{
    struct repair_rows *rows = record->data;
    const char *month = rows_text(rows->closed, 0, 0);
    if (!month)
        return 0;
    return request_fail(record->request, ERR_CONFLICT, NULL,
                        N_("Papers of this order lie in period {period}: a closed period is never touched"),
                        "period", month, NULL);
}

/* Before its end an order is put right by editing it, and by calling vehicles back. */
static int judge_ended(struct act *record)
{
    static const char *const names[] = {"branch_id", "customer_id", "price_fen", "method", "done_at"};
    const struct rescue *was = record->was;
    for (size_t i = 0; !was->money_state && i < array_len(names); i++) {
        if (repair_asks(record, names[i]))
            return refuse(record, names[i],
                          N_("The job has not ended: this is put right by editing the order"));
    }
    if (repair_asks(record, "price_fen") && is(was->money_state, "unaudited"))
        return refuse(record, "price_fen", N_("The order is not audited: its price is set when it is"));
    return 0;
}

static const struct {
    const char *name;
    size_t offset;
} times[] = {
    {"dispatched_at", offsetof(struct rescue, dispatched_at)},
    {"accepted_at", offsetof(struct rescue, accepted_at)},
    {"departed_at", offsetof(struct rescue, departed_at)},
    {"arrived_at", offsetof(struct rescue, arrived_at)},
    {"done_at", offsetof(struct rescue, done_at)},
};

static struct instant time_of(const void *order, size_t i)
{
    return *(const struct instant *)(const void *)((const char *)order + times[i].offset);
}

/* Steps that were not taken get no time, and those that were stay in their order: as far as times are asked for, since two servers' clocks may
 * have noted steps a moment apart the other way round, and that hinders nothing else from being put right. */
static int judge_times(struct act *record)
{
    const struct rescue *was = record->was;
    enum { FUTURE_SECONDS = 120 };
    struct instant last = INSTANT_NIL;
    bool last_touched = false;
    for (size_t i = 0; i < array_len(times); i++) {
        struct instant at = time_of(record->now, i);
        bool touched = repair_asks(record, times[i].name);
        bool asked = touched && !repair_asks(record, "state");
        if (asked && instant_is_nil(time_of(was, i)) && !was->money_state)
            return refuse(record, times[i].name, N_("The order has not come so far"));
        if (asked && at.us > record->request->now.us + FUTURE_SECONDS * US_PER_SECOND)
            return request_fail(record->request, ERR_INVALID, times[i].name,
                                N_("The time lies in the future"), NULL);
        if (!instant_is_nil(at) && !instant_is_nil(last) && at.us < last.us && (touched || last_touched))
            return request_fail(record->request, ERR_INVALID, times[i].name,
                                N_("The time lies before the step before it"), NULL);
        if (!instant_is_nil(at)) {
            last = at;
            last_touched = touched;
        }
    }
    return 0;
}

static int judge_state(struct act *record)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was;
    if (repair_asks(record, "state") && was->money_state && rows_bool(rows->linked, 0, 0))
        return refuse(record, "back", N_("Another vehicle took this job over with an order of its own"));
    if (repair_asks(record, "state") && was->handed_fen > 0)
        return refuse(record, "back", N_("The driver has handed the money in: that is taken back first"));
    return 0;
}

/* ---- the hooks */

static const struct sql sql_closed = {"rescue_repair_closed", "SELECT repair_closed('rescue', $1)"};
static const struct sql sql_linked = {
    "rescue_repair_linked",
    "SELECT EXISTS (SELECT FROM rescue_order WHERE linked_id = $1 AND state <> 'void')"};

static int load(struct act *record)
{
    struct repair_rows *rows = repair_rows_of(record);
    rows->closed = tx_read(record->request->tx, &sql_closed, p_int(record->id));
    rows->linked = tx_read(record->request->tx, &sql_linked, p_int(record->id));
    follow_load(record);
    settle_load(record);
    return 0;
}

static int judge(struct act *record)
{
    if (tx_need(record->request->tx) != TX_OK)
        return request_tx_failed(record->request);
    int result = judge_closed(record);
    if (result == 0)
        result = judge_ended(record);
    if (result == 0)
        result = judge_times(record);
    if (result == 0)
        result = judge_state(record);
    if (result == 0)
        result = follow_judge(record);
    return result ? result : settle_judge(record);
}

static int apply(struct act *record, int64_t asked_by)
{
    const struct rescue *was = record->was;
    if (was->created_by == record->request->session->employee_id)
        return request_fail(record->request, ERR_FORBIDDEN, NULL,
                            N_("Who entered an order does not approve its repair"), NULL);
    int result = follow_apply(record);
    return result ? result : settle_apply(record, asked_by);
}

static const struct repairable repairable = {.entity = &rescue_entity,
                                             .fields = parts,
                                             .seen = seen,
                                             .back = back,
                                             .load = load,
                                             .judge = judge,
                                             .apply = apply,
                                             .follows = repair_tell};

void rescue_register_repair(void)
{
    repair_register(&repairable);
}
