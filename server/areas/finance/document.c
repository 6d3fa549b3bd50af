/* Finance papers. In this line of work they are made and posted by the money steps of orders (document_post.c). */
#include "server/entity/entity.h"

struct document {
    const char *number;
    const char *kind;
    const char *state;
    int64_t branch_id;
    int64_t party_id, employee_id;
    const char *entity;
    int64_t row_id, charge_id;
    int64_t sequence;
    int64_t amount_fen, tax_fen;
    struct day day;
    const char *method;
    const char *reason;
    const char *remarks;
    int64_t red_of;
    int64_t entry_id;
    int64_t maker_id, checker_id, poster_id;
    struct instant posted_at;
};

static const struct choice kinds[] = {
    {"receivable", N_("Receivable")},
    {"payable", N_("Payable")},
    {"receipt", N_("Receipt")},
    {"payment", N_("Payment")},
    {"refund", N_("Refund")},
    {"adjustment", N_("Adjustment")},
    {NULL},
};

static const struct choice states[] = {
    {"draft", N_("Draft")},
    {"checked", N_("Checked")},
    {"approved", N_("Approved")},
    {"posted", N_("Posted")},
    {"reversed", N_("Reversed"), .side = true},
    {"void", N_("Void"), .side = true},
    {NULL},
};

static const struct field fields[] = {
    FIELD(document, number, .type = FIELD_CODE, .label = N_("Number"), .readonly = true, .filled = true,
          .sortable = true, .width = 16, .help = N_("Number of the paper.")),
    FIELD(document, kind, .type = FIELD_CHOICE, .choices = kinds, .label = N_("Kind"), .readonly = true,
          .filled = true, .width = 10, .help = N_("What sort of paper it is.")),
    FIELD(document, state, .type = FIELD_CHOICE, .choices = states, .label = N_("State"), .readonly = true,
          .filled = true, .width = 10, .help = N_("Where it stands between draft and posted.")),
    FIELD(document, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 12, .help = N_("The branch it belongs to.")),
    FIELD(document, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Party"), .readonly = true,
          .width = 18, .help = N_("Who owes, pays or is paid.")),
    FIELD(document, employee_id, .type = FIELD_REF, .ref = "employee", .label = N_("Employee"),
          .readonly = true, .width = 12,
          .help = N_("The employee it is about, for example a driver's cash.")),
    FIELD(document, entity, .label = N_("About"), .readonly = true, .width = 8,
          .help = N_("What sort of record it was made for.")),
    FIELD(document, row_id, .type = FIELD_ID, .label = N_("Record"), .readonly = true, .width = 8,
          .help = N_("Number of the record it was made for.")),
    FIELD(document, charge_id, .type = FIELD_ID, .label = N_("Charge"), .readonly = true,
          .help = N_("The payer's share of the order, where there are several.")),
    FIELD(document, sequence, .filled = true, .label = N_("Sequence"), .readonly = true, .width = 4,
          .help = N_("Counts the papers of one kind for one charge.")),
    FIELD(document, amount_fen, .filled = true, .type = FIELD_FEN, .label = N_("Amount"), .readonly = true,
          .width = 14, .help = N_("With VAT; negative on a red paper.")),
    FIELD(document, tax_fen, .filled = true, .type = FIELD_FEN, .label = N_("VAT"), .readonly = true,
          .width = 12, .help = N_("The part of the amount that is VAT.")),
    FIELD(document, day, .label = N_("Date"), .readonly = true, .filled = true, .sortable = true,
          .help = N_("Business day at the branch.")),
    FIELD(document, method, .type = FIELD_CHOICE, .base = "payment_method", .label = N_("Method"),
          .readonly = true, .width = 10, .help = N_("How the money came or went.")),
    FIELD(document, reason, .label = N_("Reason"), .readonly = true, .width = 14,
          .help = N_("Why, where a reason was asked for.")),
    FIELD(document, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .readonly = true,
          .help = N_("What else was noted.")),
    FIELD(document, red_of, .type = FIELD_REF, .ref = "document", .label = N_("Reverses"), .readonly = true,
          .width = 16, .help = N_("The document this red one takes back.")),
    FIELD(document, entry_id, .type = FIELD_REF, .ref = "ledger_entry", .label = N_("Ledger entry"),
          .readonly = true, .width = 10, .help = N_("What was posted for it.")),
    FIELD(document, maker_id, .type = FIELD_REF, .ref = "employee", .label = N_("Made by"), .readonly = true,
          .width = 12, .help = N_("Whose step made it.")),
    FIELD(document, checker_id, .type = FIELD_REF, .ref = "employee", .label = N_("Checked by"),
          .readonly = true, .width = 12, .help = N_("Who checked the facts.")),
    FIELD(document, poster_id, .type = FIELD_REF, .ref = "employee", .label = N_("Posted by"),
          .readonly = true, .width = 12, .help = N_("Who posted it to the ledger.")),
    FIELD(document, posted_at, .label = N_("Posted"), .readonly = true, .help = N_("When it was posted.")),
};

static const char *const columns[] = {"number",   "kind",       "state",  "day",      "branch_id",
                                      "party_id", "amount_fen", "method", "entry_id", NULL};
static const char *const main_tab[] = {"number",   "kind",        "state",      "day",     "branch_id",
                                       "party_id", "employee_id", "amount_fen", "tax_fen", "method",
                                       "reason",   "remarks",     NULL};
static const char *const origin_tab[] = {"entity",    "row_id",    "charge_id", "sequence",
                                         "red_of",    "entry_id",  "maker_id",  "checker_id",
                                         "poster_id", "posted_at", NULL};
static const struct tab tabs[] = {
    {N_("Document"), main_tab},
    {N_("Origin"), origin_tab},
    {NULL},
};

const struct entity document_entity = {
    .name = "document",
    .area = "finance",
    .table = "document",
    .label = N_("Document"),
    .plural = N_("Documents"),
    .help =
        N_("Receivables, receipts, payments and adjustments. Each money step makes and posts exactly one."),
    .code = "do",
    .size = sizeof(struct document),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "number",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .verbs = VERBS_READ,
    .flags = ENTITY_BIG,
};
