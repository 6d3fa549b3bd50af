/* Hand-ins of drivers, and shortages of theirs that are settled instead: one record, over one or several orders of a branch. The rows are in
 * handin.c and shortage.c, who holds what is told by handin_held.c. */
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
    const char *method;     /* money came in by it; NULL: none came, */
    const char *settled_by; /* this bears it: base data shortage */
    int64_t amount_fen, counted_fen, over_fen, over_left_fen;
    struct line_set lines;
    const char *short_reason, *remarks;
    int64_t decided_by;
    struct instant decided_at;
    const char *decline_reason;
    int64_t reversed_by;
    struct instant reversed_at;
};

struct handin_line {
    int64_t id;
    int64_t order_id;
    int64_t amount_fen, left_fen;
};

extern const struct entity handin_line_entity;

/* What their hooks carry from load to in_tx. */
struct handin_rows {
    struct rows *orders, *others, *posted, *document;
};

/* Columns of the orders as they are read here. */
enum {
    HANDIN_ID,
    HANDIN_NUMBER,
    HANDIN_BRANCH,
    HANDIN_DRIVER,
    HANDIN_HELD, /* of a paper's own orders: what it took */
    HANDIN_HANDED,
    HANDIN_VERSION,
    HANDIN_DAY,
    HANDIN_HOLDS /* of a paper's own orders only */
};

must_check int handin_check_lines(struct act *act);
struct handin_rows *handin_queue(struct act *act);    /* the orders of its lines, locked; a document's id */
struct handin_rows *handin_queue_of(struct act *act); /* those of a paper that is there */

/* What is taken of each order, whose they are, and its number. */
must_check int handin_take(struct act *act, char letter);
void handin_tell(struct act *act); /* the orders of its lines have so much less to be handed in */
must_check int handin_refuse_order(struct act *act, const char *msgid, const char *number, int64_t held);

/* The paper as the record is, posted on that day. `checker`: who approved it; NIL: nobody had to. */
must_check int handin_post(struct act *act, const struct handin *handin, struct day day, int64_t checker);
void handin_tell_order(struct act *act, struct rows *orders, size_t row, int64_t handed_fen);

entity_hook handin_check, handin_load, handin_in_tx, handin_reverse_load, handin_reverse_in_tx;
entity_hook shortage_check, shortage_load, shortage_in_tx, shortage_decide_load, shortage_approve_in_tx;
entity_hook shortage_decline_in_tx;
