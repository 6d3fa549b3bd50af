/* A table read from CSV. */
#include "server/entity/import_sheet.h"

#include "base/utf8.h"

#include <csv.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_BEGUN = 2 }; /* the parser's own state: within a cell */

struct reader {
    struct sheet *sheet;
    enum sheet_fault fault;
    size_t first; /* cell of the row under way */
    int64_t line, began;
    bool ended; /* a row ended in the piece just fed */
};

static void on_cell(void *text, size_t len, void *context)
{
    struct reader *reader = context;
    if (!reader->fault)
        reader->fault = sheet_add_cell(reader->sheet, text ? text : "", text ? len : 0);
}

static void on_row(int c, void *context)
{
    struct reader *reader = context;
    (void)c;
    if (!reader->fault)
        reader->fault = sheet_end_row(reader->sheet, reader->first, reader->began);
    reader->first = reader->sheet->cells.count;
    reader->ended = true;
}

/* malloc'd; NULL: it is not in that encoding. */
static char *from_gb18030(const char *bytes, size_t n, size_t *len_r)
{
    size_t room = 2 * n + 4, left = room;
    char *out = memory_alloc(room), *at = out, *from = (char *)(uintptr_t)bytes;
    iconv_t way = iconv_open("UTF-8", "GB18030");
    bool done = way != (iconv_t)-1 && iconv(way, &from, &n, &at, &left) != (size_t)-1 && n == 0;
    if (way != (iconv_t)-1)
        iconv_close(way);
    if (!done) {
        free(out);
        return NULL;
    }
    *len_r = room - left;
    return out;
}

/* What stands most often between the cells of the first row. */
static char guess_delimiter(const char *text, size_t n)
{
    static const char marks[] = {',', ';', '\t'};
    size_t counts[sizeof(marks)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < n && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        quoted ^= text[i] == '"';
        for (size_t m = 0; m < sizeof(marks); m++)
            counts[m] += !quoted && text[i] == marks[m];
    }
    for (size_t m = 1; m < sizeof(marks); m++)
        best = counts[m] > counts[best] ? m : best;
    return marks[best];
}

/* Around cells; a tab may be the separator. */
static int is_cut(unsigned char c)
{
    return c == ' ';
}

static bool is_blank(const char *line, size_t len)
{
    return strspn(line, " \r\n") >= len;
}

/* Line by line, so that each row knows where it began. */
static void feed(struct reader *reader, struct csv_parser *parser, const char *text, size_t n)
{
    bool within = false; /* a quoted cell goes on */
    for (size_t at = 0; at < n && !reader->fault; reader->line++) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t len = end ? (size_t)(end - text) - at + 1 : n - at;
        if (!within)
            reader->began = reader->line;
        reader->ended = false;
        bool blank = !within && is_blank(text + at, len);
        if (csv_parse(parser, text + at, len, on_cell, on_row, reader) != len)
            reader->fault = SHEET_QUOTE;
        within = !reader->ended && !blank;
        if (within && parser->entry_pos > SHEET_CELL_BYTES_MAX)
            reader->fault = SHEET_QUOTE;
        at += len;
    }
}

static enum sheet_fault parse(struct sheet *sheet, const char *text, size_t n)
{
    struct reader reader = {.sheet = sheet, .line = 1, .began = 1};
    struct csv_parser parser;
    if (memchr(text, 0, n))
        return SHEET_BROKEN;
    if (csv_init(&parser, CSV_APPEND_NULL) != 0)
        memory_exhausted();
    sheet->delimiter = guess_delimiter(text, n);
    csv_set_delim(&parser, (unsigned char)sheet->delimiter);
    csv_set_space_func(&parser, is_cut);
    feed(&reader, &parser, text, n);
    if (!reader.fault && parser.pstate == FIELD_BEGUN && parser.quoted)
        reader.fault = SHEET_QUOTE;
    if (!reader.fault && csv_fini(&parser, on_cell, on_row, &reader) != 0)
        reader.fault = SHEET_QUOTE;
    csv_free(&parser);
    return reader.fault;
}

enum sheet_fault sheet_read_csv(struct sheet *sheet, const char *bytes, size_t n)
{
    char *converted = NULL;
    if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        n -= 3;
    }
    if (!utf8_is_whole(bytes, n)) {
        bytes = converted = from_gb18030(bytes, n, &n);
        sheet->encoding = "GB18030";
        if (!converted)
            return SHEET_ENCODING;
    }
    enum sheet_fault fault = n ? parse(sheet, bytes, n) : SHEET_EMPTY;
    free(converted);
    return !fault && !sheet->rows.count ? SHEET_EMPTY : fault;
}
