/*
 * Facts of rows that change all the time and are no business of the trail (where vehicles are): the tail reads what is new once a second, and
 * each watcher of the entity gets it in one line, `* event {"entity","action","rows":[…]}`, of the rows it may see.
 */
#pragma once

#include "server/db/transaction.h"

struct event;

/* The statement takes the place to go on from, an xid8 as text; its first row has the next one, and each that has an id is told. Columns:
 * next, id, branch, whose own it is (NULL: nobody's), the row's JSON. */
struct feed {
    const char *entity, *action;
    const struct sql *sql;
};

/* In main, before threads; the row must live for ever. */
void feed_register(const struct feed *feed);

/* The tail: in its transaction, and once that was committed. */
void feeds_read(struct tx *tx);
void feeds_take(void);
