#include "client/views/value_text.h"

#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/money.h"
#include "base/str.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"
#include "client/views/calc.h"
#include "client/views/choices_of.h"
#include "client/views/shorthand.h"
#include "client/views/text.h"
#include "model/value.h"
#include "wire/json.h"

static void add_item(struct str *out, const json_t *item)
{
    if (out->len)
        str_add_char(out, ',');
    str_add(out, json_is_string(item) ? json_string_value(item) : "");
}

const char *value_of_json(struct arena *arena, const json_t *json)
{
    struct str out;
    size_t i;
    json_t *item;
    switch (json ? json_typeof(json) : JSON_NULL) {
    case JSON_INTEGER: return arena_printf(arena, "%" PRId64, (int64_t)json_integer_value(json));
    case JSON_REAL: return arena_printf(arena, "%.*g", DBL_DIG, json_real_value(json));
    case JSON_TRUE: return "true";
    case JSON_FALSE: return "false";
    case JSON_STRING: return *json_string_value(json) ? arena_strdup(arena, json_string_value(json)) : NULL;
    case JSON_ARRAY:
        str_init(&out, arena);
        json_array_foreach(json, i, item)
        {
            if (!json_is_string(item))
                return NULL;
            add_item(&out, item);
        }
        return out.len ? out.data : NULL;
    default: return NULL;
    }
}

json_t *value_to_json(const struct field *field, const char *value)
{
    struct str text cleanup(cleanup_str);
    struct json_fault fault;
    str_init(&text, NULL);
    str_add_char(&text, '[');
    value_text_to_json(field, value, &text);
    str_add_char(&text, ']');
    json_t *array = json_read_reply(text.data, text.len, &fault);
    json_t *item = json_incref(json_array_get(array, 0));
    json_decref(array);
    return item ? item : json_null();
}

const char *label_name(struct arena *arena, const char *field)
{
    size_t len = strlen(field);
    if (len > 3 && strcmp(field + len - 3, "_id") == 0)
        len -= 3;
    return arena_printf(arena, "%.*s_label", (int)len, field);
}

const char *label_of_row(struct arena *arena, const struct field *field, const json_t *row)
{
    const json_t *label = json_object_get(row, label_name(arena, field->name));
    const json_t *value = json_object_get(row, field->name);
    bool hidden = label && json_is_null(label) && value && !json_is_null(value);
    return hidden ? _("(not in sight)") : json_string_value(label);
}

static const char *show_set(const struct app_context *app, struct arena *arena, const struct field *field,
                            const char *value)
{
    struct str out;
    str_init(&out, arena);
    for (const char *at = value; *at;) {
        size_t len = strcspn(at, ",");
        str_addf(&out, "%s%s", out.len ? ", " : "", choice_label(app, field, arena_strndup(arena, at, len)));
        at += len + (at[len] == ',');
    }
    return out.data;
}

const char *value_show(const struct app_context *app, struct arena *arena, const struct field *field,
                       const char *value, const char *label)
{
    if (!value || !*value)
        return "";
    switch (field_type_of(field)) {
    case FIELD_REF: return label && *label ? label : arena_printf(arena, "#%s", value);
    case FIELD_BOOL: return strcmp(value, "true") == 0 ? _("yes") : _("no");
    case FIELD_CHOICE: return choice_label(app, field, value);
    case FIELD_SET: return show_set(app, arena, field, value);
    default: return field_print(field, arena, value, *app->who.zone ? app->who.zone : NULL);
    }
}

const char *value_show_row(const struct app_context *app, struct arena *arena, const struct field *field,
                           const json_t *row)
{
    const json_t *value = json_object_get(row, field->name);
    if (field_type_of(field) == FIELD_LINES)
        return json_array_size(value) ? arena_printf(arena, "%zu", json_array_size(value)) : "";
    /* What came with the system is worded in English, for the translators. */
    if (json_is_true(json_object_get(row, "shipped")) && json_string_length(value) &&
        field_type_of(field) <= FIELD_NOTE)
        return _(json_string_value(value));
    return value_show(app, arena, field, value_of_json(arena, value), label_of_row(arena, field, row));
}

static const char *edit_time(const struct app_context *app, struct arena *arena, const char *value)
{
    char buf[32];
    struct instant at;
    if (time_parse(value, &at) < 0)
        return value;
    return arena_strdup(arena, shorthand_print(buf, sizeof(buf), app->who.zone, at));
}

static const char *edit_fen(struct arena *arena, const char *value)
{
    char buf[MONEY_TEXT_SIZE], *to = buf;
    money_print(buf, sizeof(buf), strtoll(value, NULL, 10));
    for (const char *from = buf; *from; from++)
        if (*from != ',')
            *to++ = *from;
    *to = '\0';
    return arena_strdup(arena, buf);
}

const char *value_edit(const struct app_context *app, struct arena *arena, const struct field *field,
                       const char *value, const char *label)
{
    if (!value || !*value)
        return "";
    switch (field_type_of(field)) {
    case FIELD_TIME: return edit_time(app, arena, value);
    case FIELD_FEN: return edit_fen(arena, value);
    default: return value_show(app, arena, field, value, label);
    }
}

/* What would have been taken. */
static const char *example_of(const struct field *field)
{
    switch (field_type_of(field)) {
    case FIELD_CODE: return N_("letters, digits, - . and _");
    case FIELD_PHONE: return N_("as 13800138000 or +852 2123 4567");
    case FIELD_PLATE: return N_("as 粤A12345");
    case FIELD_INT: return N_("a whole number, or a sum: 3*80+15");
    case FIELD_FEN: return N_("an amount, or a sum: 3*80+15.50");
    case FIELD_PERCENT: return N_("as 6.5");
    case FIELD_DATE: return N_("as 2026-11-25, 25, t+1, mon");
    case FIELD_TIME: return N_("as 9:30, t+1 9, 11-25 14:00, +2h");
    case FIELD_DURATION: return N_("as 90m or 1h30m");
    default: return NULL;
    }
}

const char *value_fault(const struct app_context *app, struct arena *arena, const struct field *field,
                        enum field_fault fault, const char *value)
{
    char max[MONEY_TEXT_SIZE], min[MONEY_TEXT_SIZE];
    bool fen = field_type_of(field) == FIELD_FEN || field_type_of(field) == FIELD_PERCENT;
    (void)app;
    if (fen) {
        money_print(max, sizeof(max), field->max ? (int64_t)field->max : FIELD_FEN_MAX);
        money_print(min, sizeof(min), field->min);
    } else {
        snprintf(max, sizeof(max), "%u", field_max(field));
        snprintf(min, sizeof(min), "%" PRId64, field->min);
    }
    const char *words =
        text_fill(arena, _(field_fault_text(fault)), "field", field->label ? _(field->label) : field->name,
                  "max", max, "min", min, "value", value ? value : "", NULL);
    const char *example = fault == FIELD_BAD ? example_of(field) : NULL;
    return example ? arena_printf(arena, "%s (%s)", words, _(example)) : words;
}

/* By code or by words; else by letters, if only one fits. */
static const char *take_choice(const struct app_context *app, const struct field *field, const char *typed)
{
    const char *found = NULL;
    int fits = 0;
    for (const struct choice *choice = choices_of(field); choice->code; choice++) {
        const char *words = choice_words(app, choice);
        if (strcasecmp(choice->code, typed) == 0 || strcasecmp(words, typed) == 0)
            return choice->code;
        if (choice->disabled || !choice_fits(app, choice, typed))
            continue;
        fits++;
        found = choice->code;
    }
    return fits == 1 ? found : NULL;
}

static const char *take_date(const struct app_context *app, struct arena *arena, const char *typed)
{
    char buf[DAY_TEXT_SIZE];
    struct day today, day;
    if (time_zone_day(app->who.zone, time_now(), &today) < 0 || shorthand_date(typed, today, &day) < 0)
        return NULL;
    return arena_strdup(arena, day_print(buf, sizeof(buf), day));
}

static const char *take_time(const struct app_context *app, struct arena *arena, const char *typed)
{
    char buf[TIME_TEXT_SIZE];
    struct instant at;
    if (shorthand_time(typed, app->who.zone, time_now(), &at) < 0)
        return NULL;
    return arena_strdup(arena, time_print(buf, sizeof(buf), at));
}

static const char *take_sum(struct arena *arena, const char *typed)
{
    char sum[64];
    return calc_is_one(typed) && calc(typed, 2, sum, sizeof(sum)) == 0 ? arena_strdup(arena, sum) : typed;
}

const char *value_take(const struct app_context *app, struct arena *arena, const struct field *field,
                       const char *typed, const char **value_r)
{
    const char *text = typed, *short_form = NULL;
    *value_r = NULL;
    if (field->secret && typed && *typed) {
        *value_r = arena_strdup(arena, typed); /* blanks at the ends are part of a password */
        return NULL;
    }
    if (!typed || !typed[strspn(typed, " ")])
        return NULL;
    switch (field_type_of(field)) {
    case FIELD_BOOL:
    case FIELD_CHOICE:
        *value_r = take_choice(app, field, typed);
        return *value_r ? NULL : value_fault(app, arena, field, FIELD_NO_CHOICE, typed);
    case FIELD_DATE: short_form = take_date(app, arena, typed); break;
    case FIELD_TIME: short_form = take_time(app, arena, typed); break;
    case FIELD_FEN:
    case FIELD_INT: text = take_sum(arena, typed); break;
    default: break;
    }
    enum field_fault fault = field_parse_text(field, arena, short_form ? short_form : text, value_r);
    return fault == FIELD_OK ? NULL : value_fault(app, arena, field, fault, typed);
}
