/* A rescue order as the third party that ordered it sees it: where it stands and how it ended, not what we make of it. */
#include "server/areas/partner/partner.h"
#include "server/areas/rescue/area.h"
#include "server/entity/within.h"

struct partner_order {
    int64_t branch_id;
    struct instant created_at;
    int64_t customer_id;
    const char *number, *external_number;
    const char *contact_name, *contact_phone, *plate;
    const char *service, *place, *destination;
    struct instant appoint_at;
    const char *state, *result, *result_remarks;
    const char *vehicle, *driver;
    struct instant dispatched_at, accepted_at, departed_at, arrived_at, done_at, voided_at, cancel_at,
        proceed_at;
    const char *proceed_reason;
    int64_t km, charge_fen;
};

#define OWN(member, ...) FIELD(partner_order, member, .readonly = true, __VA_ARGS__)

static const struct field fields[] = {
    OWN(number, .type = FIELD_CODE, .filled = true, .label = N_("Number"), .width = 13, .help = N_("Ours.")),
    OWN(external_number, .type = FIELD_CODE, .label = N_("Case number"), .width = 14,
        .help = N_("The third party's own number of this job.")),
    OWN(branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"),
        .help = N_("The rescue station that has the job.")),
    OWN(customer_id, .filled = true, .type = FIELD_REF, .ref = "customer", .label = N_("Third party"),
        .help = N_("Who ordered.")),
    OWN(created_at, .label = N_("Entered"), .sortable = true, .width = 11,
        .help = N_("When the order was entered.")),
    OWN(contact_name, .filled = true, .label = N_("Contact"), .width = 10,
        .help = N_("Who waits at the car.")),
    OWN(contact_phone, .filled = true, .type = FIELD_PHONE, .label = N_("Phone"), .pii = true,
        .help = N_("Reaches the person at the car.")),
    OWN(plate, .type = FIELD_PLATE, .label = N_("Plate"), .width = 10, .help = N_("Of the car.")),
    OWN(service, .filled = true, .type = FIELD_CHOICE, .base = "service", .label = N_("Service"), .width = 10,
        .help = N_("What is to be done.")),
    OWN(place, .filled = true, .label = N_("Place"), .width = 20, .help = N_("Where the car stands.")),
    OWN(destination, .label = N_("Destination"), .help = N_("Where a towed car goes.")),
    OWN(appoint_at, .label = N_("Appointment"), .width = 11, .help = N_("When the vehicle should be there.")),
    OWN(state, .filled = true, .type = FIELD_CHOICE, .choices = rescue_states, .init = "new",
        .label = N_("State"), .width = 10, .help = N_("How far the job has come.")),
    OWN(result, .type = FIELD_CHOICE, .choices = rescue_results, .filled = true, .init = "none",
        .label = N_("Result"), .width = 10, .help = N_("Whether it is confirmed.")),
    OWN(result_remarks, .type = FIELD_NOTE, .label = N_("Return remarks"), .max = 1000, .width = 20,
        .help = N_("What is told with the result.")),
    OWN(vehicle, .virtual_ = true, .sql = "vehicle_plate(t.vehicle_id)", .label = N_("Vehicle"), .width = 10,
        .help = N_("Plate of the vehicle that goes, or went.")),
    OWN(driver, .virtual_ = true, .sql = "employee_name(t.driver_id)", .label = N_("Driver"), .width = 8,
        .help = N_("Who drives it.")),
    OWN(dispatched_at, .label = N_("Dispatched"), .help = N_("When a vehicle was chosen.")),
    OWN(accepted_at, .label = N_("Accepted"), .help = N_("When the driver said yes.")),
    OWN(departed_at, .label = N_("Departed"), .help = N_("When the vehicle set out.")),
    OWN(arrived_at, .label = N_("Arrived"), .help = N_("When it was at the place.")),
    OWN(done_at, .label = N_("Ended"), .help = N_("When the job was over.")),
    OWN(voided_at, .label = N_("Voided"), .help = N_("When the order was voided.")),
    OWN(cancel_at, .label = N_("Withdrawn"), .help = N_("When the third party withdrew it.")),
    OWN(proceed_at, .label = N_("Gone on with"),
        .help = N_("When we went on with it although it was withdrawn.")),
    OWN(proceed_reason, .label = N_("Gone on because"), .help = N_("What was agreed with the third party.")),
    OWN(km, .label = N_("Km"), .help = N_("Kilometres that are charged.")),
    OWN(charge_fen, .type = FIELD_FEN, .virtual_ = true,
        .sql = "(SELECT c.amount_fen FROM rescue_charge c WHERE c.order_id = t.id AND c.payer_id = "
               "t.customer_id "
               "AND t.money_state IN ('priced', 'received', 'cleared'))",
        .label = N_("Price"), .width = 10,
        .help = N_("The third party's part of the price, once it is agreed.")),
};

static int dispute_run(struct request *request)
{
    return entity_run_as(request, "rescue.dispute");
}

static const struct field dispute_args[] = {
    ARG(remarks, FIELD_NOTE, .label = N_("Return remarks"), .max = 1000,
        .help = N_("What is not as it should be.")),
};

static const struct action actions[] = {
    {.name = "dispute",
     .key = 'j',
     .label = N_("Dispute"),
     .state = "result",
     .from = "pending",
     .to = "disputed",
     .permission = "rescue.dispute",
     .args = dispute_args,
     .nargs = array_len(dispute_args),
     .help = N_("Does not agree with the result."),
     .run = dispute_run},
};

static const char *const columns[] = {"number", "external_number", "created_at", "plate",          "place",
                                      "state",  "vehicle",         "result",     "result_remarks", NULL};
static const char *const main_tab[] = {"number",
                                       "external_number",
                                       "state",
                                       "result",
                                       "result_remarks",
                                       "plate",
                                       "contact_name",
                                       "contact_phone",
                                       "service",
                                       "place",
                                       "destination",
                                       "appoint_at",
                                       "created_at",
                                       "vehicle",
                                       "driver",
                                       "dispatched_at",
                                       "accepted_at",
                                       "departed_at",
                                       "arrived_at",
                                       "done_at",
                                       "voided_at",
                                       "cancel_at",
                                       "proceed_at",
                                       "proceed_reason",
                                       "km",
                                       "charge_fen",
                                       "branch_id",
                                       "customer_id",
                                       NULL};
static const struct tab tabs[] = {{N_("Order"), main_tab}, {NULL}};

const struct entity partner_order_entity = {
    .name = "partner_order",
    .area = "partner",
    .table = "rescue_order",
    .label = N_("Third party's order"),
    .plural = N_("Third party's orders"),
    .help = N_("What a third party sees of the orders it gave us."),
    .code = "po",
    .size = sizeof(struct partner_order),
    .scope = SCOPE_BRANCH,
    .party_column = "customer_id",
    .fields = fields,
    .nfields = array_len(fields),
    .title = "number",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERB_LIST | VERB_GET,
    .flags = ENTITY_BIG,
};
