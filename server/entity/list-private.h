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
    enum search_by by;
    struct text_set words;
    const char *few; /* ids of the rows that have the words, as an array; NULL: none are asked for, or many have them */
    bool many;       /* words that many have */
    bool walks;      /* the page is looked for in the next LIST_WALK_MOST rows only: */
    struct filter led, asked; /* by these terms; and each row is asked for these */
    bool total, unmask; /* unmask: persons' data in full, by the verb of that name */
    bool cannot;        /* each row says what its state would let through and something else does not */
    int64_t total_most; /* counted no further than this; NIL: all of them */
    const struct field *sums[16];
    size_t nsums;
    struct rows *page, *totals;
};

enum {
    LIST_FEW_MOST = 3000,   /* rows that are fetched and sorted, */
    LIST_WALK_MOST = 3000,  /* and those that are walked through, before nobody at a till waits behind it any more */
    LIST_WALK_BRANCHES = 64 /* each of which is walked through by its own index, side by side */
};

/* ---- list_sql.c */
void list_queue_page(struct list *list);
void list_queue_totals(struct list *list);
void list_add_conditions(struct builder *b, const struct list *list, bool scope);
void list_add_scope(struct builder *b, const struct list *list, bool scope); /* false: it is said already */
void list_add_keys(struct builder *b, const struct list *list); /* what the page is sorted by, as "~0" and on */
bool list_names_few(const struct list *list); /* the filter, or a search, leads to few rows by itself */
bool list_is_by_branch(const struct list *list);
#define LIST_SHARED "t.branch_id IS NULL" /* rows of the company itself, which have an order of their own: */
void list_add_order(struct builder *b, const struct list *list, bool shared);

/* ---- list_search.c */
must_check int list_count_words(struct list *list);
void list_plan_walk(struct list *list);
void list_add_walk(struct builder *b, const struct list *list);
void list_add_walk_columns(struct builder *b);
bool list_walk_ended(const struct list *list);  /* the last row of the page is where the walk stopped, */
bool list_walk_missed(const struct list *list); /* and is none of the page's own */

/* ---- list_from.c */
must_check int list_read_from(struct list *list); /* once the sort is known */
must_check int list_settle_from(struct list *list);
void list_add_from(struct builder *b, const struct list *list);
