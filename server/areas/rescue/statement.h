/* Statements: the record and its hooks. The rows are in statement.c, what fills one in statement_fill.c, its payment in statement_settle.c. */
#pragma once

#include "server/areas/finance/area.h"
#include "server/areas/finance/postings.h"
#include "server/entity/entity.h"

enum { STATEMENT_LINES_MAX = 200 };

struct statement {
    int64_t branch_id;
    int64_t created_by;
    const char *number;
    int64_t party_id;
    const char *state;
    struct day from_day, to_day, due_day;
    int64_t amount_fen, received_fen, rest_fen;
    int64_t receipts;
    struct line_set lines;
    const char *remarks, *dispute_reason;
    int64_t sent_by, agreed_by, settled_by;
    struct instant sent_at, agreed_at, settled_at;
};

struct statement_line {
    int64_t order_id, charge_id;
    struct day done_on;
    const char *plate, *service;
    int64_t amount_fen, received_fen;
};

/* Sets and marks a member of the statement as it will be. */
#define statement_set(act, member, ...)                                                                      \
    do {                                                                                                     \
        ((struct statement *)(act)->now)->member = (__VA_ARGS__);                                            \
        act_mark((act), #member);                                                                            \
    } while (0)

/* Orders whose payer's part comes on the statement, or leaves it, or is paid with it: their versions go on, and their trails tell. */
struct statement_order {
    int64_t id, version, branch_id, driver_id;
    const char *was, *now; /* JSON */
};
void statement_tell_orders(struct act *act, const struct statement_order *orders, size_t count);

entity_hook statement_check, statement_load, statement_in_tx;
entity_hook statement_add_load, statement_add_in_tx, statement_remove_load, statement_remove_in_tx;
entity_hook statement_send_load, statement_send_in_tx, statement_agree_in_tx, statement_dispute_in_tx,
    statement_void_load, statement_void_in_tx;
entity_hook statement_settle_load, statement_settle_in_tx;
