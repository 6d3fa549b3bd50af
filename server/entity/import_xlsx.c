/* The first sheet of an XLSX: shared strings, and numbers that a style makes dates. */
#include "server/entity/import_sheet.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

#include <ctype.h>
#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STYLES_MAX = 65536,
    STRINGS_MAX = 4 * 1000 * 1000,
    FORMATS_MAX = 4096,
    EPOCH_1900 = -25569, /* day 0 of a spreadsheet, in days since 1970 */
    EPOCH_1904 = -24107
};

struct book {
    struct sheet *sheet;
    enum sheet_fault fault;
    struct zip zip;
    XML_Parser parser;
    char sheet_id[64], sheet_path[256];
    bool since_1904;

    VEC(const char *) strings;
    VEC(int) date_formats; /* numFmtId of the book's own formats that show a date */
    VEC(bool) dates;       /* by style */

    struct str text; /* of the element under way */
    bool collecting, phonetic, in_formats;
    size_t first;      /* cell of the row */
    int64_t row, rows; /* number given, rows seen */
    size_t column;     /* of the cell */
    char type[16];     /* of the cell: s, str, inlineStr, b, n, e */
    int style;
};

/* Names without what stands before the colon. */
static const char *plain(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(plain(attributes[i]), name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}

static void stop(struct book *book, enum sheet_fault fault)
{
    if (!book->fault)
        book->fault = fault;
    XML_StopParser(book->parser, XML_FALSE);
}

static void on_text(void *context, const char *text, int len)
{
    struct book *book = context;
    if (!book->collecting || book->phonetic)
        return;
    if (book->text.len + (size_t)len > SHEET_CELL_BYTES_MAX)
        stop(book, SHEET_QUOTE);
    else
        str_add_n(&book->text, text, (size_t)len);
}

/* No document type, so no entities of a stranger's making. */
static void on_doctype(void *context, const char *name, const char *system, const char *public, int inner)
{
    (void)name, (void)system, (void)public, (void)inner;
    stop(context, SHEET_BROKEN);
}

static bool feed(void *context, const char *bytes, size_t n, bool last)
{
    struct book *book = context;
    return XML_Parse(book->parser, bytes, (int)n, last) == XML_STATUS_OK && !book->fault;
}

/* Parts that are not there hold nothing; `wanted` ones must be. */
static void parse_part(struct book *book, const char *name, bool wanted, XML_StartElementHandler start,
                       XML_EndElementHandler end)
{
    struct zip_part part;
    if (book->fault)
        return;
    if (!zip_find(&book->zip, name, &part)) {
        book->fault = wanted ? SHEET_BROKEN : SHEET_OK;
        return;
    }
    book->parser = XML_ParserCreate(NULL);
    XML_SetUserData(book->parser, book);
    XML_SetElementHandler(book->parser, start, end);
    XML_SetCharacterDataHandler(book->parser, on_text);
    XML_SetStartDoctypeDeclHandler(book->parser, on_doctype);
    book->collecting = book->phonetic = false;
    enum sheet_fault fault = zip_unpack(&book->zip, &part, feed, book);
    if (!book->fault)
        book->fault = fault;
    XML_ParserFree(book->parser);
    book->parser = NULL;
}

/* ---- which sheet */

static void workbook_start(void *context, const char *name, const char **attributes)
{
    struct book *book = context;
    name = plain(name);
    if (strcmp(name, "sheet") == 0 && !*book->sheet_id) {
        const char *id = NULL;
        for (size_t i = 0; attributes[i]; i += 2) {
            if (strchr(attributes[i], ':') && strcmp(plain(attributes[i]), "id") == 0)
                id = attributes[i + 1];
        }
        snprintf(book->sheet_id, sizeof(book->sheet_id), "%s", id ? id : "");
    } else if (strcmp(name, "workbookPr") == 0) {
        const char *value = attribute(attributes, "date1904");
        book->since_1904 = value && (*value == '1' || *value == 't');
    }
}

static void relations_start(void *context, const char *name, const char **attributes)
{
    struct book *book = context;
    const char *id = attribute(attributes, "Id"), *target = attribute(attributes, "Target");
    if (strcmp(plain(name), "Relationship") != 0 || !id || !target || strcmp(id, book->sheet_id) != 0)
        return;
    snprintf(book->sheet_path, sizeof(book->sheet_path), *target == '/' ? "%s" : "xl/%s",
             *target == '/' ? target + 1 : target);
}

/* ---- strings */

static void strings_start(void *context, const char *name, const char **attributes)
{
    struct book *book = context;
    (void)attributes;
    name = plain(name);
    if (strcmp(name, "si") == 0)
        str_clear(&book->text);
    else if (strcmp(name, "rPh") == 0)
        book->phonetic = true;
    else if (strcmp(name, "t") == 0)
        book->collecting = true;
}

static void strings_end(void *context, const char *name)
{
    struct book *book = context;
    name = plain(name);
    if (strcmp(name, "rPh") == 0) {
        book->phonetic = false;
    } else if (strcmp(name, "t") == 0) {
        book->collecting = false;
    } else if (strcmp(name, "si") == 0) {
        if (book->strings.count == STRINGS_MAX || arena_used(book->sheet->arena) > SHEET_BYTES_MAX) {
            stop(book, SHEET_TOO_BIG);
            return;
        }
        const char *copy = arena_strndup(book->sheet->arena, book->text.data, book->text.len);
        vec_push(&book->strings, copy);
    }
}

/* ---- styles */

/* Letters of dates outside of quotes, brackets and escapes. */
static bool is_date_format(const char *code)
{
    for (; *code; code++) {
        if (*code == '"' || *code == '[') {
            const char *end = strchr(code + 1, *code == '"' ? '"' : ']');
            if (!end)
                return false;
            code = end;
        } else if ((*code == '\\' || *code == '_' || *code == '*') && code[1]) {
            code++;
        } else if (strchr("ymdhsYMDHS", *code)) {
            return true;
        }
    }
    return false;
}

static bool is_own_date(const struct book *book, int id)
{
    for (size_t i = 0; i < book->date_formats.count; i++) {
        if (book->date_formats.items[i] == id)
            return true;
    }
    return false;
}

static void styles_start(void *context, const char *name, const char **attributes)
{
    struct book *book = context;
    const char *id = attribute(attributes, "numFmtId"), *code = attribute(attributes, "formatCode");
    int number = id ? atoi(id) : 0;
    name = plain(name);
    if (strcmp(name, "cellXfs") == 0)
        book->in_formats = true;
    if (strcmp(name, "numFmt") == 0 && code && is_date_format(code) && book->date_formats.count < FORMATS_MAX)
        vec_push(&book->date_formats, number);
    if (strcmp(name, "xf") != 0 || !book->in_formats || book->dates.count == STYLES_MAX)
        return;
    /* the built-in formats of dates and times, here and in the Far East */
    bool date = (number >= 14 && number <= 22) || (number >= 27 && number <= 36) ||
                (number >= 45 && number <= 47) || (number >= 50 && number <= 58) || is_own_date(book, number);
    vec_push(&book->dates, date);
}

static void styles_end(void *context, const char *name)
{
    struct book *book = context;
    if (strcmp(plain(name), "cellXfs") == 0)
        book->in_formats = false;
}

/* ---- cells */

/* "BC12" is column 54. */
static size_t column_of(const char *reference, size_t next)
{
    size_t column = 0;
    if (!reference || !isupper((unsigned char)*reference))
        return next;
    for (; isupper((unsigned char)*reference) && column <= SHEET_COLUMNS_MAX; reference++)
        column = column * 26 + (size_t)(*reference - 'A' + 1);
    return column - 1;
}

static const char *print_date(const struct book *book, char *buf, size_t size, double serial)
{
    char date[DAY_TEXT_SIZE];
    int64_t seconds = (int64_t)floor(serial * 86400 + 0.5);
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (!book->since_1904 && days > 0 && days < 60) /* there never was a 29 February 1900 */
        days++;
    struct day day = {(int32_t)(days + (book->since_1904 ? EPOCH_1904 : EPOCH_1900))};
    day_print(date, sizeof(date), day);
    if (days == 0)
        snprintf(buf, size, "%02d:%02d:%02d", (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    else if (rest)
        snprintf(buf, size, "%s %02d:%02d:%02d", date, (int)(rest / 3600), (int)(rest / 60 % 60),
                 (int)(rest % 60));
    else
        snprintf(buf, size, "%s", date);
    return buf;
}

/* A number as people write it, not as a spreadsheet keeps it. */
static const char *print_number(const struct book *book, char *buf, size_t size, const char *text)
{
    enum { SERIAL_MAX = 2958466 }; /* the year 9999 */
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number))
        return text;
    bool date = book->style >= 0 && (size_t)book->style < book->dates.count && book->dates.items[book->style];
    if (date && number >= 0 && number < SERIAL_MAX)
        return print_date(book, buf, size, number);
    if (number == floor(number) && fabs(number) < 1e15)
        snprintf(buf, size, "%.0f", number);
    else
        snprintf(buf, size, "%.15g", number);
    return buf;
}

static void put_cell(struct book *book)
{
    char buf[64];
    const char *text = book->text.data;
    if (strcmp(book->type, "s") == 0) {
        size_t index = strtoul(text, NULL, 10);
        text = index < book->strings.count && isdigit((unsigned char)*text) ? book->strings.items[index] : "";
    } else if (strcmp(book->type, "b") == 0) {
        text = *text == '1' ? "true" : "false";
    } else if (strcmp(book->type, "e") == 0) {
        text = "";
    } else if (!*book->type || strcmp(book->type, "n") == 0) {
        text = *text ? print_number(book, buf, sizeof(buf), text) : "";
    }
    size_t at = book->sheet->cells.count - book->first;
    if (book->column >= SHEET_COLUMNS_MAX || book->column < at) {
        stop(book, SHEET_TOO_BIG);
        return;
    }
    enum sheet_fault fault = SHEET_OK;
    for (; at < book->column && !fault; at++)
        fault = sheet_add_cell(book->sheet, "", 0);
    if (!fault)
        fault = sheet_add_cell(book->sheet, text, strlen(text));
    if (fault)
        stop(book, fault);
}

static void sheet_start(void *context, const char *name, const char **attributes)
{
    struct book *book = context;
    name = plain(name);
    if (strcmp(name, "row") == 0) {
        const char *number = attribute(attributes, "r");
        book->first = book->sheet->cells.count;
        book->row = number ? atoll(number) : book->rows + 1;
        book->rows = book->row;
        book->column = (size_t)-1;
    } else if (strcmp(name, "c") == 0) {
        const char *type = attribute(attributes, "t"), *style = attribute(attributes, "s");
        book->column = column_of(attribute(attributes, "r"), book->column + 1);
        book->style = style ? atoi(style) : -1;
        snprintf(book->type, sizeof(book->type), "%s", type ? type : "");
        str_clear(&book->text);
    } else if (strcmp(name, "rPh") == 0) {
        book->phonetic = true;
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        book->collecting = true;
    }
}

static void sheet_end(void *context, const char *name)
{
    struct book *book = context;
    name = plain(name);
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        book->collecting = false;
    } else if (strcmp(name, "rPh") == 0) {
        book->phonetic = false;
    } else if (strcmp(name, "c") == 0) {
        put_cell(book);
    } else if (strcmp(name, "row") == 0) {
        enum sheet_fault fault = sheet_end_row(book->sheet, book->first, book->row);
        book->first = book->sheet->cells.count;
        if (fault)
            stop(book, fault);
    }
}

enum sheet_fault sheet_read_xlsx(struct sheet *sheet, const void *bytes, size_t n)
{
    struct book book = {.sheet = sheet};
    if (!zip_open(&book.zip, bytes, n))
        return SHEET_BROKEN;
    str_init(&book.text, NULL);
    parse_part(&book, "xl/workbook.xml", true, workbook_start, NULL);
    parse_part(&book, "xl/_rels/workbook.xml.rels", true, relations_start, NULL);
    parse_part(&book, "xl/sharedStrings.xml", false, strings_start, strings_end);
    parse_part(&book, "xl/styles.xml", false, styles_start, styles_end);
    parse_part(&book, book.sheet_path, true, sheet_start, sheet_end);
    str_finish(&book.text);
    vec_finish(&book.strings);
    vec_finish(&book.date_formats);
    vec_finish(&book.dates);
    return !book.fault && !sheet->rows.count ? SHEET_EMPTY : book.fault;
}
