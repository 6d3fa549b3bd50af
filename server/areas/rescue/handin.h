/* Hand-ins of drivers: the record and its hooks. The rows are in handin_entity.c, who holds what is told by handin_held.c. */
#pragma once

#include "server/areas/finance/area.h"
#include "server/areas/finance/postings.h"
#include "server/entity/entity.h"

struct handin {
    int64_t branch_id;
    int64_t created_by;
    const char *number;
    int64_t driver_id;
    const char *state;
    const char *method;
    int64_t amount_fen, counted_fen;
    struct line_set lines;
    const char *short_reason, *remarks;
    int64_t reversed_by;
    struct instant reversed_at;
};

struct handin_line {
    int64_t id;
    int64_t order_id;
    int64_t amount_fen, left_fen;
};

entity_hook handin_check, handin_load, handin_in_tx, handin_reverse_load, handin_reverse_in_tx;
