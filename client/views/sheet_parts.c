#include "client/views/sheet_parts.h"

void sheet_part_open(struct sheet *sheet, struct sheet_entry *entry)
{
    if (field_type_of(entry->field) == FIELD_SET)
        ticks_open(sheet, entry);
    else
        lines_open(sheet, entry);
}
