/* The code a customer pays an order by, drawn as large as the window lets it; what was paid can then be noted. */
#pragma once

#include "client/views/context.h"

struct paycode {
    int64_t order_id;
    const char *number;
    int64_t fen;      /* due; NIL: not known, it is asked for */
    const char *link; /* the address with its places; NULL: the server is asked */
    void (*paid)(struct screen *below, int64_t order_id, int64_t fen); /* may be NULL */
};

/* Texts are copied. */
void paycode_open(struct app_context *app, struct screen *below, const struct paycode *what);
