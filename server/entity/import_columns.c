/* Which column of a file is which field: by the field's name, by its label in any of our languages, or as told. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "server/entity/words.h"

#include <string.h>
#include <strings.h>

static const char *const languages[] = {"en", "zh_CN", "zh_TW"};

static bool is_settable(const struct field *field)
{
    return !field->readonly && !field->secret && !(field->virtual_ && !field->no_column) &&
           field_storage_of(field) != STORE_LINES && field_type_of(field) != FIELD_FILE;
}

const struct field *import_branch_field(const struct entity *entity)
{
    bool apart =
        entity_is_scoped(entity) && !entity_is_branch(entity) && entity_field_index(entity, "branch_id") < 0;
    return apart ? entity_field(entity, "branch_id") : NULL;
}

static const struct field *settable(const struct entity *entity, const char *name)
{
    int index = entity_field_index(entity, name);
    if (index >= 0)
        return is_settable(&entity->fields[index]) ? &entity->fields[index] : NULL;
    return strcmp(name, "branch_id") == 0 ? import_branch_field(entity) : NULL;
}

static bool is_label(const struct field *field, const char *title)
{
    for (size_t i = 0; i < array_len(languages); i++) {
        if (field->label && strcasecmp(words_get(languages[i], field->label), title) == 0)
            return true;
    }
    return false;
}

static const struct field *by_label(const struct entity *entity, const char *title)
{
    const struct field *branch = import_branch_field(entity);
    for (size_t i = 0; i < entity->nfields; i++) {
        if (is_settable(&entity->fields[i]) && is_label(&entity->fields[i], title))
            return &entity->fields[i];
    }
    return branch && is_label(branch, title) ? branch : NULL;
}

static bool is_taken(const struct import *import, const struct field *field)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        if (import->columns[i].field == field)
            return true;
    }
    return false;
}

static int bad_mapping(struct import *import, const char *msgid, const char *name)
{
    return request_fail(import->request, ERR_INVALID, "mapping", msgid, "name",
                        arena_strndup(import->whole, name, strnlen(name, 64)), NULL);
}

static struct import_column *titled(struct import *import, const char *title)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        if (strcmp(import->columns[i].title, title) == 0)
            return &import->columns[i];
    }
    return NULL;
}

static int map_as_told(struct import *import)
{
    const char *title;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)import->mapping, title, value)
    {
        struct import_column *column = titled(import, title);
        const char *name = json_string_value(value);
        const struct field *field = name && *name ? settable(import->entity, name) : NULL;
        if (!column)
            return bad_mapping(import, N_("The file has no column {name}"), title);
        if (name && *name && !field)
            return bad_mapping(import, N_("There is no field {name} to be filled"), name);
        if (field && is_taken(import, field))
            return bad_mapping(import, N_("Two columns go to {name}"), name);
        column->field = field;
        column->by_name = field && strcmp(title, field->name) == 0;
    }
    return 0;
}

static bool is_told(const struct import *import, const char *title)
{
    return json_object_get(import->mapping, title) != NULL;
}

/* Names before labels: an export has both, and the code stands under the name. */
static void map_by_titles(struct import *import, bool names)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        struct import_column *column = &import->columns[i];
        if (column->field || is_told(import, column->title) || !*column->title)
            continue;
        const struct field *field =
            names ? settable(import->entity, column->title) : by_label(import->entity, column->title);
        if (!field || is_taken(import, field))
            continue;
        column->field = field;
        column->by_name = names;
    }
}

static void add_code(struct import *import, struct import_column *column, const char *word, const char *code)
{
    if (word && *word && !map_get(&column->codes, import_fold(import->arena, word)))
        map_put(&column->codes, import_fold(import->arena, word), (void *)(uintptr_t)code);
}

/* Codes first: a label must not stand for another's code. */
static void learn_choices(struct import *import, struct import_column *column)
{
    const struct field *field = column->field;
    for (const struct choice *c = field->choices; c && c->code; c++)
        add_code(import, column, c->code, c->code);
    for (const struct choice *c = field->choices; c && c->code; c++) {
        for (size_t i = 0; c->label && i < array_len(languages); i++)
            add_code(import, column, words_get(languages[i], c->label), c->code);
    }
}

static void learn_base(struct import *import, struct import_column *column)
{
    size_t count = 0;
    const struct base_choice *base =
        entity_choices_source() ? entity_choices_source()(column->field->base, import->arena, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (!base[i].disabled)
            add_code(import, column, base[i].code, base[i].code);
    }
    for (size_t i = 0; i < count; i++) {
        if (base[i].disabled)
            continue;
        add_code(import, column, base[i].label, base[i].code);
        add_code(import, column, base[i].label_zh_cn, base[i].code);
        add_code(import, column, base[i].label_zh_tw, base[i].code);
    }
}

static void learn(struct import *import, struct import_column *column)
{
    const struct field *field = column->field;
    column->index = entity_field_index(import->entity, field->name);
    map_init(&column->ids);
    map_init(&column->codes);
    bool base = field->base && strcmp(field->base, "permission") != 0; /* judged by the role's own hook */
    column->has_codes = field->choices || base;
    if (base)
        learn_base(import, column);
    else
        learn_choices(import, column);
    if (field->unique && field_is_stored(field)) {
        column->unique = arena_new(import->arena, struct import_unique);
        map_init(&column->unique->lines);
    }
}

static const char *title_of(struct import *import, const char *cell)
{
    size_t len = strlen(cell);
    while (len && (cell[len - 1] == ' ' || cell[len - 1] == '*'))
        len--;
    while (len && *cell == ' ') {
        cell++;
        len--;
    }
    return arena_strndup(import->arena, cell, len);
}

int import_map_columns(struct import *import)
{
    const struct sheet_row *head = &import->sheet.rows.items[0];
    bool any = false;
    import->columns = arena_alloc(import->arena, (head->count + 1) * sizeof(*import->columns));
    for (size_t i = 0; i < head->count; i++)
        import->columns[import->ncolumns++].title = title_of(import, sheet_cell(&import->sheet, head, i));
    int rc = map_as_told(import);
    if (rc)
        return rc;
    map_by_titles(import, true);
    map_by_titles(import, false);
    for (size_t i = 0; i < import->ncolumns; i++) {
        if (!import->columns[i].field)
            continue;
        any = true;
        learn(import, &import->columns[i]);
    }
    if (!any && !import->look)
        return request_fail(import->request, ERR_INVALID, "mapping",
                            N_("No column of the file is a field: say which is which"), NULL);
    return 0;
}

void import_columns_finish(struct import *import)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        struct import_column *column = &import->columns[i];
        if (!column->field)
            continue;
        map_finish(&column->ids);
        map_finish(&column->codes);
        if (column->unique)
            map_finish(&column->unique->lines);
    }
}

static void write_samples(struct import *import, size_t column, struct str *out)
{
    enum { SAMPLE_BYTES = 60 };
    size_t n = 0;
    str_add(out, ",\"samples\":[");
    for (size_t i = 1; i < import->sheet.rows.count && n < IMPORT_SAMPLES; i++) {
        const char *cell = sheet_cell(&import->sheet, &import->sheet.rows.items[i], column);
        if (!*cell)
            continue;
        size_t len = strnlen(cell, SAMPLE_BYTES);
        while (cell[len] && len && ((unsigned char)cell[len] & 0xC0) == 0x80)
            len--;
        str_add(out, n++ ? "," : "");
        str_add_json_n(out, cell, len);
    }
    str_add_char(out, ']');
}

void import_write_columns(struct import *import, struct str *out)
{
    str_add(out, ",\"columns\":[");
    for (size_t i = 0; i < import->ncolumns; i++) {
        const struct import_column *column = &import->columns[i];
        str_add(out, i ? ",{\"column\":" : "{\"column\":");
        str_add_json(out, column->title);
        str_add(out, ",\"field\":");
        str_add_json(out, column->field ? column->field->name : NULL);
        if (import->look)
            write_samples(import, i, out);
        str_add_char(out, '}');
    }
    str_add_char(out, ']');
}
