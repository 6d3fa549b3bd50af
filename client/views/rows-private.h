/* For the files of the rows only. */
#pragma once

#include "client/views/rows.h"

/* What is wrong with a filter line, on the message line. */
struct filter_fault;
void rows_say_fault(const struct rows *rows, const char *line, const struct filter_fault *fault);
void rows_ask_page(struct rows *rows); /* the one behind what is there */
void rows_clear_from(struct rows *rows, size_t first);
