/* Tables as strangers send them: whatever the bytes, rows stand in order, cells within them, text is UTF-8, and nothing is read twice as large. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "server/entity/import_sheet.h"

static void check_cell(const struct sheet *sheet, const char *cell)
{
    uint32_t cp;
    must(cell);
    for (size_t left = strlen(cell); left;) {
        size_t n = (unsigned char)*cell < 0x80 ? 1 : utf8_decode(cell, left, &cp);
        must(n || !sheet->delimiter); /* XML is checked by its parser */
        cell += n ? n : 1;
        left -= n ? n : 1;
    }
}

static void check(const struct sheet *sheet)
{
    int64_t line = 0;
    size_t first = 0;
    for (size_t i = 0; i < sheet->rows.count; i++) {
        const struct sheet_row *row = &sheet->rows.items[i];
        must(row->count > 0 && row->count <= SHEET_COLUMNS_MAX && row->first >= first);
        must(row->first + row->count <= sheet->cells.count);
        must(!sheet->delimiter || row->line >= line);
        must(*sheet_cell(sheet, row, row->count - 1) && !*sheet_cell(sheet, row, row->count));
        for (size_t c = 0; c < row->count; c++)
            check_cell(sheet, sheet_cell(sheet, row, c));
        first = row->first + row->count;
        line = row->line;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool packed = fuzz_choice(&data, &size) & 1;
    char *bytes = fuzz_text(data, size);
    struct sheet sheet;
    sheet_init(&sheet);
    enum sheet_fault fault = packed ? sheet_read_xlsx(&sheet, bytes, size) : sheet_read_csv(&sheet, bytes, size);
    must(fault || sheet.rows.count);
    must(sheet_fault_text(fault));
    check(&sheet);
    sheet_finish(&sheet);
    free(bytes);
    return 0;
}
