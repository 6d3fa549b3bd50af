#include "server/areas/finance/area.h"

#include "server/areas/finance/balances.h"
#include "server/areas/finance/period.h"

#include "finance_words.h"

static const struct entity *const entities[] = {FINANCE_ENTITIES};

static const struct verb verbs[] = {
    {
        .name = "ledger.trial_balance",
        .permission = "ledger.trial_balance",
        .label = N_("Trial balance"),
        .help = N_(
            "Opening, turnover and closing of every account over one or several periods, with their sums."),
        .lane = LANE_LONG,
        .args = trial_balance_args,
        .nargs = TRIAL_BALANCE_NARGS,
        .run = trial_balance_run,
    },
    {
        .name = "ledger.balance",
        .permission = "ledger.balance",
        .label = N_("Balance of an account"),
        .help = N_("Debits less credits of an account and those under it at the end of a day."),
        .args = ledger_balance_args,
        .nargs = LEDGER_BALANCE_NARGS,
        .run = ledger_balance_run,
    },
    {
        .name = "period.create",
        .permission = "period.create",
        .label = N_("Set up a year"),
        .help = N_("Makes the accounting months of a year that are not there yet."),
        .flags = VERB_CHANGES | VERB_KEYED,
        .args = period_create_args,
        .nargs = PERIOD_CREATE_NARGS,
        .run = period_create_run,
    },
};

const struct area finance_area = {
    .name = "finance",
    .label = N_("Finance"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};
