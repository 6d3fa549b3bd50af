/* For the files of the rows only. */
#pragma once

#include "client/views/rows.h"

void rows_ask_page(struct rows *rows); /* the one behind what is there */
void rows_clear_from(struct rows *rows, size_t first);
