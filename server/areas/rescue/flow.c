/* The flow of an order as a table: each step with its states, its arguments and its hooks. */
#include "server/areas/messages/area.h"
#include "server/areas/repair/area.h"
#include "server/areas/rescue/conditions.h"
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/repair.h"
#include "server/areas/rescue/rescue.h"

#define ARG_AT                                                                                               \
    ARG(at, FIELD_TIME, .label = N_("Time"),                                                                 \
        .help = N_("The true time, when it is entered afterwards or for the driver. Empty: now."))
#define ARG_KM(needed)                                                                                       \
    ARG(km, FIELD_INT, .label = N_("Km"), .min = 0, .max = 9999, .required = needed,                         \
        .help = N_("Kilometres that are charged."))
#define ARG_KM_LEGS                                                                                          \
    ARG(km_out, FIELD_INT, .label = N_("Km out"), .min = 0, .max = 9999,                                     \
        .help = N_("Kilometres to the place.")),                                                             \
        ARG(km_tow, FIELD_INT, .label = N_("Km towed"), .min = 0, .max = 9999,                               \
            .help = N_("Kilometres with the car."))
#define ARG_ITEMS                                                                                            \
    ARG(items, FIELD_LINES, .lines = &rescue_item_entity, .label = N_("Items"), .max = 50,                   \
        .help = N_("What was used or paid: code, quantity, amount."))
#define ARG_CHARGE_FEN                                                                                       \
    ARG(charge_fen, FIELD_FEN, .label = N_("Empty-run fee"), .min = 0,                                       \
        .help = N_("What is asked for an empty run. Empty: as agreed."))
#define ARG_VEHICLE                                                                                          \
    ARG(vehicle_id, FIELD_REF, .ref = "vehicle", .label = N_("Vehicle"), .required = true,                   \
        .help = N_("The vehicle that goes.")),                                                               \
        ARG(driver_id, FIELD_REF, .ref = "driver", .label = N_("Driver"),                                    \
            .help = N_("One of its drivers; they may be of another branch, as the vehicle may. "             \
                       "Empty: whichever of them is free, on shift first."))
#define ARG_TAKEN                                                                                            \
    ARG(taken_fen, FIELD_FEN, .label = N_("Money taken"), .min = 0,                                          \
        .help = N_("What the customer paid on site.")),                                                      \
        ARG(taken_method, FIELD_CHOICE, .base = "payment_method", .label = N_("Taken by"),                   \
            .help = N_("How it was paid on site."))
#define ARG_PRICE(text)                                                                                      \
    ARG(price_fen, FIELD_FEN, .label = N_("Price"), .min = 0, .max = 1000000000, .help = text)
#define ARG_CHARGE                                                                                           \
    ARG(charge_id, FIELD_INT, .label = N_("Payer"), .min = 1,                                                \
        .help = N_("Id of the payer's row, where the order has several."))
#define ARG_RECEIPT                                                                                          \
    ARG(method, FIELD_CHOICE, .base = "payment_method", .label = N_("Method"),                               \
        .help = N_("How the money came in. Empty: the entry method of the order.")),                         \
        ARG(amount_fen, FIELD_FEN, .label = N_("Amount"), .min = 0, .max = 1000000000,                       \
            .help = N_("What really came in. Empty: all that is due.")),                                     \
        ARG(received_at, FIELD_TIME, .label = N_("Received at"),                                             \
            .help = N_("When it came in. Empty: now.")),                                                     \
        ARG(remarks, FIELD_TEXT, .label = N_("Remarks"), .max = 200, .help = N_("Shown on the document."))

static const struct field at_args[] = {ARG_AT};
static const struct field dispatch_args[] = {
    ARG_VEHICLE,
    ARG(off_shift, FIELD_BOOL, .label = N_("Outside his hours"),
        .help = N_("Sends a driver whose hours do not cover now: he has been asked, and comes.")),
    ARG_AT,
};
static const struct field complete_args[] = {
    ARG_KM(true),
    ARG_ITEMS,
    ARG_KM_LEGS,
    ARG_TAKEN,
    ARG(code, FIELD_CODE, .label = N_("Customer's code"), .max = 6,
        .help = N_("Six digits the customer got in a message: his signature.")),
    ARG_AT,
};
static const struct field empty_args[] = {ARG_CHARGE_FEN, ARG_AT};
static const struct field replace_args[] = {
    ARG(outcome, FIELD_CHOICE, .choices = rescue_outcomes, .label = N_("Outcome"), .required = true,
        .help = N_("How the first vehicle's part ended.")),
    ARG_KM(false),
    ARG_ITEMS,
    ARG_CHARGE_FEN,
    ARG_AT,
};
static const struct field backfill_args[] = {
    ARG_VEHICLE,
    ARG(outcome, FIELD_CHOICE, .choices = rescue_outcomes, .label = N_("Outcome"), .init = "done",
        .help = N_("How the job ended.")),
    ARG(dispatched_at, FIELD_TIME, .label = N_("Dispatched"), .help = N_("When the vehicle was chosen.")),
    ARG(accepted_at, FIELD_TIME, .label = N_("Accepted"), .help = N_("When the driver said yes.")),
    ARG(departed_at, FIELD_TIME, .label = N_("Departed"), .help = N_("When the vehicle set out.")),
    ARG(arrived_at, FIELD_TIME, .label = N_("Arrived"), .help = N_("When it was at the place.")),
    ARG(done_at, FIELD_TIME, .label = N_("Ended"), .required = true, .help = N_("When the job was over.")),
    ARG_KM(false),
    ARG_ITEMS,
    ARG_KM_LEGS,
    ARG_CHARGE_FEN,
    ARG_TAKEN,
};
static const struct field collect_args[] = {
    ARG(taken_fen, FIELD_FEN, .label = N_("Money taken"), .min = 0, .required = true,
        .help = N_("What the customer paid on site, all in all.")),
    ARG(taken_method, FIELD_CHOICE, .base = "payment_method", .label = N_("Taken by"), .required = true,
        .help = N_("How it was paid on site.")),
};
static const struct field contact_args[] = {
    ARG(note, FIELD_TEXT, .label = N_("Note"), .required = true, .max = 200,
        .help = N_("What was said on the phone.")),
};
static const struct field rate_args[] = {
    ARG(score, FIELD_INT, .label = N_("Score"), .required = true, .min = 1, .max = 5,
        .help = N_("1 to 5; 5 is best.")),
    ARG(words, FIELD_NOTE, .label = N_("Comment"), .max = 500, .help = N_("What was said with it.")),
};
static const struct field sms_args[] = {MESSAGE_ARGS};
static const struct field remarks_args[] = {
    ARG(remarks, FIELD_NOTE, .label = N_("Return remarks"), .max = 1000,
        .help = N_("What is told to the third party with the result.")),
};
static const struct field remark_args[] = {
    ARG(remarks, FIELD_NOTE, .label = N_("Return remarks"), .max = 1000, .required = true,
        .help = N_("What is told to the third party with the result.")),
};
static const struct field audit_args[] = {
    ARG_PRICE(N_("The actual price. Empty: as proposed.")),
    ARG(method, FIELD_CHOICE, .base = "payment_method", .label = N_("Entry method"),
        .help = N_("How the money is to come in.")),
    ARG(cost_fen, FIELD_FEN, .label = N_("Cost"), .min = 0, .max = 1000000000,
        .help = N_("What the contractor gets. Empty: as agreed.")),
    ARG(commission_fen, FIELD_FEN, .label = N_("Commission"), .min = 0, .max = 1000000000,
        .help = N_("What the driver gets. Empty: by the rules of commission.")),
};
static const struct field price_args[] = {ARG_PRICE(N_("The price agreed. Empty: as audited."))};
static const struct field receive_args[] = {
    ARG_RECEIPT,
    ARG_CHARGE,
    ARG(final, FIELD_BOOL, .label = N_("Nothing more comes"),
        .help = N_("Ends the receiving although something is due; clearing then needs a reason.")),
};
static const struct field clear_args[] = {
    ARG(difference_reason, FIELD_CHOICE, .base = "clear_difference", .label = N_("Difference"),
        .help = N_("Why less came in than was priced. Needed when something is left.")),
    ARG_CHARGE,
};
static const struct field onestop_args[] = {ARG_PRICE(N_("The actual price. Empty: as proposed.")),
                                            ARG_RECEIPT};
static const struct field approve_args[] = {ARG_CHARGE};

#define ARGS(table) .args = table, .nargs = array_len(table)
#define LIVE "new dispatched accepted on_the_way arrived"

const struct action rescue_actions[RESCUE_ACTIONS] = {
    {.name = "dispatch",
     .key = 'd',
     .quick = "d",
     .label = N_("Dispatch"),
     CONDITIONS(dispatch_conditions),
     .from = "new",
     .to = "dispatched",
     .undo = "recall",
     ARGS(dispatch_args),
     .help = N_("Sends a vehicle with one of its drivers."),
     .load = dispatch_load,
     .in_tx = dispatch_in_tx},
    {.name = "accept",
     .key = 'a',
     .label = N_("Accept"),
     .from = "dispatched",
     .to = "accepted",
     .bulk = true,
     ARGS(at_args),
     .help = N_("The driver takes the job."),
     .in_tx = accept_in_tx},
    {.name = "refuse",
     .key = 'f',
     .label = N_("Refuse"),
     .from = "dispatched",
     .to = "new",
     .reason = true,
     .reason_base = "refuse_reason",
     .help = N_("The driver will not go; the order waits for another."),
     .load = vehicle_load,
     .in_tx = refuse_in_tx},
    {.name = "depart",
     .key = 'g',
     .label = N_("Depart"),
     .from = "accepted",
     .to = "on_the_way",
     .bulk = true,
     ARGS(at_args),
     .help = N_("The vehicle sets out."),
     .load = vehicle_load,
     .in_tx = depart_in_tx},
    {.name = "arrive",
     .key = 'v',
     .label = N_("Arrive"),
     .from = "on_the_way",
     .to = "arrived",
     .bulk = true,
     ARGS(at_args),
     .help = N_("The vehicle is at the place."),
     .load = vehicle_load,
     .in_tx = arrive_in_tx},
    {.name = "complete",
     .key = 'c',
     .label = N_("Complete"),
     .from = "arrived",
     .to = "done",
     ARGS(complete_args),
     .help =
         N_("The job is done: kilometres, items, money taken. The photos its service wants must be there."),
     .load = complete_load,
     .in_tx = complete_in_tx},
    {.name = "empty_run",
     .key = 'n',
     .label = N_("Empty run"),
     .from = "accepted on_the_way arrived",
     .to = "empty",
     .reason = true,
     .reason_base = "empty_run_reason",
     ARGS(empty_args),
     .danger = true,
     .help = N_("The vehicle went, the job fell away."),
     .load = finish_load,
     .in_tx = empty_run_in_tx},
    {.name = "recall",
     .key = 'r',
     .label = N_("Recall"),
     .from = "dispatched accepted on_the_way",
     .to = "new",
     .bulk = true,
     .reason = true,
     .reason_base = "recall_reason",
     .danger = true,
     .help = N_("Calls the vehicle back; the order waits for another."),
     .load = vehicle_load,
     .in_tx = recall_in_tx},
    {.name = "replace",
     .key = 'h',
     .label = N_("Replace vehicle"),
     .from = "arrived",
     .reason = true,
     .reason_base = "replace_reason",
     ARGS(replace_args),
     .danger = true,
     .help = N_("Ends this order and opens a linked one for another vehicle."),
     .load = replace_load,
     .in_tx = replace_in_tx},
    {.name = "backfill",
     .key = 'b',
     .label = N_("Backfill"),
     .from = "new",
     ARGS(backfill_args),
     .help = N_("Enters a job that was done outside the system, with its true times."),
     .load = backfill_load,
     .in_tx = backfill_in_tx},
    {.name = "void",
     .key = 'x',
     .label = N_("Void"),
     CONDITIONS(void_conditions),
     .from = "new dispatched accepted",
     .to = "void",
     .bulk = true,
     .reason = true,
     .reason_base = "void_reason",
     .danger = true,
     .confirm = N_("Void this order?"),
     .help = N_("The job falls away before a vehicle set out. Once a vehicle is sent, only who may recall it "
                "voids."),
     .load = vehicle_load,
     .in_tx = void_in_tx},
    {.name = "copy",
     .key = 'y',
     .label = N_("Copy"),
     .from = "*",
     .help = N_("Makes a new order with the same particulars, without money and times."),
     .load = copy_load,
     .in_tx = copy_in_tx},
    {.name = "contact",
     .key = 't',
     .label = N_("Note contact"),
     .from = "new",
     .bulk = true,
     ARGS(contact_args),
     .help = N_("Notes a call with the person at the car."),
     .in_tx = contact_in_tx},
    {.name = "urge",
     .key = 'u',
     .label = N_("Urge"),
     .bulk = true,
     .from = LIVE,
     .help = N_("The customer asks where we are: counted and flagged."),
     .in_tx = urge_in_tx},
    {.name = "sms",
     .key = 'w',
     .label = N_("Send a message"),
     .from = "*",
     .bulk = true,
     ARGS(sms_args),
     .help = N_(
         "Writes to the person at the car, the customer or the driver, by a template or in your own words."),
     .load = message_hand_load,
     .in_tx = message_hand_in_tx},
    {.name = "rate",
     .key = 'q',
     .label = N_("Rate"),
     .from = "done empty",
     ARGS(rate_args),
     .help = N_("Notes what the customer thinks of the job; a later word takes the place of an earlier one."),
     .in_tx = rate_in_tx},
    {.name = "collect",
     .key = 'm',
     .label = N_("Money taken"),
     CONDITIONS(collect_conditions),
     .from = "arrived done",
     ARGS(collect_args),
     .help = N_("Notes money the driver took on site, until the order is audited."),
     .in_tx = collect_in_tx},
    {.name = "proceed",
     .key = 'p',
     .label = N_("Carry on"),
     .state = "withdrawal",
     .from = "asked",
     .reason = true,
     .help = N_("The third party withdrew the order, and agreed that we go on all the same; it is told why."),
     .in_tx = proceed_in_tx},
    {.name = "update",
     .key = 'e',
     .label = N_("Edit"),
     CONDITIONS(update_conditions),
     .from = LIVE " done",
     .help =
         N_("Puts the particulars right: freely while the order lives, and once done until it is audited.")},

    {.name = "confirm_result",
     .key = 'k',
     .label = N_("Confirm result"),
     .state = "result",
     .from = "pending",
     .to = "confirmed",
     ARGS(remarks_args),
     .help = N_("The customer agrees with the result."),
     .in_tx = confirm_result_in_tx},
    {.name = "dispute",
     .key = 'j',
     .label = N_("Dispute"),
     .state = "result",
     .from = "pending",
     .to = "disputed",
     .undo = "resubmit",
     ARGS(remarks_args),
     .help = N_("The customer does not agree with the result."),
     .in_tx = dispute_in_tx},
    {.name = "resubmit",
     .key = 's',
     .label = N_("Resubmit"),
     .state = "result",
     .from = "disputed",
     .to = "pending",
     ARGS(remarks_args),
     .help = N_("Sends the result again, put right."),
     .in_tx = resubmit_in_tx},
    {.name = "remark",
     .key = 'o',
     .label = N_("Return remarks"),
     .state = "result",
     .from = "pending disputed",
     ARGS(remark_args),
     .help =
         N_("Writes down what is told to the third party with the result, and leaves the result as it is."),
     .in_tx = remark_in_tx},

    {.name = "audit",
     .key = 'A',
     .label = N_("Audit"),
     .state = "money_state",
     CONDITIONS(audit_conditions),
     .from = "unaudited",
     .to = "audited",
     .undo = "return",
     .bulk = true,
     ARGS(audit_args),
     .help = N_("Finance checks the facts and sets the actual price and entry method."),
     .load = money_load,
     .in_tx = audit_in_tx},
    {.name = "price",
     .key = 'P',
     .label = N_("Set price"),
     .state = "money_state",
     CONDITIONS(price_conditions),
     .from = "audited priced",
     .to = "priced",
     .undo = "return",
     .bulk = true,
     ARGS(price_args),
     .help = N_("Agrees the price and posts the receivable. Again: red, and anew."),
     .load = money_load,
     .in_tx = price_in_tx},
    {.name = "receive",
     .key = 'R',
     .label = N_("Receive"),
     .state = "money_state",
     CONDITIONS(receive_conditions),
     .from = "priced",
     .to = "received",
     .bulk = true,
     ARGS(receive_args),
     .help = N_("Records money that came in; in parts where it comes so."),
     .load = money_load,
     .in_tx = receive_in_tx},
    {.name = "clear",
     .key = 'C',
     .label = N_("Clear"),
     .state = "money_state",
     .from = "received",
     .to = "cleared",
     .bulk = true,
     ARGS(clear_args),
     .help = N_("Closes the receivable; what is left needs a reason."),
     .load = money_load,
     .in_tx = clear_in_tx},
    {.name = "approve",
     .key = 'B',
     .label = N_("Approve difference"),
     .state = "money_state",
     CONDITIONS(approve_conditions),
     .from = "received",
     .permission = "document.approve",
     .bulk = true,
     ARGS(approve_args),
     .help = N_("Gives up what is left, as somebody else has asked; that closes the receivable."),
     .load = money_load,
     .in_tx = approve_in_tx},
    {.name = "decline",
     .key = 'X',
     .label = N_("Decline difference"),
     .state = "money_state",
     CONDITIONS(decline_conditions),
     .from = "received",
     .permission = "document.approve",
     .reason = true,
     ARGS(approve_args),
     .help = N_("Does not give it up: it stays due."),
     .load = money_load,
     .in_tx = decline_in_tx},
    {.name = "return",
     .key = 'T',
     .label = N_("Return"),
     .state = "money_state",
     CONDITIONS(return_conditions),
     .from = "audited priced",
     .bulk = true,
     .reason = true,
     .reason_base = "return_reason",
     .danger = true,
     .help = N_("One step back, with red documents for what was posted."),
     .load = money_load,
     .in_tx = return_in_tx},
    {.name = "onestop",
     .key = 'O',
     .label = N_("One-stop"),
     .state = "money_state",
     CONDITIONS(onestop_conditions),
     .from = "unaudited audited priced",
     ARGS(onestop_args),
     .help = N_("Audits, prices and receives in one step."),
     .load = money_load,
     .in_tx = onestop_in_tx},
    REPAIR_ACTION('z', rescue_repair_args, RESCUE_REPAIR_ARGS),
};
