/* For the files of the summary only. */
#pragma once

#include "server/entity/entity-private.h"

enum { SUMMARY_PARTS_MAX = 12, SUMMARY_SUMS_MAX = 8 };

/* What rows are grouped by. */
struct summary_key {
    const struct field *field; /* NULL: nothing */
    const char *step;          /* of times and dates; NULL: the value itself */
    struct field plain;        /* the field as it stands in a sub-select: what a label is made from */
};

struct summary {
    struct request *request;
    const struct entity *entity;
    struct summary_key by, and;
    struct filter filter;
    int64_t limit;
    const struct field *sums[SUMMARY_SUMS_MAX];
    size_t nsums;
    const struct field *averages[SUMMARY_SUMS_MAX];
    size_t naverages;
    struct rows *rows;
};

/* Kinds of rows of the answer, in their order. */
enum { SUMMARY_TOTAL, SUMMARY_GROUP, SUMMARY_PART, SUMMARY_CELL };
/* And their columns; behind the sums stand two for each average: the sum of what it is made from, and how many have it. */
enum {
    SUMMARY_KIND,
    SUMMARY_RANK,
    SUMMARY_RANK_PART,
    SUMMARY_VALUE,
    SUMMARY_LABEL,
    SUMMARY_COUNT,
    SUMMARY_SUM
};

/* Queues the one statement that answers; the rows are in the order of their kinds and ranks. */
void summary_queue(struct summary *summary);
