#include "model/filter.h"

#include "base/arena.h"
#include "base/str.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *sign;
    enum filter_op op;
} signs[] = {
    {"!=", FILTER_NOT}, {">=", FILTER_GTE}, {"<=", FILTER_LTE},     {"=", FILTER_EQ},
    {">", FILTER_GT},   {"<", FILTER_LT},   {"~", FILTER_CONTAINS}, {"^", FILTER_LIKE},
};

/* The next word, quotes taken off and kept inside; NULL at the end. quoted_r: it began with a quote, so it is no term. */
static const char *next_word(struct arena *arena, const char **at, bool *quoted_r)
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
        else
            str_add_char(&word, *p);
    }
    *at = p;
    return word.data;
}

/* Length of the name before the sign, and the sign; 0 when the word is no term. */
static size_t split_term(const char *word, size_t *sign_r)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");
    for (size_t i = 0; len && i < array_len(signs); i++) {
        if (!strncmp(word + len, signs[i].sign, strlen(signs[i].sign))) {
            *sign_r = i;
            return len;
        }
    }
    return 0;
}

static int add_term(struct filter *filter, const struct field *field, enum filter_op op, const char *text,
                    struct arena *arena, const char *zone, struct filter_fault *fault_r)
{
    const char *texts[FILTER_VALUES_MAX];
    size_t count = 0;
    if (!*text && (op == FILTER_EQ || op == FILTER_NOT))
        return filter_add_null(filter, field, op == FILTER_EQ, arena, fault_r);
    if (op != FILTER_EQ || !strchr(text, ',')) {
        texts[count++] = text;
        return filter_add_text(filter, field, op, texts, count, arena, zone, fault_r);
    }
    for (const char *at = text; *at && count < FILTER_VALUES_MAX;) {
        size_t len = strcspn(at, ",");
        if (len)
            texts[count++] = arena_strndup(arena, at, len);
        at += len + (at[len] == ',');
    }
    return filter_add_text(filter, field, FILTER_IN, texts, count, arena, zone, fault_r);
}

int filter_parse_line(const char *line, filter_lookup *lookup, const void *context, struct arena *arena,
                      const char *zone, struct filter *filter_r, struct filter_fault *fault_r)
{
    struct str words;
    const char *word;
    bool quoted;
    str_init(&words, arena);
    filter_r->count = 0;
    filter_r->q = NULL;
    while ((word = next_word(arena, &line, &quoted))) {
        size_t sign = 0, len = quoted ? 0 : split_term(word, &sign);
        if (!len) {
            str_addf(&words, "%s%s", words.len ? " " : "", word);
            continue;
        }
        const char *name = arena_strndup(arena, word, len);
        const struct field *field = lookup(context, name);
        if (!field) {
            *fault_r = (struct filter_fault){name, N_("There is no such field")};
            return -EINVAL;
        }
        int rc = add_term(filter_r, field, signs[sign].op, word + len + strlen(signs[sign].sign), arena, zone,
                          fault_r);
        if (rc < 0)
            return rc;
    }
    if (words.len)
        filter_r->q = words.data;
    return 0;
}
