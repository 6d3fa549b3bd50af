/* Tools that are lent out: nothing of the house, a sample for the test of the promise that an entity is one file, one migration, one word. */
#include "server/entity/entity.h"

#include <ctype.h>

struct tool_part {
    const char *name;
    int64_t pieces;
};

struct tool {
    int64_t branch_id;
    const char *code;
    const char *name;
    const char *kind;
    int64_t price_fen;
    struct day bought_on;
    const char *state;
    int64_t borrower_id;
    struct instant lent_at;
    struct line_set parts;
};

static const struct field part_fields[] = {
    FIELD(tool_part, name, .label = N_("Part"), .max = 40, .required = true, .search = true,
          .help = N_("What lies in the box.")),
    FIELD(tool_part, pieces, .label = N_("Pieces"), .required = true, .init = "1", .min = 1, .max = 100,
          .help = N_("How many of them.")),
};

static const char *const part_columns[] = {"name", "pieces", NULL};

static const struct entity tool_part_entity = {
    .name = "tool_part",
    .area = "org",
    .table = "tool_part",
    .label = N_("Tool part"),
    .plural = N_("Tool parts"),
    .help = N_("What belongs to a tool."),
    .size = sizeof(struct tool_part),
    .fields = part_fields,
    .nfields = array_len(part_fields),
    .title = "name",
    .columns = part_columns,
    .sort = "id",
    .parent = "tool_id",
    .flags = ENTITY_HIDDEN,
};

static const struct choice kinds[] = {{"hand", N_("Hand tool")}, {"power", N_("Power tool")}, {NULL}};
static const struct choice states[] = {{"shelf", N_("On the shelf")}, {"lent", N_("Lent")}, {NULL}};

static const struct field fields[] = {
    FIELD(tool, branch_id, .ref = "branch", .label = N_("Branch"), .help = N_("Where the tool is kept.")),
    FIELD(tool, code, .type = FIELD_CODE, .label = N_("Code"), .max = 16, .required = true, .unique = true,
          .search = true, .sortable = true, .help = N_("As painted on the tool.")),
    FIELD(tool, name, .label = N_("Name"), .max = 40, .required = true, .search = true,
          .help = N_("What it is.")),
    FIELD(tool, kind, .choices = kinds, .label = N_("Kind"), .required = true, .init = "hand",
          .help = N_("Whether it bites.")),
    FIELD(tool, price_fen, .type = FIELD_FEN, .label = N_("Price"), .help = N_("What it cost.")),
    FIELD(tool, bought_on, .label = N_("Bought"), .help = N_("On which day.")),
    FIELD(tool, state, .type = FIELD_CHOICE, .choices = states, .label = N_("State"), .readonly = true,
          .init = "shelf", .help = N_("Where it is.")),
    FIELD(tool, borrower_id, .ref = "employee", .label = N_("Borrower"), .readonly = true,
          .help = N_("Who has it.")),
    FIELD(tool, lent_at, .label = N_("Lent since"), .readonly = true, .help = N_("Since when.")),
    FIELD(tool, parts, .lines = &tool_part_entity, .label = N_("Parts"), .help = N_("What lies in the box.")),
};

/* The hook of the sample: a rule that no row can say. */
static int check(struct act *act)
{
    const struct tool *tool = act->now;
    if (tool->code && !isupper((unsigned char)tool->code[0]))
        return request_fail(act->request, ERR_INVALID, "code", N_("A tool's code begins with a large letter"),
                            NULL);
    return 0;
}

static int lend(struct act *act)
{
    struct tool *tool = act->now;
    tool->borrower_id = request_int(act->request, "borrower_id");
    tool->lent_at = act->request->now;
    act_mark(act, "borrower_id");
    act_mark(act, "lent_at");
    return 0;
}

static int take_back(struct act *act)
{
    struct tool *tool = act->now;
    tool->borrower_id = NIL;
    tool->lent_at = INSTANT_NIL;
    act_mark(act, "borrower_id");
    act_mark(act, "lent_at");
    return 0;
}

static const struct field lend_args[] = {
    ARG(borrower_id, FIELD_REF, .ref = "employee", .required = true, .label = N_("Borrower"),
        .help = N_("Who takes it.")),
};

static const struct action actions[] = {
    {.name = "lend",
     .key = 'l',
     .label = N_("Lend"),
     .help = N_("Gives the tool to a colleague."),
     .from = "shelf",
     .to = "lent",
     .args = lend_args,
     .nargs = array_len(lend_args),
     .in_tx = lend},
    {.name = "take_back",
     .key = 'b',
     .label = N_("Take back"),
     .help = N_("Puts the tool on the shelf again."),
     .from = "lent",
     .to = "shelf",
     .in_tx = take_back},
};

static const char *const columns[] = {"code", "name", "kind", "state", "borrower_id", NULL};
static const char *const tool_tab[] = {"code",  "name",        "kind",    "branch_id",
                                       "state", "borrower_id", "lent_at", NULL};
static const char *const more_tab[] = {"price_fen", "bought_on", "parts", NULL};
static const struct tab tabs[] = {{N_("Tool"), tool_tab}, {N_("Purchase and parts"), more_tab}, {NULL}};

const struct entity tool_entity = {
    .name = "tool",
    .area = "org",
    .table = "tool",
    .label = N_("Tool"),
    .plural = N_("Tools"),
    .help = N_("Tools that colleagues borrow."),
    .code = "tz",
    .size = sizeof(struct tool),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_ALL,
    .check = check,
};
