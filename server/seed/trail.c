/* The trail: told in whatever order things are made, written in the order they happened. */
#include "server/seed/seed-private.h"

#include <stdlib.h>

void trail_tell(struct seed *seed, const struct told *told)
{
    vec_push(&seed->told, *told);
    vec_last(&seed->told).n = seed->told.count;
}

static int by_time(const void *left, const void *right)
{
    const struct told *a = left, *b = right;
    if (a->at.us != b->at.us)
        return a->at.us < b->at.us ? -1 : 1;
    return a->n < b->n ? -1 : 1;
}

void trail_write(struct seed *seed)
{
    struct seed_table *table = &seed->tables[TABLE_CHANGE];
    table->columns = "at, who, verb, entity, row_id, branch_id, version, reason, was, now";
    qsort(seed->told.items, seed->told.count, sizeof(*seed->told.items), by_time);
    vec_each(struct told, told, &seed->told)
    {
        row_begin(&table->rows);
        row_time(&table->rows, told->at);
        row_int(&table->rows, told->who);
        row_text(&table->rows, told->verb);
        row_text(&table->rows, told->entity);
        row_int(&table->rows, told->row_id);
        row_int(&table->rows, told->branch_id);
        row_int(&table->rows, told->version);
        row_text(&table->rows, told->reason);
        row_text(&table->rows, told->was);
        row_text(&table->rows, told->now);
        row_end(&table->rows);
    }
}
