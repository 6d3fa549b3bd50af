/* Suppliers: another part of the table party. */
#include "server/areas/party/party.h"

static int in_tx(struct act *act)
{
    return party_in_tx(act, "supplier", 'S');
}

static const char *const columns[] = {"code",    "name",       "kind",       "phone",
                                      "address", "settlement", "terms_days", NULL};
static const char *const main_tab[] = {"name",      "short_name", "kind",    "phone",     "phone2",
                                       "branch_id", "district",   "address", "place_lon", "place_lat",
                                       "roles",     "code",       "remarks", NULL};
static const char *const people_tab[] = {"contacts", "email", NULL};
static const char *const money_tab[] = {"settlement",      "terms_days", "invoice_title", "tax_number",
                                        "invoice_address", "bank_name",  "bank_account",  NULL};
static const struct tab tabs[] = {
    {N_("Supplier"), main_tab},
    {N_("Contacts"), people_tab},
    {N_("Settlement and invoice"), money_tab},
    {NULL},
};

const struct entity supplier_entity = {
    .name = "supplier",
    .area = "party",
    .table = "party",
    .label = N_("Supplier"),
    .plural = N_("Suppliers"),
    .help = N_("Firms and persons that work for us: owners of contracted vehicles, workshops, hotels."),
    .code = "su",
    .size = sizeof(struct party),
    .scope = SCOPE_SHARED,
    .only = "'supplier' = ANY (t.roles)",
    .fields = party_fields,
    .nfields = PARTY_NFIELDS,
    .title = "name",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .flags = ENTITY_BIG,
    .check = party_check,
    .load = party_load,
    .in_tx = in_tx,
};
