/* Fields that have a screen of their own: ticks for sets, a table for lines. */
#pragma once

#include "client/views/sheet.h"

void sheet_part_open(struct sheet *sheet, struct sheet_entry *entry);
void ticks_open(struct sheet *sheet, struct sheet_entry *entry);
void lines_open(struct sheet *sheet, struct sheet_entry *entry);
