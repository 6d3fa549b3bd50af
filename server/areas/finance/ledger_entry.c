/* Entries of the ledger with their lines: read-only here as everywhere; what posts them is document_post.c. */
#include "server/entity/entity.h"

struct ledger_line {
    int64_t n;
    const char *account;
    const char *side;
    int64_t amount_fen;
    int64_t branch_id, party_id, employee_id;
    const char *line;
    const char *text;
};

static const struct choice sides[] = {
    {"D", N_("Debit")},
    {"C", N_("Credit")},
    {NULL},
};

static const struct choice businesses[] = {
    {"rescue", N_("Rescue")},
    {"travel", N_("Travel")},
    {"counter", N_("Counter")},
    {"care", N_("Care")},
    {"marketing", N_("Marketing")},
    {"finance", N_("Finance")},
    {NULL},
};

static const struct field line_fields[] = {
    FIELD(ledger_line, n, .label = N_("Line"), .readonly = true, .width = 3,
          .help = N_("Place in the entry.")),
    FIELD(ledger_line, account, .type = FIELD_CHOICE, .base = "ledger_account", .label = N_("Account"),
          .readonly = true, .width = 24, .help = N_("Account posted to.")),
    FIELD(ledger_line, side, .type = FIELD_CHOICE, .choices = sides, .label = N_("Side"), .readonly = true,
          .width = 6, .help = N_("Debit or credit.")),
    FIELD(ledger_line, amount_fen, .type = FIELD_FEN, .label = N_("Amount"), .readonly = true, .width = 14,
          .help = N_("Negative in a red entry.")),
    FIELD(ledger_line, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 12, .help = N_("The branch it counts for.")),
    FIELD(ledger_line, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Party"), .readonly = true,
          .width = 16, .help = N_("Who owes or is owed.")),
    FIELD(ledger_line, employee_id, .type = FIELD_REF, .ref = "employee", .label = N_("Employee"),
          .readonly = true, .width = 12, .help = N_("Whose money or pay it is.")),
    FIELD(ledger_line, line, .type = FIELD_CHOICE, .choices = businesses, .label = N_("Line of work"),
          .readonly = true, .width = 10, .help = N_("The business it comes from.")),
    FIELD(ledger_line, text, .label = N_("Narration"), .readonly = true, .width = 20,
          .help = N_("Of this line alone.")),
};

static const char *const line_columns[] = {"n",        "account",     "side", "amount_fen", "branch_id",
                                           "party_id", "employee_id", "line", NULL};

const struct entity ledger_line_entity = {
    .name = "ledger_line",
    .area = "finance",
    .table = "ledger_line_list",
    .label = N_("Line"),
    .plural = N_("Lines"),
    .help = N_("Debits and credits of an entry; they balance."),
    .size = sizeof(struct ledger_line),
    .scope = SCOPE_COMPANY,
    .fields = line_fields,
    .nfields = array_len(line_fields),
    .title = "account",
    .columns = line_columns,
    .sort = "id",
    .flags = ENTITY_HIDDEN | ENTITY_BARE,
    .parent = "entry_id",
};

struct ledger_entry {
    int64_t period_id;
    struct day day;
    int64_t branch_id;
    const char *word;
    int64_t number;
    const char *kind;
    const char *text;
    int64_t total_fen;
    int64_t attachments;
    int64_t document_id;
    int64_t red_of;
    int64_t maker_id, checker_id, poster_id;
    const char *key;
    struct line_set lines;
};

static const struct choice words[] = {
    {"记", N_("General")}, {"收", N_("Receipt")}, {"付", N_("Payment")}, {"转", N_("Transfer")}, {NULL},
};

static const struct choice kinds[] = {
    {"normal", N_("Ordinary")},
    {"adjust", N_("Adjustment in closing")},
    {"transfer", N_("Transfer of profit and loss")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(ledger_entry, period_id, .type = FIELD_REF, .ref = "period", .label = N_("Period"),
          .readonly = true, .filled = true, .width = 8, .help = N_("The accounting month it belongs to.")),
    FIELD(ledger_entry, day, .label = N_("Date"), .readonly = true, .filled = true, .sortable = true,
          .help = N_("Accounting date; the first of the period when the business day's own was closed.")),
    FIELD(ledger_entry, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"),
          .readonly = true, .filled = true, .width = 12, .help = N_("The branch that made it.")),
    FIELD(ledger_entry, word, .type = FIELD_CHOICE, .choices = words, .label = N_("Word"), .readonly = true,
          .filled = true, .width = 4, .help = N_("Voucher word: receipt, payment, transfer or general.")),
    FIELD(ledger_entry, number, .label = N_("Number"), .virtual_ = true, .width = 7,
          .sql = "SELECT num.number FROM ledger_number num WHERE num.entry_id = t.id",
          .help =
              N_("Voucher number, without gaps in a period and word; given about a second after posting.")),
    FIELD(ledger_entry, kind, .type = FIELD_CHOICE, .choices = kinds, .label = N_("Kind"), .readonly = true,
          .filled = true, .width = 10, .help = N_("Ordinary, or made while the period was closing.")),
    FIELD(ledger_entry, text, .filled = true, .label = N_("Summary"), .readonly = true, .width = 30,
          .help = N_("What happened, in a line.")),
    FIELD(ledger_entry, total_fen, .filled = true, .type = FIELD_FEN, .label = N_("Total"), .readonly = true,
          .width = 14, .help = N_("Sum of the debits, which is that of the credits.")),
    FIELD(ledger_entry, attachments, .filled = true, .label = N_("Attachments"), .readonly = true, .width = 4,
          .help = N_("Papers that belong to it.")),
    FIELD(ledger_entry, document_id, .type = FIELD_REF, .ref = "document", .label = N_("Document"),
          .readonly = true, .width = 16, .help = N_("The document that posted it.")),
    FIELD(ledger_entry, red_of, .type = FIELD_REF, .ref = "ledger_entry", .label = N_("Reverses"),
          .readonly = true, .width = 8, .help = N_("The entry this red one takes back.")),
    FIELD(ledger_entry, maker_id, .type = FIELD_REF, .ref = "employee", .label = N_("Prepared by"),
          .readonly = true, .width = 12, .help = N_("Who prepared it.")),
    FIELD(ledger_entry, checker_id, .type = FIELD_REF, .ref = "employee", .label = N_("Checked by"),
          .readonly = true, .width = 12, .help = N_("Who checked it.")),
    FIELD(ledger_entry, poster_id, .type = FIELD_REF, .ref = "employee", .label = N_("Posted by"),
          .readonly = true, .width = 12, .help = N_("Who posted it.")),
    FIELD(ledger_entry, key, .label = N_("Key"), .readonly = true, .filled = true, .width = 30,
          .help = N_("What it was posted for; nothing is posted twice for one.")),
    FIELD(ledger_entry, lines, .lines = &ledger_line_entity, .label = N_("Lines"), .readonly = true,
          .help = N_("Debits and credits.")),
};

static const char *const columns[] = {"day",  "word",      "number",      "branch_id",
                                      "text", "total_fen", "document_id", NULL};
static const char *const main_tab[] = {"day",  "period_id", "word",  "number", "branch_id",
                                       "text", "total_fen", "lines", NULL};
static const char *const origin_tab[] = {"document_id", "kind",        "red_of", "maker_id", "checker_id",
                                         "poster_id",   "attachments", "key",    NULL};
static const struct tab tabs[] = {
    {N_("Entry"), main_tab},
    {N_("Origin"), origin_tab},
    {NULL},
};

const struct entity ledger_entry_entity = {
    .name = "ledger_entry",
    .area = "finance",
    .table = "ledger_entry",
    .label = N_("Ledger entry"),
    .plural = N_("Ledger"),
    .help =
        N_("Every entry posted, with its lines. Posted entries never change; a red entry takes one back."),
    .code = "le",
    .size = sizeof(struct ledger_entry),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "text",
    .columns = columns,
    .sort = "-day",
    .tabs = tabs,
    .verbs = VERB_LIST | VERB_GET,
    .flags = ENTITY_BIG,
};
