/* PDF of a list: a table over as many pages as it needs, its heads on each, the sums at the end. Rows are kept until all are there, since the widths
 * follow what is in them; so there may be no more of them than anybody would print. */
#include "server/entity/export-private.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/entity/paper.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PDF_COLUMNS_MAX = 24, WIDTH_SAMPLE = 200, WIDTH_LEAST = 18, WIDTH_MOST = 180, GAP = 6, ROW_GAP = 3 };

struct pdf {
    int fd;
    struct paper *paper;
    struct arena *arena; /* of the rows */
    const char ***rows;
    size_t count, cap;
    double widths[PDF_COLUMNS_MAX];
};

/* ------------------------------------------------------------------------------------------------- the head of a page */

static const char *operator_text(enum filter_op op)
{
    static const char *const texts[FILTER_OPS] = {
        [FILTER_EQ] = "=",       [FILTER_NOT] = "≠", [FILTER_GTE] = "≥", [FILTER_GT] = ">",
        [FILTER_LTE] = "≤",      [FILTER_LT] = "<",  [FILTER_IN] = "=",  [FILTER_LIKE] = "^",
        [FILTER_CONTAINS] = "~", [FILTER_NULL] = "="};
    return texts[op];
}

static void add_filter_value(struct export *export, const struct field *field, const struct value *value,
                             struct str *out)
{
    struct arena *arena = export->request->arena;
    const char *text = value_text(arena, value);
    str_add(out, export_word(export, field_print(field, arena, text ? text : "", export->zone)));
}

/* The filter in words: labels, signs, values. */
const char *export_filter_text(struct export *export)
{
    struct str out;
    str_init(&out, export->request->arena);
    for (size_t i = 0; i < export->filter.count; i++) {
        const struct filter_term *term = &export->filter.terms[i];
        str_addf(&out, "%s%s %s ", i ? " · " : "", export_word(export, term->field->label),
                 operator_text(term->op));
        for (size_t j = 0; j < term->count && j < 5; j++) {
            str_add(&out, j ? ", " : "");
            add_filter_value(export, term->field, &term->values[j], &out);
        }
        if (term->count > 5)
            str_add(&out, ", …");
        if (term->op == FILTER_NULL)
            str_add(&out, term->truth ? "∅" : "…");
    }
    if (export->filter.q)
        str_addf(&out, "%s\"%s\"", out.len ? " · " : "", export->filter.q);
    return out.len ? out.data : NULL;
}

static const struct sql sql_company = {"export_company",
                                       "SELECT value FROM setting WHERE name = 'company.name'"};

struct rows *export_company_read(struct request *request)
{
    return tx_read(request->tx, &sql_company);
}

/* The company, and what was looked for. */
static int left_of(struct export *export, const char **left_r)
{
    struct rows *company = export_company_read(export->request);
    const char *filter = export_filter_text(export);
    int rc = request_need(export->request);
    if (rc)
        return rc;
    const char *name = rows_text(company, 0, 0);
    *left_r = filter ? arena_printf(export->request->arena, "%s · %s", name, filter) : name;
    return 0;
}

const char *export_who_and_when(struct request *request)
{
    int offset = 0, year, month, day;
    if (time_zone_offset(session_zone(request->session), request->now, &offset) < 0)
        offset = 0;
    struct day date = day_of(request->now, offset);
    int64_t seconds = (request->now.us - day_start(date, offset).us) / 1000000;
    day_split(date, &year, &month, &day);
    return arena_printf(request->arena, "%s · %s · %04d-%02d-%02d %02d:%02d", request->session->branch_name,
                        request->session->name, year, month, day, (int)(seconds / 3600),
                        (int)(seconds / 60 % 60));
}

/* ------------------------------------------------------------------------------------------------- rows come */

static int begin(struct export *export)
{
    struct pdf *pdf = arena_new(export->request->arena, struct pdf);
    export->data = pdf;
    pdf->arena = arena_create(64 * 1024);
    pdf->fd = export_temp_open();
    if (export->ncolumns > PDF_COLUMNS_MAX)
        return request_fail(export->request, ERR_LIMIT, "columns",
                            N_("A page has room for {max} columns: choose fewer"), "max",
                            arena_printf(export->request->arena, "%d", PDF_COLUMNS_MAX), NULL);
    const char *left;
    int rc = left_of(export, &left);
    if (rc)
        return rc;
    struct paper_head head = {.title = export->title,
                              .left = left,
                              .right = export_who_and_when(export->request),
                              .page = export_word(export, N_("Page {page} of {pages}")),
                              .author = export->request->session->name,
                              .language = export->language,
                              .landscape = true};
    pdf->paper = pdf->fd < 0 ? NULL : paper_create(pdf->fd, &head);
    return pdf->paper ? 0 : export_file_failed(export->request, "no paper");
}

static const char *shown(struct pdf *pdf, const struct export_column *column, const char *cell)
{
    char money[MONEY_TEXT_SIZE];
    int64_t fen;
    if (!cell)
        return "";
    if (column->kind == CELL_MONEY && money_parse(cell, &fen) == 0)
        return arena_strdup(pdf->arena, money_print(money, sizeof(money), fen));
    if (column->kind == CELL_TIME && strlen(cell) == 19)
        return arena_strndup(pdf->arena, cell, 16); /* to the minute */
    return arena_strdup(pdf->arena, cell);
}

static void keep(struct pdf *pdf, const char **cells)
{
    if (pdf->count == pdf->cap) {
        size_t cap = pdf->cap ? 2 * pdf->cap : 256;
        const char ***grown = arena_alloc(pdf->arena, cap * sizeof(*grown));
        if (pdf->count)
            memcpy(grown, pdf->rows, pdf->count * sizeof(*grown));
        pdf->rows = grown;
        pdf->cap = cap;
    }
    pdf->rows[pdf->count++] = cells;
}

static int row(struct export *export, char *text, size_t len)
{
    struct pdf *pdf = export->data;
    const char *raw[PDF_COLUMNS_MAX], **cells = arena_alloc(pdf->arena, export->ncolumns * sizeof(*cells));
    size_t n = export_split(text, raw, export->ncolumns);
    for (size_t i = 0; i < export->ncolumns; i++) {
        export_add_sum(&export->columns[i], i < n ? raw[i] : NULL);
        cells[i] = shown(pdf, &export->columns[i], i < n ? raw[i] : NULL);
    }
    keep(pdf, cells);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- the table */

static bool is_right(const struct export_column *column)
{
    return column->kind == CELL_MONEY || column->kind == CELL_NUMBER;
}

static const char *sum_text(struct export *export, size_t i)
{
    struct pdf *pdf = export->data;
    char text[MONEY_TEXT_SIZE];
    if (export->columns[i].summed)
        return arena_strdup(pdf->arena, export_sum_text(&export->columns[i], text, sizeof(text)));
    return i == 0 ? export_word(export, N_("Sum")) : "";
}

static bool has_sums(const struct export *export)
{
    for (size_t i = 0; i < export->ncolumns; i++) {
        if (export->columns[i].summed && export->rows)
            return true;
    }
    return false;
}

/* No wider than the page in all: the widest give way to one level, what is narrower stays whole. */
static void level(double *widths, size_t count, double room)
{
    double low = 0, high = WIDTH_MOST, sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += widths[i];
    if (sum <= room)
        return;
    for (int turn = 0; turn < 30; turn++) {
        double middle = (low + high) / 2;
        sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += MIN(widths[i], middle);
        if (sum <= room)
            low = middle;
        else
            high = middle;
    }
    for (size_t i = 0; i < count; i++)
        widths[i] = MIN(widths[i], low);
}

/* As wide as what is in them. */
static void measure(struct export *export)
{
    struct pdf *pdf = export->data;
    for (size_t i = 0; i < export->ncolumns; i++) {
        double width = MAX(paper_measure(pdf->paper, export->columns[i].title, PAPER_BOLD),
                           paper_measure(pdf->paper, sum_text(export, i), PAPER_BOLD));
        for (size_t j = 0; j < MIN(pdf->count, (size_t)WIDTH_SAMPLE); j++)
            width = MAX(width, paper_measure(pdf->paper, pdf->rows[j][i], 0));
        pdf->widths[i] = MAX(MIN(width, (double)WIDTH_MOST), (double)WIDTH_LEAST);
    }
    level(pdf->widths, export->ncolumns, paper_width(pdf->paper) - GAP * (double)(export->ncolumns - 1));
}

static double row_height(struct export *export, const char *const *cells, unsigned style)
{
    struct pdf *pdf = export->data;
    double height = 0;
    for (size_t i = 0; i < export->ncolumns; i++)
        height = MAX(height, *cells[i] ? paper_height(pdf->paper, cells[i], pdf->widths[i], style) : 0);
    return MAX(height, 8.0);
}

static void draw_row(struct export *export, const char *const *cells, double height, unsigned style)
{
    struct pdf *pdf = export->data;
    double x = 0;
    for (size_t i = 0; i < export->ncolumns; i++) {
        if (*cells[i] || style & PAPER_GREY)
            paper_text(pdf->paper, x, pdf->widths[i], height, cells[i],
                       style | (is_right(&export->columns[i]) ? PAPER_RIGHT : 0));
        x += pdf->widths[i] + GAP;
    }
    paper_down(pdf->paper, height + ROW_GAP);
}

static void draw_heads(struct export *export, const char *const *titles)
{
    draw_row(export, titles, row_height(export, titles, PAPER_BOLD), PAPER_BOLD | PAPER_GREY);
}

static void draw_line(struct export *export, const char *const *titles, const char *const *cells,
                      unsigned style)
{
    struct pdf *pdf = export->data;
    double height = row_height(export, cells, style);
    if (paper_need(pdf->paper, height + ROW_GAP))
        draw_heads(export, titles);
    draw_row(export, cells, height, style);
}

static int draw(struct export *export, bool drawing)
{
    struct pdf *pdf = export->data;
    const char *titles[PDF_COLUMNS_MAX], *sums[PDF_COLUMNS_MAX];
    for (size_t i = 0; i < export->ncolumns; i++) {
        titles[i] = export->columns[i].title;
        sums[i] = sum_text(export, i);
    }
    paper_begin(pdf->paper, drawing);
    draw_heads(export, titles);
    for (size_t i = 0; i < pdf->count; i++) {
        draw_line(export, titles, pdf->rows[i], 0);
        int rc = export_tick(export, (int64_t)(drawing ? pdf->count + i : i) / 2, (int64_t)pdf->count);
        if (rc)
            return rc;
    }
    if (!has_sums(export))
        return 0;
    paper_line(pdf->paper);
    paper_down(pdf->paper, 2);
    draw_line(export, titles, sums, PAPER_BOLD);
    return 0;
}

static int end(struct export *export)
{
    struct pdf *pdf = export->data;
    measure(export);
    int rc = draw(export, false);
    if (!rc)
        rc = draw(export, true);
    if (!rc && paper_finish(pdf->paper) < 0)
        rc = export_file_failed(export->request, "the paper could not be written");
    return rc ? rc : export_send_file(&export->stream, pdf->fd);
}

static void drop(struct export *export)
{
    struct pdf *pdf = export->data;
    if (!pdf)
        return;
    paper_destroy(pdf->paper);
    if (pdf->fd >= 0)
        close(pdf->fd);
    arena_destroy(pdf->arena);
}

const struct export_writer export_pdf = {
    .name = "pdf",
    .type = "application/pdf",
    .copy = "FORMAT text",
    .rows_max = EXPORT_PDF_ROWS,
    .begin = begin,
    .row = row,
    .end = end,
    .drop = drop,
};
