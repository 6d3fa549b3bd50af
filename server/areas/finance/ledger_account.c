/* The chart of accounts. It changes by migration only: postings name its codes. */
#include "server/entity/entity.h"

struct ledger_account {
    const char *code;
    const char *parent_code;
    const char *kind;
    const char *side;
    const char *role;
    bool postable;
    const char *label_en, *label_zh_cn, *label_zh_tw;
};

static const struct choice kinds[] = {
    {"asset", N_("Asset")},
    {"liability", N_("Liability")},
    {"equity", N_("Equity")},
    {"cost", N_("Cost")},
    {"income", N_("Income")},
    {"expense", N_("Expense")},
    {NULL},
};

static const struct choice sides[] = {
    {"D", N_("Debit")},
    {"C", N_("Credit")},
    {NULL},
};

static const struct choice roles[] = {
    {"money", N_("Money")},
    {"receivable", N_("Receivable")},
    {"advance", N_("Customer advance")},
    {"payable", N_("Payable")},
    {"output_tax", N_("Output VAT")},
    {"input_tax", N_("Input VAT")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(ledger_account, code, .type = FIELD_CODE, .label = N_("Account"), .readonly = true, .filled = true,
          .sortable = true, .width = 8, .help = N_("Four digits, sub-accounts two more for each step down.")),
    FIELD(ledger_account, parent_code, .label = N_("Under"), .readonly = true, .width = 8,
          .help = N_("The account this one is part of.")),
    FIELD(ledger_account, kind, .filled = true, .type = FIELD_CHOICE, .choices = kinds, .label = N_("Kind"),
          .readonly = true, .width = 10,
          .help = N_("Where it stands in the balance sheet or the income statement.")),
    FIELD(ledger_account, side, .filled = true, .type = FIELD_CHOICE, .choices = sides, .label = N_("Side"),
          .readonly = true, .width = 6, .help = N_("The side its balance normally stands on.")),
    FIELD(ledger_account, role, .type = FIELD_CHOICE, .choices = roles, .label = N_("Use"), .readonly = true,
          .width = 12, .help = N_("What the system uses it for, if anything special.")),
    FIELD(ledger_account, postable, .label = N_("Takes entries"), .readonly = true, .width = 4,
          .help = N_("Entries are posted to it; otherwise only to those under it.")),
    FIELD(ledger_account, label_en, .filled = true, .label = N_("English"), .readonly = true, .width = 30,
          .help = N_("What English screens show.")),
    FIELD(ledger_account, label_zh_cn, .filled = true, .label = N_("Simplified Chinese"), .readonly = true,
          .width = 20, .help = N_("What screens in simplified Chinese show.")),
    FIELD(ledger_account, label_zh_tw, .filled = true, .label = N_("Traditional Chinese"), .readonly = true,
          .width = 20, .help = N_("What screens in traditional Chinese show.")),
};

static const char *const columns[] = {"code", "label_en", "label_zh_cn", "label_zh_tw",
                                      "kind", "side",     "postable",    NULL};
static const char *const main_tab[] = {"code",     "parent_code", "kind",        "side",        "role",
                                       "postable", "label_en",    "label_zh_cn", "label_zh_tw", NULL};
static const struct tab tabs[] = {
    {N_("Account"), main_tab},
    {NULL},
};

const struct entity ledger_account_entity = {
    .name = "ledger_account",
    .area = "finance",
    .table = "ledger_account",
    .label = N_("Account"),
    .plural = N_("Chart of accounts"),
    .help = N_("The accounts of the ledger, by the standard for small enterprises."),
    .code = "la",
    .size = sizeof(struct ledger_account),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "label_en",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .verbs = VERB_LIST | VERB_GET,
};
