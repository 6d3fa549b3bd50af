/*
 * A file of rows and columns, read whole: CSV in whatever encoding and with whatever separator it came, or the first sheet of an XLSX. Knows
 * neither entities nor the database. Everything a stranger may put into such a file is bounded here.
 */
#pragma once

#include "base/util.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
    SHEET_COLUMNS_MAX = 512,
    SHEET_ROWS_MAX = 1048576,
    SHEET_CELLS_MAX = 20 * 1000 * 1000,
    SHEET_CELL_BYTES_MAX = 64 * 1024,
    SHEET_BYTES_MAX = 256 * 1024 * 1024 /* unpacked, of all parts */
};

struct sheet_row {
    int64_t line; /* of the file it begins at; of a spreadsheet its number */
    size_t first; /* cell */
    size_t count;
};

struct sheet {
    struct arena *arena; /* holds the cells' text */
    VEC(struct sheet_row) rows;
    VEC(const char *) cells; /* never NULL; UTF-8 */
    const char *encoding;    /* "UTF-8", "GB18030" */
    char delimiter;          /* 0: of a spreadsheet */
};

enum sheet_fault {
    SHEET_OK,
    SHEET_EMPTY,
    SHEET_ENCODING, /* neither UTF-8 nor GB18030 */
    SHEET_QUOTE,    /* a quote that is never closed, or a cell too long */
    SHEET_TOO_BIG,
    SHEET_BROKEN /* no ZIP, no XML, no sheet in it */
};

/* An msgid. */
const char *sheet_fault_text(enum sheet_fault fault);

/* Finishing frees the cells with it. */
void sheet_init(struct sheet *sheet);
void sheet_finish(struct sheet *sheet);

/* Empty rows are left out. */
must_check enum sheet_fault sheet_read_csv(struct sheet *sheet, const char *bytes, size_t n);
must_check enum sheet_fault sheet_read_xlsx(struct sheet *sheet, const void *bytes, size_t n);

const char *sheet_cell(const struct sheet *sheet, const struct sheet_row *row, size_t column); /* "" beyond */

/* ---- for the readers */
must_check enum sheet_fault sheet_add_cell(struct sheet *sheet, const char *text, size_t len);
/* Ends the row that began `first` cells from the start. */
must_check enum sheet_fault sheet_end_row(struct sheet *sheet, size_t first, int64_t line);

/* ---- import_zip.c: the parts of a package */
struct zip {
    const unsigned char *bytes;
    size_t n;
    size_t directory; /* offset of the first entry */
    size_t entries;
    size_t budget; /* bytes that may still be unpacked */
};

struct zip_part {
    size_t data, packed, size;
    bool deflated;
};

must_check bool zip_open(struct zip *zip, const void *bytes, size_t n);
must_check bool zip_find(const struct zip *zip, const char *name, struct zip_part *part_r);
/* Unpacks into `take`, piece by piece, until that says false. */
must_check enum sheet_fault zip_unpack(struct zip *zip, const struct zip_part *part,
                                       bool (*take)(void *context, const char *bytes, size_t n, bool last),
                                       void *context);
