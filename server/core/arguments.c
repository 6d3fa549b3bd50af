#include <stdio.h>
#include <string.h>

#include "model/value.h"
#include "server/core/arguments.h"
#include "wire/json.h"
#include "wire/limits.h"
#include "wire/message.h"

enum { REASON_MAX = 500 };

static const struct field id_field = ARG(id, FIELD_ID, .min = 1, .required = true);
static const struct field version_field = ARG(version, FIELD_INT, .min = 0, .required = true);
static const struct field reason_field = ARG(reason, FIELD_TEXT, .max = REASON_MAX);
static const struct field reason_required_field =
    ARG(reason, FIELD_TEXT, .max = REASON_MAX, .required = true);

static int fail_field(struct request *request, const struct field *field, const char *name,
                      enum field_fault fault)
{
    char max[24], min[24];
    snprintf(max, sizeof(max), "%u", (unsigned)field_max(field));
    snprintf(min, sizeof(min), "%lld", (long long)field->min);
    return request_fail(request, ERR_INVALID, name, field_fault_text(fault), "field",
                        field->label ? field->label : field->name, "max", max, "min", min, "value", "", NULL);
}

/* Codes, phones and plates are kept as they are stored. */
static void keep_normal(json_t *object, const char *name, const json_t *was, const struct value *value)
{
    if (value->storage == STORE_TEXT && !value->null && strcmp(json_string_value(was), value->text) != 0)
        json_object_set_new(object, name, json_string(value->text));
}

int argument_check(struct request *request, json_t *object, const struct field *field, const char *name)
{
    json_t *given = json_object_get(object, field->name);
    if (!given || json_is_null(given))
        return field->required ? fail_field(request, field, name, FIELD_MISSING) : 0;
    if (field_type_of(field) == FIELD_NONE)
        return 0; /* a filter and the like: whoever reads it judges it */
    if (field_type_of(field) == FIELD_LINES) {
        if (!json_is_array(given))
            return fail_field(request, field, name, FIELD_BAD);
        bool too_many = json_array_size(given) > field_max(field);
        return too_many ? fail_field(request, field, name, FIELD_TOO_LONG) : 0;
    }
    struct value value;
    enum field_fault fault = value_read(field, request->arena, given, &value);
    if (fault)
        return fail_field(request, field, name, fault);
    if (value.null && field->required && field_type_of(field) != FIELD_BOOL)
        return fail_field(request, field, name, FIELD_MISSING);
    keep_normal(object, field->name, given, &value);
    return 0;
}

static bool is_reserved(const struct verb *verb, const char *name)
{
    if (strcmp(name, "key") == 0)
        return verb->flags & VERB_KEYED;
    if (strcmp(name, "items") == 0)
        return verb->flags & VERB_BATCH;
    if (strcmp(name, "id") == 0)
        return verb->takes & TAKES_ID;
    if (strcmp(name, "version") == 0)
        return verb->takes & TAKES_VERSION;
    if (strcmp(name, "reason") == 0)
        return verb->takes & (TAKES_REASON | TAKES_REASON_REQUIRED);
    return false;
}

static bool is_declared(const struct verb *verb, const char *name)
{
    for (size_t i = 0; i < verb->nargs; i++)
        if (strcmp(verb->args[i].name, name) == 0)
            return true;
    return is_reserved(verb, name);
}

static int check_unknown(struct request *request)
{
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        if (!is_declared(request->verb, name))
            return request_fail(request, ERR_INVALID, name, N_("There is no argument {name}"), "name", name,
                                NULL);
    }
    return 0;
}

int arguments_check_key(struct request *request)
{
    if (!(request->verb->flags & VERB_KEYED))
        return 0;
    enum json_get got = json_get_text(request->args, "key", &request->key);
    if (got == JSON_GET_MISSING || got == JSON_GET_NULL)
        return request_fail(request, ERR_INVALID, "key", N_("A changing request needs a key"), NULL);
    if (got == JSON_GET_WRONG || !message_key_valid(request->key))
        return request_fail(request, ERR_INVALID, "key", N_("A key is 8 to 64 letters, digits or . _ -"),
                            NULL);
    return 0;
}

static int check_reserved(struct request *request)
{
    unsigned takes = request->verb->takes;
    int failed = arguments_check_key(request);
    if (!failed && takes & TAKES_ID)
        failed = argument_check(request, request->args, &id_field, "id");
    if (!failed && takes & TAKES_VERSION)
        failed = argument_check(request, request->args, &version_field, "version");
    if (!failed && takes & (TAKES_REASON | TAKES_REASON_REQUIRED))
        failed =
            argument_check(request, request->args,
                           takes & TAKES_REASON_REQUIRED ? &reason_required_field : &reason_field, "reason");
    return failed;
}

int arguments_check(struct request *request)
{
    const struct verb *verb = request->verb;
    int failed = check_reserved(request);
    if (failed || verb->takes & TAKES_ANY)
        return failed;
    failed = check_unknown(request);
    for (size_t i = 0; !failed && !(verb->takes & TAKES_ANY) && i < verb->nargs; i++)
        failed = argument_check(request, request->args, &verb->args[i], verb->args[i].name);
    return failed;
}
