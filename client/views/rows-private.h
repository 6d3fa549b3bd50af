/* For the files of the rows only. */
#pragma once

#include "client/views/rows.h"

/* What is wrong with a filter line, on the message line. */
struct filter_fault;
void rows_say_fault(const struct rows *rows, const char *line, const struct filter_fault *fault);
/* What every question about these rows carries: filter, columns, order. A new reference. */
json_t *rows_arguments(const struct rows *rows);
json_t *rows_sort_json(const struct rows *rows);

/* rows_count.c */
void rows_count_stale(struct rows *rows); /* somebody changed something */
unsigned rows_count_tick(struct rows *rows, int64_t now_ms);
const char *rows_model_sum(void *context, size_t column, struct str *scratch);
void rows_ask_page(struct rows *rows); /* the one behind what is there */
void rows_stop(struct rows *rows);     /* nobody looks at them any more: neither the server */
void rows_clear_from(struct rows *rows, size_t first);
