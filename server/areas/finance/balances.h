/* Verbs that read balances. */
#pragma once

#include "model/field.h"

struct request;

enum { TRIAL_BALANCE_NARGS = 4, LEDGER_BALANCE_NARGS = 4 };
extern const struct field trial_balance_args[TRIAL_BALANCE_NARGS];
extern const struct field ledger_balance_args[LEDGER_BALANCE_NARGS];
int trial_balance_run(struct request *request);
int ledger_balance_run(struct request *request);
