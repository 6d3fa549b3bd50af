/* CSV: UTF-8 with a mark in front, since spreadsheets ask for it; the lines are the database's own. */
#include "server/entity/export-private.h"

#include "base/arena.h"

#include <string.h>

struct csv {
    struct str text; /* malloc'd: lines not sent yet */
    bool *words;     /* by column: holds text */
};

/* A spreadsheet takes what begins so for a formula. A line break that is not quoted ends the line. */
static bool begins_formula(char c, bool quoted)
{
    return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || (c == '\n' && quoted);
}

/* "-12.5" is a number, whatever column it stands in. */
static bool is_negative_number(const char *text, size_t len)
{
    size_t digits = 0, points = 0;
    for (size_t i = 1; i < len; i++) {
        digits += text[i] >= '0' && text[i] <= '9';
        points += text[i] == '.';
    }
    return *text == '-' && digits && points <= 1 && digits + points == len - 1 && text[1] != '.' &&
           text[len - 1] != '.';
}

/* Behind the value that begins at `at`, which is quoted when it holds a comma, a quote or a line break. */
static size_t value_end(const char *row, size_t len, size_t at)
{
    if (row[at] != '"') {
        while (at < len && row[at] != ',' && row[at] != '\n')
            at++;
        return at;
    }
    for (at++; at < len; at++) {
        const char *quote = memchr(row + at, '"', len - at);
        at = quote ? (size_t)(quote - row) + 1 : len;
        if (at >= len || row[at] != '"')
            break;
    }
    return at;
}

static void add_row(struct csv *csv, const char *row, size_t len)
{
    size_t done = 0;
    for (size_t at = 0, column = 0; at < len; column++) {
        size_t end = value_end(row, len, at), first = at + (row[at] == '"');
        if (csv->words[column] && begins_formula(row[first], first > at) &&
            !is_negative_number(row + first, end - at - 2 * (first - at))) {
            str_add_n(&csv->text, row + done, first - done);
            str_add_char(&csv->text, '\'');
            done = first;
        }
        at = end + 1; /* past the comma or the line's end */
    }
    str_add_n(&csv->text, row + done, len - done);
}

static int send(struct export *export)
{
    struct csv *csv = export->data;
    if (!csv->text.len)
        return 0;
    int rc = export_send_text(&export->stream, csv->text.data, csv->text.len);
    str_clear(&csv->text);
    return rc;
}

static void add_title(struct str *out, const char *title)
{
    if (!strpbrk(title, ",\"\n")) {
        str_add(out, title);
        return;
    }
    str_add_char(out, '"');
    for (; *title; title++) {
        if (*title == '"')
            str_add_char(out, '"');
        str_add_char(out, *title);
    }
    str_add_char(out, '"');
}

static int begin(struct export *export)
{
    struct csv *csv = arena_new(export->request->arena, struct csv);
    export->data = csv;
    csv->words = arena_alloc(export->request->arena, export->ncolumns * sizeof(*csv->words));
    str_init(&csv->text, NULL);
    str_reserve(&csv->text, 2 * EXPORT_CHUNK);
    str_add(&csv->text, "\xef\xbb\xbf");
    for (size_t i = 0; i < export->ncolumns; i++) {
        csv->words[i] = export->columns[i].kind == CELL_TEXT;
        str_add(&csv->text, i ? "," : "");
        add_title(&csv->text, export->columns[i].title);
    }
    str_add_char(&csv->text, '\n');
    return 0;
}

static int row(struct export *export, char *row, size_t len)
{
    struct csv *csv = export->data;
    add_row(csv, row, len);
    return csv->text.len < EXPORT_CHUNK ? 0 : send(export);
}

static void drop(struct export *export)
{
    struct csv *csv = export->data;
    if (csv)
        str_finish(&csv->text);
}

const struct export_writer export_csv = {
    .name = "csv",
    .type = "text/csv; charset=utf-8",
    .copy = "FORMAT csv",
    .codes = true,
    .begin = begin,
    .row = row,
    .end = send,
    .drop = drop,
};
