/* For the files of the list only. */
#pragma once

#include "server/entity/entity-private.h"

/* Texts from `low` on and before `high`. */
struct list_range {
    const char *low, *high;
};

/* Where a page is to begin, by the first column of the order. */
struct list_from {
    bool given, below; /* below: the value itself is beyond it */
    struct value value;
    struct list_range ranges[3]; /* of a text: what may be meant, in this order */
    size_t count, meant;
};

/* One list request, read. */
struct list {
    struct request *request;
    const struct entity *entity;
    const struct field *fields[ENTITY_ALL_FIELDS_MAX]; /* of the rows, in order */
    size_t nfields;
    struct filter filter;
    struct sort sort;
    struct cursor cursor;
    struct list_from from;
    bool back; /* the page before the cursor: the order is turned round until it is answered */
    uint64_t hash;
    int64_t limit;
    bool total, unmask; /* unmask: persons' data in full, by the verb of that name */
    bool cannot;        /* each row says what its state would let through and something else does not */
    int64_t total_most; /* counted no further than this; NIL: all of them */
    const struct field *sums[16];
    size_t nsums;
    struct rows *page, *totals;
};

/* ---- list_sql.c */
void list_queue_page(struct list *list);
void list_queue_totals(struct list *list);
void list_add_conditions(struct builder *b, const struct list *list, bool scope);
bool list_names_few(const struct filter *filter); /* the filter leads to few rows by itself */

/* ---- list_from.c */
must_check int list_read_from(struct list *list); /* once the sort is known */
must_check int list_settle_from(struct list *list);
void list_add_from(struct builder *b, const struct list *list);
