/* Fields that have a screen of their own: ticks for sets, a table for lines. */
#pragma once

#include "client/views/sheet.h"

void sheet_part_open(struct sheet *sheet, struct sheet_entry *entry);
void ticks_open(struct sheet *sheet, struct sheet_entry *entry);
void lines_open(struct sheet *sheet, struct sheet_entry *entry);

/* The row being typed in the line table that is open over the sheet, as JSON, and the entry it belongs to; NULL: none is. */
json_t *lines_half(const struct sheet *sheet, const struct sheet_entry **entry_r);
