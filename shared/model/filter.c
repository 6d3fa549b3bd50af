#include "model/filter.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const char *const op_names[FILTER_OPS] = {
    [FILTER_EQ] = "eq",     [FILTER_NOT] = "not",   [FILTER_GTE] = "gte",
    [FILTER_GT] = "gt",     [FILTER_LTE] = "lte",   [FILTER_LT] = "lt",
    [FILTER_IN] = "in",     [FILTER_LIKE] = "like", [FILTER_CONTAINS] = "contains",
    [FILTER_NULL] = "null",
};

static int fault(struct filter_fault *fault_r, const char *field, const char *msgid)
{
    *fault_r = (struct filter_fault){.field = field, .msgid = msgid};
    return -EINVAL;
}

static bool op_fits(const struct field *field, enum filter_op op)
{
    enum field_storage storage = field_storage_of(field);
    if (storage == STORE_LINES || storage == STORE_NONE || field->secret)
        return false;
    switch (op) {
    case FILTER_LIKE:
    case FILTER_CONTAINS: return storage == STORE_TEXT;
    case FILTER_GTE:
    case FILTER_GT:
    case FILTER_LTE:
    case FILTER_LT: return storage != STORE_SET && storage != STORE_BOOL;
    default: return true;
    }
}

const char *filter_fold_part(const struct field *field, struct arena *arena, const char *text)
{
    enum field_type type = field_type_of(field);
    if (type != FIELD_PLATE && type != FIELD_PHONE && type != FIELD_CODE)
        return text;
    char *folded = utf8_nfkc(arena, text);
    if (!folded || type == FIELD_CODE)
        return folded ? folded : text;
    size_t n = 0;
    for (const unsigned char *at = (const unsigned char *)folded; *at; at++) {
        if (at[0] == 0xC2 && at[1] == 0xB7) { /* · */
            at++;
            continue;
        }
        if (*at < 0x80 && !isalnum(*at) && *at != '+')
            continue;
        folded[n++] = (char)(*at < 0x80 && type == FIELD_PLATE ? toupper(*at) : *at);
    }
    folded[n] = '\0';
    return folded;
}

static struct filter_term *new_term(struct filter *filter, const struct field *field, enum filter_op op,
                                    struct arena *arena, size_t values)
{
    if (filter->count == FILTER_TERMS_MAX)
        return NULL;
    struct filter_term *term = &filter->terms[filter->count++];
    *term = (struct filter_term){.field = field, .op = op, .count = values};
    term->values = arena_alloc(arena, (values + 1) * sizeof(*term->values));
    return term;
}

static int too_many(struct filter_fault *fault_r)
{
    return fault(fault_r, NULL, N_("The filter has too many terms"));
}

static int add_instant(struct filter *filter, const struct field *field, enum filter_op op,
                       struct arena *arena, struct instant at)
{
    struct filter_term *term = new_term(filter, field, op, arena, 1);
    if (!term)
        return -E2BIG;
    term->values[0] = (struct value){.storage = STORE_TIME, .time = at};
    return 0;
}

/* A day where an instant is compared: = is the whole day, > is after it, <= is to its end. */
static int add_day(struct filter *filter, const struct field *field, enum filter_op op, struct arena *arena,
                   struct day day, const char *zone, struct filter_fault *fault_r)
{
    struct instant start, end;
    if (!zone)
        zone = "UTC";
    if (time_zone_day_start(zone, day, &start) < 0 || time_zone_day_start(zone, day_add(day, 1), &end) < 0)
        return fault(fault_r, field->name, N_("This is not a valid value"));
    int rc = 0;
    switch (op) {
    case FILTER_EQ:
        rc = add_instant(filter, field, FILTER_GTE, arena, start);
        if (!rc)
            rc = add_instant(filter, field, FILTER_LT, arena, end);
        break;
    case FILTER_GTE: rc = add_instant(filter, field, FILTER_GTE, arena, start); break;
    case FILTER_GT: rc = add_instant(filter, field, FILTER_GTE, arena, end); break;
    case FILTER_LTE: rc = add_instant(filter, field, FILTER_LT, arena, end); break;
    case FILTER_LT: rc = add_instant(filter, field, FILTER_LT, arena, start); break;
    default: return fault(fault_r, field->name, N_("A day is compared by = < > only"));
    }
    return rc ? too_many(fault_r) : 0;
}

/* The value of a term is checked like a value of the field, save its limits of size: older rows may lie beyond them. */
static bool value_fault_counts(enum field_fault found)
{
    return found != FIELD_OK && found != FIELD_TOO_SMALL && found != FIELD_TOO_LARGE &&
           found != FIELD_NO_CHOICE && found != FIELD_MISSING;
}

static const struct field as_text = {.name = "", .type = FIELD_TEXT};

/* What the values of a term are read as: of a set its items, of parts plain text. */
static const struct field *value_field(const struct field *field, enum filter_op op)
{
    if (op == FILTER_LIKE || op == FILTER_CONTAINS || field_storage_of(field) == STORE_SET)
        return &as_text;
    return field;
}

static int add_values(struct filter *filter, const struct field *field, enum filter_op op,
                      const struct value *values, size_t count, struct arena *arena,
                      struct filter_fault *fault_r)
{
    struct filter_term *term = new_term(filter, field, op, arena, count);
    if (!term)
        return too_many(fault_r);
    for (size_t i = 0; i < count; i++) {
        if (values[i].null)
            return fault(fault_r, field->name, N_("This is not a valid value"));
        struct value *value = &term->values[i];
        *value = values[i];
        if (op != FILTER_LIKE && op != FILTER_CONTAINS)
            continue;
        value->text = filter_fold_part(field, arena, value->text);
        /* Nothing left to look for must not become everything. */
        if (!*value->text || value_check(&as_text, value) != FIELD_OK)
            return fault(fault_r, field->name, N_("This is not a valid value"));
    }
    return 0;
}

int filter_add_null(struct filter *filter, const struct field *field, bool truth, struct arena *arena,
                    struct filter_fault *fault_r)
{
    if (!op_fits(field, FILTER_NULL))
        return fault(fault_r, field->name, N_("This cannot be asked of this field"));
    struct filter_term *term = new_term(filter, field, FILTER_NULL, arena, 0);
    if (!term)
        return too_many(fault_r);
    term->truth = truth;
    return 0;
}

int filter_add_text(struct filter *filter, const struct field *field, enum filter_op op,
                    const char *const *texts, size_t count, struct arena *arena, const char *zone,
                    struct filter_fault *fault_r)
{
    struct value values[FILTER_VALUES_MAX];
    const struct field *as = value_field(field, op);
    struct day day;
    if (!op_fits(field, op))
        return fault(fault_r, field->name, N_("This cannot be asked of this field"));
    if (count > FILTER_VALUES_MAX)
        return fault(fault_r, field->name, N_("These are too many values"));
    for (size_t i = 0; i < count; i++) {
        const char *text;
        if (field_storage_of(as) == STORE_TIME && count == 1 && day_parse(texts[i], &day) == 0)
            return add_day(filter, field, op, arena, day, zone, fault_r);
        if (value_fault_counts(field_parse_text(as, arena, texts[i], &text)) || !text)
            return fault(fault_r, field->name, N_("This is not a valid value"));
        values[i] = value_of_text(as, arena, text);
        if (value_fault_counts(value_check(as, &values[i])))
            return fault(fault_r, field->name, N_("This is not a valid value"));
    }
    return add_values(filter, field, op, values, count, arena, fault_r);
}

static int add_json(struct filter *filter, const struct field *field, enum filter_op op, const json_t *json,
                    struct arena *arena, const char *zone, struct filter_fault *fault_r)
{
    const struct field *as = value_field(field, op);
    bool many = op == FILTER_IN;
    size_t count = many ? json_array_size(json) : 1;
    struct value values[FILTER_VALUES_MAX];
    struct day day;
    if (!op_fits(field, op))
        return fault(fault_r, field->name, N_("This cannot be asked of this field"));
    if (op == FILTER_NULL)
        return json_is_boolean(json) ? filter_add_null(filter, field, json_is_true(json), arena, fault_r)
                                     : fault(fault_r, field->name, N_("This is not a valid value"));
    if (count > FILTER_VALUES_MAX)
        return fault(fault_r, field->name, N_("These are too many values"));
    if (many && !json_is_array(json))
        return fault(fault_r, field->name, N_("This is not a valid value"));
    if (field_storage_of(as) == STORE_TIME && !many && json_is_string(json) &&
        day_parse(json_string_value(json), &day) == 0)
        return add_day(filter, field, op, arena, day, zone, fault_r);
    for (size_t i = 0; i < count; i++) {
        if (value_fault_counts(value_read(as, arena, many ? json_array_get(json, i) : json, &values[i])))
            return fault(fault_r, field->name, N_("This is not a valid value"));
    }
    return add_values(filter, field, op, values, count, arena, fault_r);
}

static enum filter_op op_parse(const char *name)
{
    enum filter_op op = 0;
    while (op < FILTER_OPS && strcmp(op_names[op], name) != 0)
        op++;
    return op;
}

/* One column's part: a value, null, or an object of operators. */
static int read_column(struct filter *filter, const struct field *field, json_t *json, struct arena *arena,
                       const char *zone, struct filter_fault *fault_r)
{
    const char *name;
    json_t *value;
    if (json_is_null(json))
        return filter_add_null(filter, field, true, arena, fault_r);
    if (json_is_array(json))
        return add_json(filter, field, FILTER_IN, json, arena, zone, fault_r);
    if (!json_is_object(json))
        return add_json(filter, field, FILTER_EQ, json, arena, zone, fault_r);
    json_object_foreach(json, name, value)
    {
        enum filter_op op = op_parse(name);
        if (op == FILTER_OPS)
            return fault(fault_r, field->name, N_("There is no such comparison"));
        int rc = add_json(filter, field, op, value, arena, zone, fault_r);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int filter_read(const json_t *json, filter_lookup *lookup, const void *context, struct arena *arena,
                const char *zone, struct filter *filter_r, struct filter_fault *fault_r)
{
    const char *name;
    json_t *value;
    filter_r->count = 0;
    filter_r->q = NULL;
    if (!json || json_is_null(json))
        return 0;
    if (!json_is_object(json))
        return fault(fault_r, NULL, N_("A filter is an object of columns"));
    json_object_foreach((json_t *)json, name, value)
    {
        const struct field *field = lookup(context, name);
        if (!field)
            return fault(fault_r, arena_strdup(arena, name), N_("There is no such field"));
        int rc = read_column(filter_r, field, value, arena, zone, fault_r);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void write_values(const struct filter_term *term, struct str *out)
{
    if (term->op == FILTER_NULL) {
        str_add(out, term->truth ? "true" : "false");
        return;
    }
    if (term->op == FILTER_IN)
        str_add_char(out, '[');
    for (size_t i = 0; i < term->count; i++) {
        if (i)
            str_add_char(out, ',');
        value_write(out, &term->values[i]);
    }
    if (term->op == FILTER_IN)
        str_add_char(out, ']');
}

static bool written_before(const struct filter *filter, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (!strcmp(filter->terms[i].field->name, filter->terms[index].field->name))
            return true;
    }
    return false;
}

/* Several terms of one field stand in one object; of two alike the later holds. */
void filter_write(const struct filter *filter, struct str *out)
{
    bool first = true;
    str_add_char(out, '{');
    for (size_t i = 0; i < filter->count; i++) {
        if (written_before(filter, i))
            continue;
        const char *name = filter->terms[i].field->name;
        if (!first)
            str_add_char(out, ',');
        first = false;
        str_add_json(out, name);
        str_add(out, ":{");
        for (int op = 0, any = 0; op < FILTER_OPS; op++) {
            const struct filter_term *last = NULL;
            for (size_t j = i; j < filter->count; j++) {
                if ((int)filter->terms[j].op == op && !strcmp(filter->terms[j].field->name, name))
                    last = &filter->terms[j];
            }
            if (!last)
                continue;
            str_addf(out, "%s\"%s\":", any++ ? "," : "", op_names[op]);
            write_values(last, out);
        }
        str_add_char(out, '}');
    }
    str_add_char(out, '}');
}
