/*
 * E.summary: how many, and sums, by the values of one field or of two. What E.list would show is counted, no more: its permission, its scope, its
 * filter. One statement reads the rows once.
 */
#include "server/entity/summary.h"

#include "base/arena.h"
#include "server/entity/filtered.h"
#include "server/entity/summary-private.h"

#include <inttypes.h>
#include <string.h>

enum { GROUPS_DEFAULT = 50, GROUPS_MAX = 200 };

static const char *const steps[] = {"hour", "day", "week", "month", "year"};

static const struct field summary_args[] = {
    ARG(by, FIELD_TEXT, .label = N_("By"), .required = true,
        .help = N_("The field whose values are counted: a choice, a reference, yes or no, a text, a date or "
                   "a time.")),
    ARG(step, FIELD_TEXT, .label = N_("Step"),
        .help = N_("Of times and dates: hour, day, week, month or year, in the zone of one's branch.")),
    ARG(and, FIELD_TEXT, .label = N_("And"),
        .help = N_("A second field: every group is taken apart by its values.")),
    ARG(sum, FIELD_SET, .label = N_("Sums"),
        .help = N_("Number fields to be added up; groups are in the order of the first.")),
    ARG(average, FIELD_SET, .label = N_("Averages"),
        .help = N_(
            "Number fields to be averaged over the records that have a value; without sums groups are in the "
            "order of the first.")),
    FILTERED_ARGS,
    ARG(limit, FIELD_INT, .label = N_("Limit"), .help = N_("Groups, at most 200; the others are in `rest`.")),
};

/* ---- arguments ---- */

static int refuse(struct summary *summary, const char *argument)
{
    return request_fail(summary->request, ERR_INVALID, argument, N_("This is not a valid value"), NULL);
}

static bool is_time(const struct field *field)
{
    enum field_storage storage = field_storage_of(field);
    return storage == STORE_TIME || storage == STORE_DATE;
}

/* A number for each value of a masked field would tell the values. */
static bool may_group(const struct field *field)
{
    if (field->pii)
        return false;
    switch (field_type_of(field)) {
    case FIELD_CHOICE:
    case FIELD_REF:
    case FIELD_BOOL:
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_PLATE:
    case FIELD_DATE:
    case FIELD_TIME: return true;
    default: return false;
    }
}

static int read_step(struct summary *summary, struct summary_key *key)
{
    const char *step = request_text(summary->request, "step");
    size_t i = 0;
    if (!is_time(key->field))
        return 0;
    step = step && *step ? step : "day";
    while (i < array_len(steps) && strcmp(steps[i], step) != 0)
        i++;
    if (i == array_len(steps) || (i == 0 && field_storage_of(key->field) == STORE_DATE))
        return refuse(summary, "step");
    key->step = steps[i];
    return 0;
}

static int read_key(struct summary *summary, const char *argument, struct summary_key *key)
{
    const json_t *json = json_object_get(summary->request->args, argument);
    const char *name = json_string_value(json);
    if (!json || json_is_null(json))
        return 0;
    key->field = name ? filtered_field(summary->entity, name) : NULL;
    if (!key->field || !may_group(key->field))
        return request_fail(
            summary->request, ERR_INVALID, argument, N_("It cannot be counted by the column {name}"), "name",
            name ? arena_strndup(summary->request->arena, name, strnlen(name, 64)) : "", NULL);
    key->plain = *key->field;
    key->plain.virtual_ = false;
    key->plain.column = "~k";
    return read_step(summary, key);
}

static int read_numbers(struct summary *summary, const char *argument, const struct field *fields[],
                        size_t *count)
{
    const json_t *names = json_object_get(summary->request->args, argument);
    if (names && !json_is_null(names) && !json_is_array(names))
        return refuse(summary, argument);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const struct field *field = name ? filtered_field(summary->entity, name) : NULL;
        if (!field || !field_is_number(field) || field->pii || *count == SUMMARY_SUMS_MAX)
            return refuse(summary, argument);
        fields[(*count)++] = field;
    }
    return 0;
}

static int read_limit(struct summary *summary)
{
    const json_t *limit = json_object_get(summary->request->args, "limit");
    summary->limit = json_is_integer(limit) ? json_integer_value(limit) : GROUPS_DEFAULT;
    if (summary->limit < 1 || (limit && !json_is_null(limit) && !json_is_integer(limit)))
        return refuse(summary, "limit");
    if (summary->limit > GROUPS_MAX)
        return request_fail(summary->request, ERR_LIMIT, "limit", N_("At most 200 groups are shown"), NULL);
    return 0;
}

static int check_arguments(struct summary *summary)
{
    const char *name;
    json_t *value;
    json_object_foreach(summary->request->args, name, value)
    {
        size_t i = 0;
        while (i < array_len(summary_args) && strcmp(summary_args[i].name, name) != 0)
            i++;
        if (i == array_len(summary_args)) {
            const char *kept = arena_strndup(summary->request->arena, name, strnlen(name, 64));
            return request_fail(summary->request, ERR_INVALID, kept, N_("There is no argument {name}"),
                                "name", kept, NULL);
        }
    }
    return 0;
}

static int read_arguments(struct summary *summary)
{
    int rc = check_arguments(summary);
    if (!rc)
        rc = read_key(summary, "by", &summary->by);
    if (!rc && !summary->by.field)
        rc = request_fail(summary->request, ERR_INVALID, "by", N_("{field} is missing"), "field", "by", NULL);
    if (!rc)
        rc = read_key(summary, "and", &summary->and);
    if (!rc)
        rc = read_numbers(summary, "sum", summary->sums, &summary->nsums);
    if (!rc)
        rc = read_numbers(summary, "average", summary->averages, &summary->naverages);
    if (!rc)
        rc = filtered_arguments(summary->request, summary->entity, NULL, &summary->filter);
    return rc ? rc : read_limit(summary);
}

/* ---- the answer ---- */

/* Of what is in the records that have a value; null where none has. */
static void add_average(struct str *out, const struct field *field, double sum, int64_t count, bool first)
{
    str_add(out, first ? ",\"average\":{" : ",");
    str_add_json(out, field->name);
    if (count)
        str_addf(out, ":%.10g", sum / (double)count);
    else
        str_add(out, ":null");
}

static int average_column(const struct summary *summary, size_t index)
{
    return SUMMARY_SUM + (int)(summary->nsums + 2 * index);
}

static void add_averages(struct summary *summary, size_t row, struct str *out)
{
    for (size_t i = 0; i < summary->naverages; i++) {
        int column = average_column(summary, i);
        add_average(out, summary->averages[i], rows_real(summary->rows, row, column),
                    rows_int(summary->rows, row, column + 1), i == 0);
    }
    str_add(out, summary->naverages ? "}" : "");
}

static void add_counts(struct summary *summary, size_t row, struct str *out)
{
    str_addf(out, "\"count\":%" PRId64, rows_int(summary->rows, row, SUMMARY_COUNT));
    for (size_t i = 0; i < summary->nsums; i++) {
        str_add(out, i ? "," : ",\"sum\":{");
        str_add_json(out, summary->sums[i]->name);
        str_addf(out, ":%s", rows_text(summary->rows, row, SUMMARY_SUM + (int)i));
    }
    str_add(out, summary->nsums ? "}" : "");
    add_averages(summary, row, out);
}

static void add_named(struct summary *summary, size_t row, struct str *out)
{
    const char *value = rows_text(summary->rows, row, SUMMARY_VALUE),
               *label = rows_text(summary->rows, row, SUMMARY_LABEL);
    str_addf(out, "{\"value\":%s", value ? value : "null");
    if (label) {
        str_add(out, ",\"label\":");
        str_add_json(out, label);
    }
    str_add_char(out, ',');
    add_counts(summary, row, out);
}

/* First row of a kind, and how many there are. */
static size_t rows_of(struct summary *summary, int64_t kind, size_t *count_r)
{
    size_t first = 0, all = rows_count(summary->rows);
    while (first < all && rows_int(summary->rows, first, SUMMARY_KIND) < kind)
        first++;
    size_t end = first;
    while (end < all && rows_int(summary->rows, end, SUMMARY_KIND) == kind)
        end++;
    *count_r = end - first;
    return first;
}

/* One for each of "and", null where a group has nothing of it. The cells are in order of group and part. */
static void add_parts(struct summary *summary, int64_t rank, struct str *out)
{
    size_t cells, parts;
    size_t cell = rows_of(summary, SUMMARY_CELL, &cells), end = cell + cells;
    rows_of(summary, SUMMARY_PART, &parts);
    while (cell < end && rows_int(summary->rows, cell, SUMMARY_RANK) < rank)
        cell++;
    str_add(out, ",\"parts\":[");
    for (size_t part = 1; part <= parts; part++) {
        str_add(out, part > 1 ? "," : "");
        bool here = cell < end && rows_int(summary->rows, cell, SUMMARY_RANK) == rank &&
                    rows_int(summary->rows, cell, SUMMARY_RANK_PART) == (int64_t)part;
        str_add(out, here ? "{" : "null");
        if (here) {
            add_counts(summary, cell++, out);
            str_add_char(out, '}');
        }
    }
    str_add_char(out, ']');
}

static void add_groups(struct summary *summary, struct str *out)
{
    size_t count, first = rows_of(summary, SUMMARY_GROUP, &count);
    str_add(out, "\"groups\":[");
    for (size_t i = 0; i < count; i++) {
        size_t row = first + (summary->by.step ? count - 1 - i : i);
        str_add(out, i ? "," : "");
        add_named(summary, row, out);
        if (summary->and.field)
            add_parts(summary, rows_int(summary->rows, row, SUMMARY_RANK), out);
        str_add_char(out, '}');
    }
    str_add_char(out, ']');
}

static void add_and(struct summary *summary, struct str *out)
{
    size_t count, first = rows_of(summary, SUMMARY_PART, &count);
    str_add(out, ",\"and\":[");
    for (size_t i = 0; i < count; i++) {
        str_add(out, i ? "," : "");
        add_named(summary, first + i, out);
        str_add_char(out, '}');
    }
    str_add_char(out, ']');
}

static void add_rest_averages(struct summary *summary, size_t first, size_t groups, size_t total,
                              struct str *out)
{
    for (size_t a = 0; a < summary->naverages; a++) {
        int column = average_column(summary, a);
        double sum = rows_real(summary->rows, total, column);
        int64_t count = rows_int(summary->rows, total, column + 1);
        for (size_t i = 0; i < groups; i++) {
            sum -= rows_real(summary->rows, first + i, column);
            count -= rows_int(summary->rows, first + i, column + 1);
        }
        add_average(out, summary->averages[a], sum, count, a == 0);
    }
    str_add(out, summary->naverages ? "}" : "");
}

/* The groups over the limit, taken together. */
static void add_rest(struct summary *summary, struct str *out)
{
    size_t groups, none;
    size_t first = rows_of(summary, SUMMARY_GROUP, &groups), total = rows_of(summary, SUMMARY_TOTAL, &none);
    int64_t over = rows_int(summary->rows, total, SUMMARY_RANK) - (int64_t)groups;
    int64_t count = rows_int(summary->rows, total, SUMMARY_COUNT);
    for (size_t i = 0; i < groups; i++)
        count -= rows_int(summary->rows, first + i, SUMMARY_COUNT);
    str_addf(out, ",\"rest\":{\"groups\":%" PRId64 ",\"count\":%" PRId64, over, count);
    for (size_t s = 0; s < summary->nsums; s++) {
        int column = SUMMARY_SUM + (int)s;
        bool whole = field_storage_of(summary->sums[s]) == STORE_INT;
        int64_t sum = whole ? rows_int(summary->rows, total, column) : 0;
        double real = whole ? 0 : rows_real(summary->rows, total, column);
        for (size_t i = 0; i < groups; i++) {
            sum -= whole ? rows_int(summary->rows, first + i, column) : 0;
            real -= whole ? 0 : rows_real(summary->rows, first + i, column);
        }
        str_add(out, s ? "," : ",\"sum\":{");
        str_add_json(out, summary->sums[s]->name);
        if (whole)
            str_addf(out, ":%" PRId64, sum);
        else
            str_addf(out, ":%.6g", over ? real : 0.0);
    }
    str_add(out, summary->nsums ? "}" : "");
    add_rest_averages(summary, first, groups, total, out);
    str_add_char(out, '}');
}

static void reply(struct summary *summary)
{
    struct str *out = &summary->request->out;
    size_t none, total = rows_of(summary, SUMMARY_TOTAL, &none);
    str_clear(out);
    str_add_char(out, '{');
    add_groups(summary, out);
    if (summary->and.field)
        add_and(summary, out);
    add_rest(summary, out);
    str_add(out, ",\"total\":{");
    add_counts(summary, total, out);
    str_add(out, "}}");
}

static int run_summary(struct request *request)
{
    struct summary *summary = arena_new(request->arena, struct summary);
    summary->request = request;
    summary->entity = entity_verb_of(request)->entity;
    int rc = read_arguments(summary);
    if (!rc && summary->entity->flags & ENTITY_BIG)
        rc = request_take_long(request);
    if (rc)
        return rc;
    summary_queue(summary);
    rc = request_need(request);
    if (rc)
        return rc;
    reply(summary);
    return 0;
}

void summary_register(const struct entity *entity, const char *list)
{
    struct entity_verb *verb = entity_verb_create(entity, "summary", ACT_GET, 0, run_summary);
    verb->row.permission = list;
    verb->row.label = N_("Totals by value");
    verb->row.help = N_("How many records of a filter, and sums, by the values of a field or two.");
    verb->row.takes = TAKES_ANY;
    verb->row.args = summary_args;
    verb->row.nargs = array_len(summary_args);
    verb_register(&verb->row);
}
