/* Arrays as PostgreSQL reads them, for statements that take many rows at once: `… FROM unnest($1::bigint[], $2::text[])`. */
#pragma once

#include "base/str.h"
#include "server/db/transaction.h"

/* {a,b,…} being written. In the arena. */
struct array_text {
    struct str text;
};

void array_begin(struct array_text *array, struct arena *arena);
void array_add_int(struct array_text *array, int64_t value);     /* NIL: NULL */
void array_add_text(struct array_text *array, const char *text); /* NULL: NULL */
void array_add_param(struct array_text *array, const struct param *param);
struct param array_end(struct array_text *array); /* as text: the statement casts it */
