/* Cells to values: what a person typed into a spreadsheet, in any of our languages, as E.create would have it. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "server/entity/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *import_fold(struct arena *arena, const char *text)
{
    const char *wide = utf8_nfkc(arena, text);
    size_t len;
    if (!wide)
        return text;
    while (*wide == ' ')
        wide++;
    for (len = strlen(wide); len && wide[len - 1] == ' ';)
        len--;
    char *out = arena_strndup(arena, wide, len);
    for (char *at = out; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return out;
}

/* An export puts a quote before what a spreadsheet would take for a formula. */
const char *import_cell(const struct import *import, const struct sheet_row *row, size_t column)
{
    const char *cell = sheet_cell(&import->sheet, row, column);
    return cell[0] == '\'' && cell[1] && strchr("=+-@\t\r\n", cell[1]) ? cell + 1 : cell;
}

/* Refuses as E.create does. */
static bool refuse(struct import *import, const struct field *field, enum field_fault fault, const char *cell)
{
    return bind_fault(import->request, field, field->name, fault, json_string(cell)) == 0;
}

static enum field_fault parse_choice(const struct import_column *column, struct arena *arena,
                                     const char *cell, const char **out_r)
{
    const char *word = import_fold(arena, cell);
    *out_r = *word ? map_get(&column->codes, word) : NULL;
    return *word && !*out_r ? FIELD_NO_CHOICE : FIELD_OK;
}

/* Codes or words, with commas, semicolons or strokes between them; codes with spaces, too. */
static enum field_fault parse_codes(const struct import_column *column, struct arena *arena, const char *cell,
                                    const char *between, const char **out_r)
{
    struct str out;
    str_init(&out, arena);
    for (const char *at = cell; *at;) {
        size_t len = strcspn(at, between);
        const char *code = NULL, *word = import_fold(arena, arena_strndup(arena, at, len));
        if (*word && !(code = map_get(&column->codes, word)))
            return FIELD_NO_CHOICE;
        if (code)
            str_addf(&out, "%s%s", out.len ? "," : "", code);
        at += len + (at[len] != '\0');
    }
    *out_r = out.len ? out.data : NULL;
    return FIELD_OK;
}

static enum field_fault parse_set(const struct import_column *column, struct arena *arena, const char *cell,
                                  const char **out_r)
{
    const char *folded = utf8_nfkc(arena, cell);
    if (!folded)
        return FIELD_UNCLEAN;
    struct str plain;
    str_init(&plain, arena);
    for (const char *at = folded; *at;) {
        bool mark = strncmp(at, "、", strlen("、")) == 0;
        str_add_char(&plain, mark ? ',' : *at);
        at += mark ? strlen("、") : 1;
    }
    enum field_fault fault = parse_codes(column, arena, plain.data, ",;|/", out_r);
    return fault ? parse_codes(column, arena, plain.data, ",;|/ ", out_r) : FIELD_OK;
}

static bool parse_bool_word(const char *cell, const char **out_r)
{
    static const char *const languages[] = {"zh_CN", "zh_TW"};
    for (size_t i = 0; i < array_len(languages); i++) {
        if (strcmp(cell, words_get(languages[i], N_("yes"))) == 0)
            *out_r = "true";
        if (strcmp(cell, words_get(languages[i], N_("no"))) == 0)
            *out_r = "false";
    }
    return *out_r != NULL;
}

/* "2026-11-01 9:30", "2026/11/1 09:30:15": by the clock of the user's branch. */
static bool parse_local_time(const struct import *import, struct arena *arena, const char *cell,
                             const char **out_r)
{
    int year, month, date, hour = 0, minute = 0, second = 0, used = 0, offset = 0;
    char buf[TIME_TEXT_SIZE];
    struct day day;
    if (sscanf(cell, "%4d%*1[-/.]%2d%*1[-/.]%2d%n", &year, &month, &date, &used) != 3 || !used)
        return false;
    const char *rest = cell + used;
    if (*rest == ' ' || *rest == 'T') {
        used = 0;
        if (sscanf(rest + 1, "%2d:%2d%n", &hour, &minute, &used) != 2 || !used)
            return false;
        rest += 1 + used;
        used = 0;
        if (*rest == ':' && (sscanf(rest, ":%2d%n", &second, &used) != 1 || !used))
            return false;
        rest += used;
    }
    if (*rest || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
        day_make(year, month, date, &day) < 0)
        return false;
    struct instant at = {day_start(day, 0).us + (hour * 3600 + minute * 60 + second) * US_PER_SECOND};
    for (int i = 0; i < 2; i++) { /* the offset that holds there, also beside a change of clocks */
        if (time_zone_offset(import->zone, (struct instant){at.us - offset * US_PER_SECOND}, &offset) < 0)
            return false;
    }
    *out_r =
        arena_strdup(arena, time_print(buf, sizeof(buf), (struct instant){at.us - offset * US_PER_SECOND}));
    return true;
}

static enum field_fault parse(const struct import *import, const struct import_column *column,
                              struct arena *arena, const char *cell, const char **out_r)
{
    const struct field *field = column->field;
    enum field_type type = field_type_of(field);
    *out_r = NULL;
    if (column->has_codes)
        return type == FIELD_SET ? parse_set(column, arena, cell, out_r)
                                 : parse_choice(column, arena, cell, out_r);
    if (type == FIELD_BOOL && parse_bool_word(cell, out_r))
        return FIELD_OK;
    if (type == FIELD_TIME && parse_local_time(import, arena, cell, out_r))
        return FIELD_OK;
    return field_parse_text(field, arena, cell, out_r);
}

const char *import_plain(struct import *import, const struct import_column *column, const char *cell,
                         struct arena *arena)
{
    const char *text;
    return *cell && parse(import, column, arena, cell, &text) == FIELD_OK ? text : NULL;
}

static bool is_reference(const struct field *field)
{
    return field->ref && field_storage_of(field) == STORE_INT;
}

/* An empty cell leaves the default where there is one; elsewhere it is nothing, said aloud. */
static void bind_empty(struct import *import, struct import_row *row, const struct import_column *column)
{
    const struct field *field = column->field;
    if (column->index < 0 || field->init || field_never_null(import->entity, field))
        return;
    bit_set(row->command->act.set, (size_t)column->index);
}

bool import_bind(struct import *import, struct import_row *row)
{
    struct arena *arena = import->request->arena;
    row->texts = arena_alloc(arena, (import->ncolumns + 1) * sizeof(*row->texts));
    for (size_t i = 0; i < import->ncolumns; i++) {
        const struct import_column *column = &import->columns[i];
        const char *cell = column->field ? import_cell(import, row->row, i) : "", *text;
        if (!column->field)
            continue;
        if (!*cell) {
            bind_empty(import, row, column);
            continue;
        }
        if (is_reference(column->field)) {
            row->texts[i] = utf8_check(cell, strlen(cell), false) == UTF8_OK ? cell : "";
            continue;
        }
        enum field_fault fault = parse(import, column, arena, cell, &text);
        if (fault)
            return refuse(import, column->field, fault, cell);
        struct value value = value_of_text(column->field, arena, text);
        if (value.null) {
            bind_empty(import, row, column);
            continue;
        }
        record_set(column->field, row->command->act.now, &value);
        bit_set(row->command->act.set, (size_t)column->index);
    }
    return true;
}
