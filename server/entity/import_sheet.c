#include "server/entity/import_sheet.h"

#include "base/arena.h"

#include <string.h>

enum { SHEET_BLOCK = 1024 * 1024 };

const char *sheet_fault_text(enum sheet_fault fault)
{
    switch (fault) {
    case SHEET_EMPTY: return N_("There are no rows in the file");
    case SHEET_ENCODING: return N_("The file is neither UTF-8 nor GB18030");
    case SHEET_QUOTE: return N_("A quote is never closed, or a cell is too long");
    case SHEET_TOO_BIG: return N_("The file has too many rows, columns or bytes");
    default: return N_("The file cannot be read as a table");
    }
}

void sheet_init(struct sheet *sheet)
{
    *sheet = (struct sheet){.arena = arena_create(SHEET_BLOCK), .encoding = "UTF-8"};
}

void sheet_finish(struct sheet *sheet)
{
    arena_destroy(sheet->arena);
    vec_finish(&sheet->rows);
    vec_finish(&sheet->cells);
    *sheet = (struct sheet){0};
}

const char *sheet_cell(const struct sheet *sheet, const struct sheet_row *row, size_t column)
{
    return column < row->count ? sheet->cells.items[row->first + column] : "";
}

enum sheet_fault sheet_add_cell(struct sheet *sheet, const char *text, size_t len)
{
    if (len > SHEET_CELL_BYTES_MAX)
        return SHEET_QUOTE;
    if (sheet->cells.count == SHEET_CELLS_MAX || arena_used(sheet->arena) > SHEET_BYTES_MAX)
        return SHEET_TOO_BIG;
    const char *copy = len ? arena_strndup(sheet->arena, text, len) : "";
    vec_push(&sheet->cells, copy);
    return SHEET_OK;
}

enum sheet_fault sheet_end_row(struct sheet *sheet, size_t first, int64_t line)
{
    size_t count = sheet->cells.count - first;
    while (count && !*sheet->cells.items[first + count - 1])
        count--;
    sheet->cells.count = first + count;
    if (!count)
        return SHEET_OK;
    if (count > SHEET_COLUMNS_MAX || sheet->rows.count > SHEET_ROWS_MAX)
        return SHEET_TOO_BIG;
    struct sheet_row row = {.line = line, .first = first, .count = count};
    vec_push(&sheet->rows, row);
    return SHEET_OK;
}
