/* A filter as SQL conditions. */
#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <string.h>

static bool is_set_field(const struct field *field)
{
    return field_storage_of(field) == STORE_SET;
}

static const char *operator_of(enum filter_op op)
{
    switch (op) {
    case FILTER_NOT: return " IS DISTINCT FROM ";
    case FILTER_GTE: return " >= ";
    case FILTER_GT: return " > ";
    case FILTER_LTE: return " <= ";
    case FILTER_LT: return " < ";
    default: return " = ";
    }
}

/* % and _ of the text are no wildcards. */
static const char *escape_like(struct arena *arena, const char *text)
{
    struct str out;
    str_init(&out, arena);
    for (; *text; text++) {
        if (*text == '%' || *text == '_' || *text == '\\')
            str_add_char(&out, '\\');
        str_add_char(&out, *text);
    }
    return out.data;
}

void sql_like(struct builder *b, const struct filter_term *term)
{
    const char *text = escape_like(b->arena, term->values[0].text);
    sql_plain_value(&b->text, term->field);
    if (term->op == FILTER_LIKE) {
        str_add(&b->text, " LIKE ");
        builder_param(b, p_text(arena_printf(b->arena, "%s%%", text)));
    } else {
        str_add(&b->text, " ILIKE ");
        builder_param(b, p_text(arena_printf(b->arena, "%%%s%%", text)));
    }
}

static struct param values_param(struct arena *arena, const struct filter_term *term)
{
    struct text_set set = {arena_alloc(arena, (term->count + 1) * sizeof(*set.items)), term->count};
    for (size_t i = 0; i < term->count; i++)
        set.items[i] = value_text(arena, &term->values[i]);
    return p_set(set);
}

static const char *array_cast(const struct field *field)
{
    switch (field_storage_of(field)) {
    case STORE_INT: return "::bigint[]";
    case STORE_BOOL: return "::boolean[]";
    case STORE_REAL: return "::double precision[]";
    case STORE_TIME: return "::timestamptz[]";
    case STORE_DATE: return "::date[]";
    default: return "::text[]";
    }
}

static void add_in(struct builder *b, const struct filter_term *term)
{
    bool set = is_set_field(term->field);
    sql_plain_value(&b->text, term->field);
    str_add(&b->text, set ? " && " : " = ANY (");
    builder_param(b, values_param(b->arena, term));
    str_add(&b->text, array_cast(term->field));
    if (!set)
        str_add_char(&b->text, ')');
}

static void add_null(struct builder *b, const struct filter_term *term)
{
    sql_plain_value(&b->text, term->field);
    if (is_set_field(term->field))
        str_add(&b->text, term->truth ? " = '{}'" : " <> '{}'");
    else
        str_add(&b->text, term->truth ? " IS NULL" : " IS NOT NULL");
}

static void add_compare(struct builder *b, const struct entity *entity, const struct filter_term *term)
{
    if (is_set_field(term->field)) { /* one item: held, or not */
        if (term->op == FILTER_NOT)
            str_add(&b->text, "NOT ");
        sql_plain_value(&b->text, term->field);
        str_add(&b->text, " @> ");
        builder_param(b, values_param(b->arena, term));
        str_add(&b->text, "::text[]");
        return;
    }
    bool plain = term->op == FILTER_NOT && field_never_null(entity, term->field);
    sql_plain_value(&b->text, term->field);
    str_add(&b->text, plain ? " <> " : operator_of(term->op));
    builder_value(b, term->field, &term->values[0]);
}

/* Of a big table the keys name the few rows meant; the comparison itself then decides. */
bool filter_has_keys(const struct entity *entity, const struct filter_term *term)
{
    enum field_type type = field_type_of(term->field);
    bool exact = type == FIELD_PHONE || type == FIELD_PLATE || type == FIELD_CODE;
    if (!(entity->flags & ENTITY_BIG) || !term->field->search || term->field->unique || term->field->virtual_)
        return false;
    return term->op == FILTER_LIKE || (term->op == FILTER_EQ && exact);
}

void sql_filter(struct builder *b, const struct entity *entity, const struct filter *filter,
                enum search_by by)
{
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_term *term = &filter->terms[i];
        if (by == SEARCH_KEYS && filter_has_keys(entity, term))
            sql_search_word(b, entity, term->values[0].text, strlen(term->values[0].text), by);
        str_add(&b->text, " AND ");
        switch (term->op) {
        case FILTER_NULL: add_null(b, term); break;
        case FILTER_IN: add_in(b, term); break;
        case FILTER_LIKE:
        case FILTER_CONTAINS: sql_like(b, term); break;
        default: add_compare(b, entity, term); break;
        }
    }
}
