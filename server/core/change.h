/* The trail: one insert per change of a record gives history, audit and the live event. */
#pragma once

#include "base/util.h"

#include <stddef.h>
#include <stdint.h>

struct request;

enum { CHANGE_NOBODY = -1 }; /* it is known that the row is nobody's */

/* Whose row it is where that is a third party: it has a number of its own beside those of employees, all below CHANGE_NOBODY. */
static inline int64_t change_party(int64_t party_id)
{
    return CHANGE_NOBODY - party_id;
}

struct change {
    const char *entity;
    int64_t id;
    const char *action; /* NULL: the part of the verb after the dot */
    int64_t version;
    int64_t branch_id;     /* NIL for shared rows */
    int64_t old_branch_id; /* NIL when it did not move */
    /* Employee whose row it is (entity.own_column), or change_party(), for who watches only his own; or CHANGE_NOBODY. 0: not known, and then everybody of
     * the branch is told. */
    int64_t own_id;
    int64_t old_own_id; /* whose it was, when that changed; else 0 */
    const char *reason;
    const char *was; /* JSON object of the changed columns before, secrets as "***"; NULL at create */
    const char *now; /* and after */
};

/* Queues the insert and keeps the event for after commit. */
void change_add(struct request *request, const struct change *change);
/* The same for many records of one entity and action, in one statement. */
void change_add_many(struct request *request, const struct change changes[], size_t count);
