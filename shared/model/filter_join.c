/* Two filters in one: a list's own condition, and what a person asks for besides. */
#include "model/filter.h"

#include <string.h>

/* One column's part, as an object of comparisons. */
static json_t *as_object(const json_t *part)
{
    if (json_is_object(part))
        return json_deep_copy(part);
    if (json_is_null(part))
        return json_pack("{s:b}", "null", 1);
    return json_pack("{s:O}", json_is_array(part) ? "in" : "eq", part);
}

static bool holds(const json_t *array, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_equal(json_array_get(array, i), value))
            return true;
    return false;
}

static json_t *common(const json_t *one, const json_t *other)
{
    json_t *both = json_array();
    for (size_t i = 0; i < json_array_size(one); i++)
        if (holds(other, json_array_get(one, i)))
            json_array_append(both, json_array_get(one, i));
    return both;
}

/* Numbers by size; instants and days by their text, which stands in their order. */
static bool is_less(const json_t *one, const json_t *other)
{
    if (json_is_number(one) && json_is_number(other))
        return json_number_value(one) < json_number_value(other);
    return json_is_string(one) && json_is_string(other) &&
           strcmp(json_string_value(one), json_string_value(other)) < 0;
}

/* Where the same comparison is asked twice, the narrower one says it; two values that must both be are one of a choice of the other. */
static void add(json_t *object, const char *op, json_t *value)
{
    json_t *have = json_object_get(object, op);
    if (!have) {
        json_object_set(object, op, value);
    } else if (strcmp(op, "in") == 0) {
        json_object_set_new(object, op, common(have, value));
    } else if (strcmp(op, "eq") == 0 && !json_equal(have, value)) {
        json_t *only = json_pack("[O]", value);
        add(object, "in", only);
        json_decref(only);
    } else if (op[0] == 'l' && op[1] == 't' ? is_less(value, have) : !is_less(value, have)) {
        json_object_set(object, op, value); /* lt and lte; gt, gte and the rest */
    }
}

void filter_join(json_t *filter, const json_t *more)
{
    const char *name, *op;
    json_t *part, *value;
    json_object_foreach((json_t *)more, name, part)
    {
        json_t *have = json_object_get(filter, name);
        if (!have) {
            json_object_set_new(filter, name, json_deep_copy(part));
            continue;
        }
        json_t *object = as_object(have), *besides = as_object(part);
        json_object_foreach(besides, op, value) add(object, op, value);
        json_object_set_new(filter, name, object);
        json_decref(besides);
    }
}
