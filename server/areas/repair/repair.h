/* For this room only. */
#pragma once

#include "server/areas/repair/area.h"

struct repair {
    int64_t branch_id;
    const char *number;
    const char *state;
    const char *entity;
    int64_t row_id, row_version;
    const char *title;
    int64_t rescue_id;
    struct text_set parts;
    const char *before, *after; /* with words for what they refer to */
    const char *was, *now;
    const char *reason;
    int64_t created_by;
    int64_t decided_by;
    struct instant decided_at;
    const char *answer;
};

/* NULL: nothing of that entity is repaired. */
const struct repairable *repairable_find(const char *entity);

/* decide.c */
entity_hook repair_approve, repair_reject;

/* Loads and judges what is put into the record beside the command: 0, or what request_fail() gave. */
must_check int repair_look(const struct repairable *of, struct act *record);
