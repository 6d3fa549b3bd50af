/* Data repair of an order, for the files of it alone: repair.c (what may be asked, and what is refused), repair_follow.c (what follows from
 * it on the order and its vehicles), repair_money.c (its papers). */
#pragma once

#include "server/areas/repair/area.h"
#include "server/areas/rescue/step.h"

/* The action's arguments stand in repair.c. */
enum { RESCUE_REPAIR_ARGS = 12 };
extern const struct field rescue_repair_args[RESCUE_REPAIR_ARGS];

struct settle;

/* What was read for a repair. */
struct repair_rows {
    struct rows *closed, *linked;           /* always */
    struct rows *vehicle, *other, *drivers; /* the order's own, the one it is to have */
    struct rows *facts, *items;             /* where a price is worked out anew */
    struct rows *charges, *papers, *ids, *day, *stated;
    struct settle *settle; /* the plan for its papers, once judged; NULL: none */
};

struct repair_rows *repair_rows_of(struct act *record);
bool repair_asks(const struct act *record, const char *field);
bool repair_is_live(const char *state);

/* repair_follow.c */
void follow_load(struct act *record);
must_check int follow_judge(struct act *record);
must_check int follow_apply(struct act *record);

/* repair_tell.c: what follows, for whoever decides. */
void repair_tell(struct act *record, struct str *json);

/* repair_money.c. judge works out which papers stand, which are taken back and what is posted in their place; apply does it. */
void settle_load(struct act *record);
must_check int settle_judge(struct act *record);
must_check int settle_apply(struct act *record, int64_t asked_by);
