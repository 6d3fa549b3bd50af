/* The statement behind an export: every value as the file shows it, written by the database. */
#include "server/entity/export-private.h"

#include "base/arena.h"
#include "server/entity/words.h"

#include <string.h>

static enum cell_kind kind_of(const struct field *field)
{
    switch (field_type_of(field)) {
    case FIELD_PERCENT:
    case FIELD_FEN: return CELL_MONEY;
    case FIELD_DATE: return CELL_DATE;
    case FIELD_TIME: return CELL_TIME;
    case FIELD_ID:
    case FIELD_INT:
    case FIELD_RATIO:
    case FIELD_REF:
    case FIELD_POINT: return CELL_NUMBER;
    default: break;
    }
    return CELL_TEXT;
}

const char *export_labels(struct arena *arena, const char *language, const struct entity *entity,
                          const struct field *field)
{
    bool state = entity->state && !strcmp(field->name, entity->state);
    const struct choice *choices = field->choices ? field->choices : state ? entity->states : NULL;
    struct str out;
    str_init(&out, arena);
    for (const struct choice *choice = choices; choice && choice->code; choice++) {
        str_add_char(&out, out.len ? ',' : '{');
        str_add_json(&out, choice->code);
        str_add_char(&out, ':');
        str_add_json(&out, words_get(language, choice->label ? choice->label : choice->code));
    }
    size_t count = 0;
    entity_choices *source = entity_choices_source();
    const struct base_choice *base =
        !choices && field->base && source ? source(field->base, arena, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const char *own = !strcmp(language, "zh_CN")   ? base[i].label_zh_cn
                          : !strcmp(language, "zh_TW") ? base[i].label_zh_tw
                                                       : NULL;
        str_add_char(&out, out.len ? ',' : '{');
        str_add_json(&out, base[i].code);
        str_add_char(&out, ':');
        str_add_json(&out, own && *own ? own : words_get(language, base[i].label));
    }
    if (!out.len)
        return NULL;
    str_add_char(&out, '}');
    return out.data;
}

static const char *labels_of(const struct export *export, const struct field *field)
{
    return export_labels(export->request->arena, export->language, export->entity, field);
}

/* What a person's data look like to this user, row by row: who may see them in some branches sees them there. */
static void add_person(struct builder *b, struct export *export, const struct field *field)
{
    const struct grant *pii = export->pii;
    export->full |= pii != NULL;
    if (!pii || pii->all) {
        sql_json_value(&b->text, field, !pii);
        return;
    }
    str_add(&b->text, "CASE WHEN true");
    sql_scope(b, export->entity, pii, export->request->session);
    str_add(&b->text, " THEN ");
    sql_json_value(&b->text, field, false);
    str_add(&b->text, " ELSE ");
    sql_json_value(&b->text, field, true);
    str_add(&b->text, " END");
}

static void add_labels(struct builder *b, const struct export *export, const struct field *field)
{
    bool set = field_storage_of(field) == STORE_SET;
    str_add(&b->text, set ? "(SELECT string_agg(coalesce(" : "coalesce(");
    builder_param(b, p_text(labels_of(export, field)));
    str_add(&b->text, "::jsonb ->> ");
    if (set)
        str_add(&b->text, "c");
    else
        sql_plain_value(&b->text, field);
    str_add(&b->text, ", ");
    if (set)
        str_add(&b->text, "c), ', ') FROM unnest(");
    else
        sql_plain_value(&b->text, field);
    if (set)
        sql_value(&b->text, field);
    str_add(&b->text, set ? ") c)" : ")");
}

static void add_plain(struct builder *b, const struct export *export, const struct field *field)
{
    struct str *out = &b->text;
    switch (field_type_of(field)) {
    case FIELD_PERCENT:
    case FIELD_FEN:
        str_add(out, "(");
        sql_value(out, field);
        str_add(out, " * 0.01)");
        return;
    case FIELD_DURATION:
        str_add(out, "make_interval(secs => ");
        sql_value(out, field);
        str_add(out, "::double precision)");
        return;
    case FIELD_TIME:
        str_add(out, "date_trunc('second', ");
        sql_value(out, field);
        str_add(out, " AT TIME ZONE ");
        builder_param(b, p_text(export->zone));
        str_add(out, "::text)");
        return;
    case FIELD_BOOL:
        str_add(out, "CASE ");
        sql_value(out, field);
        str_add(out, " WHEN true THEN ");
        builder_param(b, p_text(export_word(export, N_("yes"))));
        str_add(out, "::text WHEN false THEN ");
        builder_param(b, p_text(export_word(export, N_("no"))));
        str_add(out, "::text END");
        return;
    default: break;
    }
    bool set = field_storage_of(field) == STORE_SET;
    str_add(out, set ? "array_to_string(" : "");
    sql_value(out, field);
    str_add(out, set ? ", ' ')" : "");
}

static void add_cell(struct builder *b, struct export *export, const struct export_column *column)
{
    const struct field *field = column->field;
    bool label = column->labelled && !column->code;
    if (field->pii)
        add_person(b, export, field);
    else if (label && field_storage_of(field) == STORE_INT)
        (void)sql_label(b, export->request, field);
    else if (label)
        add_labels(b, export, field);
    else
        add_plain(b, export, field);
}

static void add_conditions(struct builder *b, const struct export *export)
{
    const struct session *session = export->request->session;
    const struct grant *grant = export->request->grant;
    enum search_by by = search_for(export->entity, grant, session);
    str_addf(&b->text, " FROM \"%s\" t WHERE true", export->entity->table);
    sql_scope(b, export->entity, export->listing, session); /* taking away reaches no further than seeing */
    sql_scope(b, export->entity, grant, session);
    sql_filter(b, export->entity, &export->filter, by);
    sql_search(b, export->entity, export->filter.q, by);
}

/* Some columns of the table may not even be named. */
static bool has_secrets(const struct entity *entity)
{
    if (entity->flags & ENTITY_CLOSED)
        return true;
    for (size_t i = 0; i < entity->nfields; i++) {
        if (entity->fields[i].secret)
            return true;
    }
    return false;
}

/* The order is made of the table's own columns, the words are looked up behind it: else the sort would carry them. */
void export_select(struct builder *b, struct export *export)
{
    str_add(&b->text, "SELECT ");
    for (size_t i = 0; i < export->ncolumns; i++) {
        if (i)
            str_add(&b->text, ", ");
        add_cell(b, export, &export->columns[i]);
    }
    bool whole = !has_secrets(export->entity);
    str_add(&b->text, whole ? " FROM (SELECT t.*" : "");
    add_conditions(b, export);
    sql_order(&b->text, export->entity, &export->sort);
    str_add(&b->text, whole ? ") t" : "");
}

void export_count(struct builder *b, struct export *export)
{
    str_add(&b->text, "SELECT count(*)");
    add_conditions(b, export);
}

/* ------------------------------------------------------------------------------------------------- columns */

static bool has_label(const struct export *export, const struct field *field)
{
    struct builder trial;
    if (field->pii)
        return false;
    if (field_storage_of(field) == STORE_INT && field->ref) {
        builder_init(&trial, export->request->arena);
        return sql_label(&trial, export->request, field);
    }
    return labels_of(export, field) != NULL;
}

static void add_column(struct export *export, const struct field *field)
{
    struct export_column column = {.field = field,
                                   .kind = field->pii ? CELL_TEXT : kind_of(field),
                                   .labelled = has_label(export, field),
                                   .title = export_word(export, field->label)};
    struct export_column code = column;
    if (column.labelled)
        column.kind = CELL_TEXT;
    export->columns[export->ncolumns++] = column;
    if (!column.labelled || !export->writer->codes)
        return;
    code.code = true;
    code.title = field->name; /* the same in all languages: what reads the file again goes by it */
    export->columns[export->ncolumns++] = code;
}

static int unknown(struct export *export, const char *argument, const char *name)
{
    return request_fail(export->request, ERR_INVALID, argument, N_("There is no column {name}"), "name",
                        arena_strndup(export->request->arena, name, strnlen(name, 64)), NULL);
}

static int add_asked(struct export *export, const json_t *asked)
{
    for (size_t i = 0; i < json_array_size(asked); i++) {
        const char *name = json_string_value(json_array_get(asked, i));
        const struct field *field = name ? entity_field(export->entity, name) : NULL;
        if (!field || !field_is_readable(field) || i >= ENTITY_ALL_FIELDS_MAX)
            return unknown(export, "columns", name ? name : "");
        add_column(export, field);
    }
    return 0;
}

/* Nothing said: all of it; on paper, what the list shows. */
static void add_all(struct export *export)
{
    const struct field *all[ENTITY_ALL_FIELDS_MAX];
    size_t n = entity_all_fields(export->entity, all);
    const char *const *shown = export->writer->codes ? NULL : export->entity->columns;
    for (size_t i = 0; shown && shown[i]; i++) {
        const struct field *field = entity_field(export->entity, shown[i]);
        if (field && field_is_readable(field))
            add_column(export, field);
    }
    if (export->ncolumns)
        return;
    for (size_t i = 0; i < n; i++) {
        if (field_is_readable(all[i]))
            add_column(export, all[i]);
    }
}

static struct export_column *column_named(struct export *export, const char *name)
{
    for (size_t i = 0; name && i < export->ncolumns; i++) {
        if (!strcmp(export->columns[i].field->name, name) && !export->columns[i].labelled)
            return &export->columns[i];
    }
    return NULL;
}

/* Nothing said: every amount is added up. */
static int read_sums(struct export *export)
{
    const json_t *sums = json_object_get(export->request->args, "sum");
    for (size_t i = 0; i < export->ncolumns && !json_is_array(sums); i++)
        export->columns[i].summed = export->columns[i].kind == CELL_MONEY;
    for (size_t i = 0; i < json_array_size(sums); i++) {
        const char *name = json_string_value(json_array_get(sums, i));
        struct export_column *column = column_named(export, name);
        if (!column || !field_is_number(column->field) || column->field->pii)
            return unknown(export, "sum", name ? name : "");
        column->summed = true;
    }
    return 0;
}

int export_read_columns(struct export *export)
{
    const json_t *asked = json_object_get(export->request->args, "columns");
    export->columns =
        arena_alloc(export->request->arena, 2 * ENTITY_ALL_FIELDS_MAX * sizeof(*export->columns));
    if (asked && !json_is_null(asked) && !json_is_array(asked))
        return unknown(export, "columns", "");
    int rc = 0;
    if (json_array_size(asked))
        rc = add_asked(export, asked);
    else
        add_all(export);
    return rc ? rc : read_sums(export);
}
