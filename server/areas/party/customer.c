/* Customers: a part of the table party, with what was agreed with them. */
#include "server/areas/party/party.h"

static int in_tx(struct act *act)
{
    return party_in_tx(act, "customer", 'C');
}

/* What was agreed with them, for the screen of whoever may see it. */
static const struct sql sql_agreements = {
    "customer_agreements",
    "SELECT json_agg(json_build_object('id', id, 'service', service, 'base_fen', base_fen, 'included_km', "
    "included_km, "
    "'per_km_fen', per_km_fen, 'night_bp', night_bp, 'holiday_bp', holiday_bp, 'free_times', free_times, "
    "'free_km', "
    "free_km, 'valid_from', valid_from, 'valid_to', valid_to) ORDER BY service, valid_from) "
    "FROM party_agreement WHERE party_id = $1 AND disabled_at IS NULL"};

static int decorate_load(struct act *act)
{
    if (session_grant(act->request->session, "agreement.list"))
        act->data = tx_read(act->request->tx, &sql_agreements, p_int(act->id));
    return 0;
}

static int decorate(struct act *act)
{
    const char *agreements = act->data ? rows_text(act->data, 0, 0) : NULL;
    if (!act->data)
        return 0;
    act_reply(act, "agreements", agreements ? agreements : "[]");
    return 0;
}

static const struct field merge_args[] = {
    ARG(into_id, FIELD_REF, .ref = "customer", .label = N_("Into"), .required = true,
        .help =
            N_("The record that stays and gets the orders, cars, contacts, calls and messages of this one.")),
};

static const struct action actions[] = {
    {.name = "merge",
     .key = 'm',
     .label = N_("Merge"),
     .from = "*",
     .args = merge_args,
     .nargs = array_len(merge_args),
     .reason = true,
     .danger = true,
     .confirm = N_("Merge this customer into the other? It cannot be taken back."),
     .help = N_("The customer is there twice: this record is disabled, and what names it names the other."),
     .load = merge_load,
     .in_tx = merge_in_tx},
    {.name = "merge_money",
     .key = 'o',
     .label = N_("Merge with open money"),
     .from = "*",
     .args = merge_args,
     .nargs = array_len(merge_args),
     .reason = true,
     .danger = true,
     .confirm = N_("Merge this customer into the other, with what is owed and what was paid in advance? It "
                   "cannot be taken back."),
     .help = N_("As merging, and what is open is carried over in the books, one document for each branch."),
     .load = merge_load,
     .in_tx = merge_in_tx},
};

static const char *const columns[] = {"code",      "name",    "kind",       "phone",
                                      "branch_id", "address", "settlement", NULL};
static const char *const main_tab[] = {"name",        "short_name", "kind",      "phone",     "phone2",
                                       "branch_id",   "district",   "address",   "place_lon", "place_lat",
                                       "roles",       "code",       "opted_out", "language",  "remarks",
                                       "merged_into", NULL};
static const char *const people_tab[] = {"contacts", "email", "id_number", NULL};
static const char *const car_tab[] = {"plates", NULL};
static const char *const money_tab[] = {
    "settlement", "credit_limit_fen", "terms_days", "result_required", "invoice_title",
    "tax_number", "invoice_address",  "bank_name",  "bank_account",    NULL};
static const struct tab tabs[] = {
    {N_("Customer"), main_tab},
    {N_("Contacts"), people_tab},
    {N_("Cars"), car_tab},
    {N_("Settlement and invoice"), money_tab},
    {NULL},
};

const struct entity customer_entity = {
    .name = "customer",
    .area = "party",
    .table = "party",
    .label = N_("Customer"),
    .plural = N_("Customers"),
    .help = N_("Persons and firms we work for. Firms are shared by all branches, persons belong to one."),
    .code = "cu",
    .quick = "c",
    .size = sizeof(struct party),
    .scope = SCOPE_SHARED,
    .only = "'customer' = ANY (t.roles)",
    .fields = party_fields,
    .nfields = PARTY_NFIELDS,
    .title = "name",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_ALL,
    .flags = ENTITY_BIG,
    .check = party_check,
    .load = party_load,
    .in_tx = in_tx,
    .decorate = decorate,
    .decorate_load = decorate_load,
};
