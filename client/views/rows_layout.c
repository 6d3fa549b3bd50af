/* Which columns are shown, how wide, and by which of them the rows are sorted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/rows-private.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { WIDTH_LEAST = 2, WIDTH_MOST = 200 };

static void add_column(struct rows *rows, const struct field *field, int set_width)
{
    const char *title = field->label ? _(field->label) : field->name;
    enum field_type type = field_type_of(field);
    bool grows = type == FIELD_TEXT || type == FIELD_NOTE || type == FIELD_REF || type == FIELD_SET;
    int width = field_width(field), title_cols = utf8_width(title);
    table_add_column(&rows->table,
                     &(struct table_column){
                         .title = title,
                         .width = set_width ? set_width : MAX(width, MIN(title_cols, width + 4)),
                         .width_max = grows && !set_width ? width * 3 : 0,
                         .align = field_is_number(field) ? ALIGN_RIGHT : ALIGN_LEFT,
                         .priority = (int)rows->columns.count,
                     });
    vec_push(&rows->columns, field);
    vec_push(&rows->widths, set_width);
}

static void clear_columns(struct rows *rows)
{
    vec_clear(&rows->columns);
    vec_clear(&rows->widths);
    table_clear_columns(&rows->table);
}

void rows_set_columns(struct rows *rows, const char *const *names)
{
    clear_columns(rows);
    for (const char *const *name = names ? names : rows->entity->columns; *name; name++) {
        const struct field *field = catalogue_field(rows->entity, *name);
        if (field)
            add_column(rows, field, 0);
    }
}

bool rows_take_columns(struct rows *rows, const json_t *columns)
{
    bool cleared = false;
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *column = json_array_get(columns, i);
        const char *name = json_string_value(json_object_get(column, "name"));
        const struct field *field = name ? catalogue_field(rows->entity, name) : NULL;
        int64_t width = json_integer_value(json_object_get(column, "width"));
        if (!field || field_type_of(field) == FIELD_LINES || field->secret)
            continue;
        if (!cleared)
            clear_columns(rows);
        cleared = true;
        add_column(rows, field, width < WIDTH_LEAST ? 0 : (int)MIN(width, (int64_t)WIDTH_MOST));
    }
    return cleared;
}

json_t *rows_columns_json(const struct rows *rows)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < rows->columns.count; i++) {
        json_t *column = json_pack("{s:s}", "name", rows->columns.items[i]->name);
        if (rows->widths.items[i])
            json_object_set_new(column, "width", json_integer(rows->widths.items[i]));
        json_array_append_new(columns, column);
    }
    return columns;
}

void rows_language(struct rows *rows)
{
    json_t *columns = rows_columns_json(rows);
    rows_take_columns(rows, columns);
    json_decref(columns);
}

/* ---- order ---- */

int rows_sort_place(const char *sort, const char *name)
{
    int place = 0;
    for (const char *at = sort; *at;) {
        size_t len = strcspn(at, " ,"), minus = *at == '-';
        place += len > 0;
        if (len == strlen(name) + minus && strncmp(at + minus, name, len - minus) == 0)
            return minus ? -place : place;
        at += len + (at[len] != '\0');
    }
    return 0;
}

json_t *rows_sort_json(const struct rows *rows)
{
    json_t *sort = json_array();
    for (const char *at = rows->sort; *at;) {
        size_t len = strcspn(at, " ,");
        if (len)
            json_array_append_new(sort, json_stringn(at, len));
        at += len + (at[len] != '\0');
    }
    return sort;
}

const struct field *rows_sort_field(const struct rows *rows)
{
    char name[80];
    size_t minus = *rows->sort == '-', len = strcspn(rows->sort + minus, " ,");
    snprintf(name, sizeof(name), "%.*s", (int)len, rows->sort + minus);
    return catalogue_field(rows->entity, name);
}

void rows_sort_words(const struct rows *rows, struct str *out)
{
    for (const char *at = rows->sort; *at;) {
        char name[80];
        size_t len = strcspn(at, " ,"), minus = *at == '-';
        snprintf(name, sizeof(name), "%.*s", (int)(len - minus), at + minus);
        const struct field *field = catalogue_field(rows->entity, name);
        if (len)
            str_addf(out, "%s%s%s", at > rows->sort ? " " : "", minus ? "↓" : "↑",
                     field && field->label ? _(field->label) : name);
        at += len + (at[len] != '\0');
    }
}

void rows_use_sort(struct rows *rows, const char *sort)
{
    char *copy = memory_strdup(sort);
    free(rows->sort_before);
    rows->sort_before = rows->sort;
    rows->sort = copy;
    free(rows->from);
    rows->from = NULL;
}

void rows_set_sort(struct rows *rows, const char *sort)
{
    rows_use_sort(rows, sort);
    table_reset(&rows->table);
    rows_read(rows);
}

void rows_sort_by(struct rows *rows, const struct field *field, bool descending)
{
    char sort[80];
    int place = rows_sort_place(rows->sort, field->name);
    bool alone = !strpbrk(rows->sort, " ,");
    if (alone && place == (descending ? -1 : 1))
        descending = !descending;
    snprintf(sort, sizeof(sort), "%s%s", descending ? "-" : "", field->name);
    rows_set_sort(rows, sort);
}
