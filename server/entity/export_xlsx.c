/* XLSX: numbers, amounts and times as such, so that a spreadsheet reckons with them. It is put together in a file without a name, which is gone
 * when it is closed, whatever happens, and leaves when it is whole. */
#include "server/entity/export-private.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { XLSX_CELLS_MAX = 2 * ENTITY_ALL_FIELDS_MAX, XLSX_SHEET_NAME = 31, XLSX_WIDTH_MAX = 60 };

struct xlsx {
    int fd;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *formats[CELL_TIME + 1], *head, *sum, *money_sum;
    lxw_row_t row;
};

/* At most 31 characters, and none of []:*?/\ and '. */
static const char *sheet_name(struct export *export)
{
    char *name = arena_strdup(export->request->arena, export->title), *at = name;
    for (size_t n = 0; *at && n < XLSX_SHEET_NAME; n++) {
        uint32_t cp;
        size_t bytes = utf8_decode(at, strlen(at), &cp);
        if (strchr("[]:*?/\\'", *at))
            *at = ' ';
        at += bytes ? bytes : 1;
    }
    *at = '\0';
    return *name ? name : export->entity->name;
}

static lxw_format *format(struct xlsx *xlsx, const char *number)
{
    lxw_format *made = workbook_add_format(xlsx->book);
    if (number)
        format_set_num_format(made, number);
    return made;
}

static void add_formats(struct xlsx *xlsx)
{
    xlsx->formats[CELL_MONEY] = format(xlsx, "#,##0.00");
    xlsx->formats[CELL_DATE] = format(xlsx, "yyyy-mm-dd");
    xlsx->formats[CELL_TIME] = format(xlsx, "yyyy-mm-dd hh:mm:ss");
    xlsx->head = format(xlsx, NULL);
    format_set_bold(xlsx->head);
    format_set_bg_color(xlsx->head, 0xE8E8E8);
    format_set_bottom(xlsx->head, LXW_BORDER_THIN);
    xlsx->sum = format(xlsx, NULL);
    xlsx->money_sum = format(xlsx, "#,##0.00");
    lxw_format *sums[] = {xlsx->sum, xlsx->money_sum};
    for (size_t i = 0; i < array_len(sums); i++) {
        format_set_bold(sums[i]);
        format_set_top(sums[i], LXW_BORDER_THIN);
    }
}

static void add_head(struct export *export, struct xlsx *xlsx)
{
    for (size_t i = 0; i < export->ncolumns; i++) {
        const struct export_column *column = &export->columns[i];
        int width =
            column->kind == CELL_TIME ? 20 : MAX(field_width(column->field), utf8_width(column->title));
        lxw_col_t at = (lxw_col_t)i;
        worksheet_set_column(xlsx->sheet, at, at, MIN(width, XLSX_WIDTH_MAX) + 2, NULL);
    }
    for (size_t i = 0; i < export->ncolumns; i++)
        worksheet_write_string(xlsx->sheet, 0, (lxw_col_t)i, export->columns[i].title, xlsx->head);
    worksheet_freeze_panes(xlsx->sheet, 1, 0);
    xlsx->row = 1;
}

static int begin(struct export *export)
{
    struct xlsx *xlsx = arena_new(export->request->arena, struct xlsx);
    char path[32];
    export->data = xlsx;
    xlsx->fd = export_temp_open();
    if (xlsx->fd < 0)
        return export_file_failed(export->request, "no temporary file");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", xlsx->fd);
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE, .use_zip64 = LXW_FALSE, .tmpdir = (char *)export_temp_folder()};
    xlsx->book = workbook_new_opt(path, &options);
    if (!xlsx->book)
        return export_file_failed(export->request, "no workbook");
    xlsx->sheet = workbook_add_worksheet(xlsx->book, sheet_name(export));
    if (!xlsx->sheet)
        return export_file_failed(export->request, "no sheet");
    lxw_doc_properties about = {.title = (char *)export->title,
                                .author = (char *)export->request->session->name};
    workbook_set_properties(xlsx->book, &about);
    add_formats(xlsx);
    add_head(export, xlsx);
    return 0;
}

/* The database's own "2026-11-01" and "2026-11-01 09:30:00"; false: a time no spreadsheet knows. */
static bool read_time(const char *text, lxw_datetime *time_r)
{
    int second = 0;
    *time_r = (lxw_datetime){0};
    int n = sscanf(text, "%d-%d-%d %d:%d:%d", &time_r->year, &time_r->month, &time_r->day, &time_r->hour,
                   &time_r->min, &second);
    time_r->sec = second;
    return (n == 3 || n == 6) && time_r->year >= 1900 && time_r->year <= 9999;
}

static lxw_error write_cell(struct xlsx *xlsx, lxw_col_t at, enum cell_kind kind, const char *text)
{
    lxw_datetime time;
    char *end = NULL;
    if (!*text)
        return LXW_NO_ERROR;
    if (kind == CELL_NUMBER || kind == CELL_MONEY) {
        double number = strtod(text, &end);
        if (end != text && !*end)
            return worksheet_write_number(xlsx->sheet, xlsx->row, at, number, xlsx->formats[kind]);
    }
    if ((kind == CELL_DATE || kind == CELL_TIME) && read_time(text, &time))
        return worksheet_write_datetime(xlsx->sheet, xlsx->row, at, &time, xlsx->formats[kind]);
    return worksheet_write_string(xlsx->sheet, xlsx->row, at, text, NULL);
}

static int row(struct export *export, char *text, size_t len)
{
    struct xlsx *xlsx = export->data;
    const char *cells[XLSX_CELLS_MAX];
    size_t n = export_split(text, cells, MIN(export->ncolumns, (size_t)XLSX_CELLS_MAX));
    for (size_t i = 0; i < n; i++) {
        struct export_column *column = &export->columns[i];
        export_add_sum(column, cells[i]);
        if (cells[i] && write_cell(xlsx, (lxw_col_t)i, column->kind, cells[i]) != LXW_NO_ERROR)
            return export_file_failed(export->request, "a cell could not be written");
    }
    xlsx->row++;
    return 0;
}

/* Below the rows, where there is room: the formula, and what it gave when this was written. */
static void add_sums(struct export *export, struct xlsx *xlsx)
{
    bool any = false;
    for (size_t i = 0; i < export->ncolumns; i++) {
        const struct export_column *column = &export->columns[i];
        char first[LXW_MAX_CELL_NAME_LENGTH], last[LXW_MAX_CELL_NAME_LENGTH], formula[64];
        if (!column->summed || xlsx->row < 2 || xlsx->row >= LXW_ROW_MAX)
            continue;
        any = true;
        lxw_rowcol_to_cell(first, 1, (lxw_col_t)i);
        lxw_rowcol_to_cell(last, xlsx->row - 1, (lxw_col_t)i);
        snprintf(formula, sizeof(formula), "=SUM(%s:%s)", first, last);
        bool money = column->kind == CELL_MONEY;
        char sum[32]; /* a spreadsheet's numbers are what it reads */
        int64_t unit = money ? 100 : 1;
        snprintf(sum, sizeof(sum), "%s%" PRIu64 ".%02" PRIu64, column->sum < 0 ? "-" : "",
                 (uint64_t)(llabs(column->sum) / unit), (uint64_t)(llabs(column->sum) % unit));
        worksheet_write_formula_num(xlsx->sheet, xlsx->row, (lxw_col_t)i, formula,
                                    money ? xlsx->money_sum : xlsx->sum, strtod(sum, NULL));
    }
    if (any && !export->columns[0].summed)
        worksheet_write_string(xlsx->sheet, xlsx->row, 0, export_word(export, N_("Sum")), xlsx->sum);
}

static int end(struct export *export)
{
    struct xlsx *xlsx = export->data;
    add_sums(export, xlsx);
    lxw_error failed = workbook_close(xlsx->book);
    xlsx->book = NULL;
    if (failed)
        return export_file_failed(export->request, lxw_strerror(failed));
    return export_send_file(&export->stream, xlsx->fd);
}

static void drop(struct export *export)
{
    struct xlsx *xlsx = export->data;
    if (!xlsx)
        return;
    if (xlsx->book)
        lxw_workbook_free(xlsx->book);
    if (xlsx->fd >= 0)
        close(xlsx->fd);
}

const struct export_writer export_xlsx = {
    .name = "xlsx",
    .type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    .copy = "FORMAT text",
    .codes = true,
    .rows_max = EXPORT_XLSX_ROWS,
    .begin = begin,
    .row = row,
    .end = end,
    .drop = drop,
};
