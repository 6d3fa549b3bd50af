/*
 * Data repair: what was keyed wrong and is past putting right by hand is put right with a reason and by two people. Whoever may ask says so on
 * the record itself (an action of its entity, REPAIR_ACTION); what he asks stands as a row of `repair` until a second person approves or
 * rejects it. What can be repaired, and what follows from it, is the business of the record's own area: one row of this table.
 */
#pragma once

#include "server/entity/entity.h"

extern const struct area repair_area;

/* What may be asked of an entity. The hooks work on the record as beside a command (act_beside): `was` as it stands, `now` with what is asked
 * put in and marked. At asking nothing of it is written. */
struct repairable {
    const struct entity *entity;
    const char *const *fields; /* of the entity, ended by NULL: arguments of the action have their names */
    /* At asking: puts into `was` what people take a value to be, where it is kept elsewhere; NULL. */
    entity_hook *seen;
    entity_hook *back; /* puts in what one step back is; NULL: there is no such thing */
    entity_hook *load; /* queues what judge and apply look at */
    /* Refuses what cannot be; at asking and once more at approving. May put in what was left open. */
    entity_hook *judge;
    /* At approving: puts in what follows, queues what else is written. */
    int (*apply)(struct act *record, int64_t asked_by);
    /* At asking, judged: what will follow, as members of an array; NULL. */
    void (*follows)(struct act *record, struct str *json);
};

/* In main, before threads; the row lives for ever. */
void repair_register(const struct repairable *repairable);

/* The action by which it is asked for, with a letter and a table of arguments; its reason is free text. */
#define REPAIR_ACTION(letter, table, count)                                                                  \
    {                                                                                                        \
        .name = "repair", .key = letter, .label = N_("Data repair"), .permission = "repair.request",         \
        .from = "*", .reason = true, .beside = true, .args = table, .nargs = count,                          \
        .help = N_("Asks for what was keyed wrong to be put right; a second person decides. Empty: as it "   \
                   "is."),                                                                                   \
        .load = repair_ask_load, .in_tx = repair_ask_in_tx                                                   \
    }
#define REPAIR_BACK_ARG                                                                                      \
    ARG(back, FIELD_BOOL, .label = N_("One step back"),                                                      \
        .help = N_("The last step taken was a mistake: it alone is taken back, with its papers."))
entity_hook repair_ask_load, repair_ask_in_tx;
