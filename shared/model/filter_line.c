/* A filter typed as a line: words and terms. */
#include "model/filter.h"

#include "base/arena.h"
#include "base/str.h"
#include "model/filter-private.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *sign;
    enum filter_op op;
} signs[] = {
    {"!=", FILTER_NOT}, {">=", FILTER_GTE}, {"<=", FILTER_LTE},     {"=", FILTER_EQ},
    {">", FILTER_GT},   {"<", FILTER_LT},   {"~", FILTER_CONTAINS}, {"^", FILTER_LIKE},
};

char *filter_next_word(struct arena *arena, const char **at, bool *quoted_r)
{
    struct str word;
    const char *p = *at + strspn(*at, " \t");
    bool inside = false;
    if (!*p)
        return NULL;
    str_init(&word, arena);
    *quoted_r = *p == '"';
    for (; *p && (inside || (*p != ' ' && *p != '\t')); p++) {
        if (*p == '"')
            inside = !inside;
        else if (*p != FILTER_COMMA)
            str_add_char(&word, *p == ',' && inside ? FILTER_COMMA : *p);
    }
    *at = p;
    return word.data;
}

char *filter_plain(char *word)
{
    for (char *at = word; *at; at++)
        if (*at == FILTER_COMMA)
            *at = ',';
    return word;
}

size_t filter_split_term(const char *word, enum filter_op *op_r, const char **value_r)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");
    for (size_t i = 0; len && i < array_len(signs); i++) {
        if (!strncmp(word + len, signs[i].sign, strlen(signs[i].sign))) {
            *op_r = signs[i].op;
            *value_r = word + len + strlen(signs[i].sign);
            return len;
        }
    }
    return 0;
}

const char *filter_sign(enum filter_op op)
{
    for (size_t i = 0; i < array_len(signs); i++)
        if (signs[i].op == op)
            return signs[i].sign;
    return NULL;
}

static int add_day_text(struct filter *filter, const struct field *field, enum filter_op op, struct day day,
                        struct arena *arena, const char *zone, struct filter_fault *fault_r)
{
    char text[DAY_TEXT_SIZE];
    const char *copy = arena_strdup(arena, day_print(text, sizeof(text), day));
    return filter_add_text(filter, field, op, &copy, 1, arena, zone, fault_r);
}

/* "today" and its like: = is within those days, > behind the last of them, >= from the first on. */
static int add_period(struct filter *filter, const struct field *field, enum filter_op op, struct day first,
                      struct day last, struct arena *arena, const char *zone, struct filter_fault *fault_r)
{
    bool after = op == FILTER_GTE || op == FILTER_LT;
    if (op != FILTER_EQ)
        return add_day_text(filter, field, op, after ? first : last, arena, zone, fault_r);
    int rc = add_day_text(filter, field, FILTER_GTE, first, arena, zone, fault_r);
    return rc < 0 ? rc : add_day_text(filter, field, FILTER_LTE, last, arena, zone, fault_r);
}

static bool has_days(const struct field *field)
{
    enum field_storage storage = field_storage_of(field);
    return storage == STORE_TIME || storage == STORE_DATE;
}

static int add_term(struct filter *filter, const struct field *field, enum filter_op op, const char *text,
                    struct arena *arena, const char *zone, struct filter_fault *fault_r)
{
    const char *texts[FILTER_VALUES_MAX];
    size_t count = 0;
    struct day first, last;
    if (!*text && (op == FILTER_EQ || op == FILTER_NOT))
        return filter_add_null(filter, field, op == FILTER_EQ, arena, fault_r);
    if (has_days(field) && op != FILTER_NOT && filter_period(text, filter_today(zone), &first, &last))
        return add_period(filter, field, op, first, last, arena, zone, fault_r);
    if (op != FILTER_EQ || !strchr(text, ',')) {
        texts[count++] = filter_plain(arena_strdup(arena, text));
        return filter_add_text(filter, field, op, texts, count, arena, zone, fault_r);
    }
    for (const char *at = text; *at && count < FILTER_VALUES_MAX;) {
        size_t len = strcspn(at, ",");
        if (len)
            texts[count++] = filter_plain(arena_strndup(arena, at, len));
        at += len + (at[len] == ',');
    }
    return filter_add_text(filter, field, FILTER_IN, texts, count, arena, zone, fault_r);
}

int filter_parse_line(const char *line, filter_lookup *lookup, const void *context, struct arena *arena,
                      const char *zone, struct filter *filter_r, struct filter_fault *fault_r)
{
    struct str words;
    char *word;
    bool quoted;
    str_init(&words, arena);
    filter_r->count = 0;
    filter_r->q = NULL;
    while ((word = filter_next_word(arena, &line, &quoted))) {
        enum filter_op op;
        const char *value;
        size_t len = quoted ? 0 : filter_split_term(word, &op, &value);
        if (!len) {
            str_addf(&words, "%s%s", words.len ? " " : "", filter_plain(word));
            continue;
        }
        const char *name = arena_strndup(arena, word, len);
        const struct field *field = lookup(context, name);
        if (!field) {
            *fault_r = (struct filter_fault){name, N_("There is no such field")};
            return -EINVAL;
        }
        int rc = add_term(filter_r, field, op, value, arena, zone, fault_r);
        if (rc < 0)
            return rc;
    }
    if (words.len)
        filter_r->q = words.data;
    return 0;
}
