/* Customers' credit limits: who enters an order or a price beyond one is told, and does as he sees fit. */
#pragma once

#include "server/entity/entity.h"

/* What a customer will owe more. */
struct credit_more {
    int64_t party_id, fen;
};

/* Queues what a customer owes already, but for one order (NIL: none). `customer_id` NIL: the order's. */
struct rows *credit_read(struct request *request, int64_t customer_id, int64_t order_id);
/* The same of each payer of an order. */
struct rows *credit_read_payers(struct request *request, int64_t order_id);

/* A JSON array of those who are beyond their limits with it, and what makes that up; of most customers "[]". */
const char *credit_beyond(struct arena *arena, struct rows *rows, const struct credit_more more[],
                          size_t count);

/* The same as a member of the reply, where there is one. */
void credit_reply(struct act *act, struct rows *rows, const struct credit_more more[], size_t count);
