/* Customers' credit limits: who asks what an order costs, or enters a price, is told when it goes beyond one, and does as he sees fit. To save an
 * order adds nothing up: of a firm with thousands of open ones that took longer than all the rest. */
#pragma once

#include "server/entity/entity.h"

/* What a customer will owe more. */
struct credit_more {
    int64_t party_id, fen;
};

/* Queues what a customer owes already, and what his open orders will come to; of one without a limit, or NIL, nothing. */
struct rows *credit_read(struct request *request, int64_t customer_id);
/* The same of each payer of an order, but for that order. */
struct rows *credit_read_payers(struct request *request, int64_t order_id);

/* A JSON array of those who are beyond their limits with it, and what makes that up; of most customers "[]". */
const char *credit_beyond(struct arena *arena, struct rows *rows, const struct credit_more more[],
                          size_t count);

/* The same as a member of the reply, where there is one. */
void credit_reply(struct act *act, struct rows *rows, const struct credit_more more[], size_t count);
