/* For the files of the list only. */
#pragma once

#include "server/entity/entity-private.h"

/* One list request, read. */
struct list {
    struct request *request;
    const struct entity *entity;
    const struct field *fields[ENTITY_ALL_FIELDS_MAX]; /* of the rows, in order */
    size_t nfields;
    struct filter filter;
    struct sort sort;
    struct cursor cursor;
    uint64_t hash;
    int64_t limit;
    bool total, unmask; /* unmask: persons' data in full, by the verb of that name */
    const struct field *sums[16];
    size_t nsums;
    struct rows *page, *totals;
};

/* ---- list_sql.c */
void list_queue_page(struct list *list);
void list_queue_totals(struct list *list);
