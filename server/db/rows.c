/* Rows of a result: taken over into the arena, read with the null of each type for whatever is not there. */
#include "server/db/connection-private.h"

#include "base/arena.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rows {
    struct tx *tx;
    struct arena *arena;
    const char **cells; /* row by row; NULL for SQL NULL */
    size_t count;
    int columns;
    bool here; /* the result came */
    bool missed;
};

struct rows *rows_create(struct tx *tx, struct arena *arena)
{
    struct rows *rows = arena_new(arena, struct rows);
    *rows = (struct rows){.tx = tx, .arena = arena};
    return rows;
}

#ifdef YIZHAN_FAULTS
void rows_miss(struct rows *rows)
{
    rows->missed = true;
}
#endif

/* Everything is copied out, so that no PGresult outlives its answer and rows live as long as the arena. */
void rows_take(struct rows *rows, const PGresult *result)
{
    int count = rows->missed ? 0 : PQntuples(result), columns = PQnfields(result);
    size_t bytes = 0;
    for (int r = 0; r < count; r++)
        for (int c = 0; c < columns; c++)
            bytes += (size_t)PQgetlength(result, r, c) + 1;
    char *text = arena_alloc(rows->arena, bytes);
    rows->cells = arena_alloc(rows->arena, (size_t)count * (size_t)columns * sizeof(*rows->cells));
    const char **cell = rows->cells;
    for (int r = 0; r < count; r++)
        for (int c = 0; c < columns; c++, cell++) {
            if (PQgetisnull(result, r, c))
                continue;
            size_t len = (size_t)PQgetlength(result, r, c) + 1;
            *cell = memcpy(text, PQgetvalue(result, r, c), len);
            text += len;
        }
    rows->count = (size_t)count;
    rows->columns = columns;
    rows->here = true;
}

static bool look(struct rows *rows)
{
    if (!rows->here)
        tx_need(rows->tx);
    return rows->here;
}

size_t rows_count(struct rows *rows)
{
    return look(rows) ? rows->count : 0;
}

const char *rows_text(struct rows *rows, size_t row, int column)
{
    if (!look(rows) || row >= rows->count || column < 0 || column >= rows->columns)
        return NULL;
    return rows->cells[row * (size_t)rows->columns + (size_t)column];
}

bool rows_null(struct rows *rows, size_t row, int column)
{
    return rows_text(rows, row, column) == NULL;
}

int64_t rows_int(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    if (!text || !*text)
        return NIL;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno || *end ? NIL : value;
}

bool rows_bool(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    return text && *text == 't';
}

double rows_real(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    if (!text || !*text)
        return NAN;
    char *end;
    double value = strtod(text, &end);
    return *end ? NAN : value;
}

/* PostgreSQL's ISO style under UTC, "2026-03-01 08:30:00.5+00", as RFC 3339. Infinity and years before Christ are null. */
struct instant rows_time(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    char iso[TIME_TEXT_SIZE + 8];
    size_t len = text ? strlen(text) : 0;
    if (len < 19 || len + 2 > sizeof(iso))
        return INSTANT_NIL;
    memcpy(iso, text, len + 1);
    if (iso[10] == ' ')
        iso[10] = 'T';
    if (strcmp(iso + len - 3, "+00") == 0)
        strcpy(iso + len - 3, "Z");
    else if (!strpbrk(iso + 11, "Z+-"))
        strcpy(iso + len, "Z");
    struct instant at;
    return time_parse(iso, &at) == 0 ? at : INSTANT_NIL;
}

struct day rows_date(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    struct day day;
    return text && day_parse(text, &day) == 0 ? day : DAY_NIL;
}

/* One element of an array literal, from *p to behind it; `out` has room for it. */
static const char *next_element(const char **p, char *out)
{
    const char *s = *p;
    char *start = out;
    bool quoted = *s == '"';
    s += quoted;
    while (*s && (quoted ? *s != '"' : *s != ',' && *s != '}')) {
        if (*s == '\\' && s[1])
            s++;
        *out++ = *s++;
    }
    s += quoted && *s == '"';
    *out = '\0';
    *p = s;
    return !quoted && strcmp(start, "NULL") == 0 ? NULL : start;
}

/* text[] of one dimension. */
struct text_set rows_set(struct rows *rows, size_t row, int column)
{
    const char *p = rows_text(rows, row, column);
    struct text_set set = {0};
    if (!p || *p != '{' || p[1] == '}' || p[1] == '\0')
        return set;
    size_t most = 1, len = strlen(p);
    for (const char *s = p; *s; s++)
        most += *s == ',';
    set.items = arena_alloc(rows->arena, most * sizeof(*set.items));
    char *out = arena_alloc(rows->arena, len + most + 1);
    for (p++; *p && *p != '}' && set.count < most; p += *p == ',') {
        const char *element = next_element(&p, out);
        set.items[set.count++] = element;
        if (element)
            out += strlen(element) + 1;
    }
    return set;
}
