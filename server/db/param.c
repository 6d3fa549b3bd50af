/* Parameters of statements in libpq's text form. */
#include "server/db/connection-private.h"

#include "base/arena.h"
#include "base/str.h"

#include <inttypes.h>
#include <math.h>

struct param p_null(void)
{
    return (struct param){.kind = PARAM_NULL};
}

struct param p_text(const char *text)
{
    return (struct param){.kind = text ? PARAM_TEXT : PARAM_NULL, .text = text};
}

struct param p_int(int64_t value)
{
    return (struct param){.kind = value == NIL ? PARAM_NULL : PARAM_INT, .number = value};
}

struct param p_bool(bool value)
{
    return (struct param){.kind = PARAM_BOOL, .truth = value};
}

struct param p_real(double value)
{
    return (struct param){.kind = isnan(value) ? PARAM_NULL : PARAM_REAL, .real = value};
}

struct param p_time(struct instant value)
{
    return (struct param){.kind = instant_is_nil(value) ? PARAM_NULL : PARAM_TIME, .time = value};
}

struct param p_date(struct day value)
{
    return (struct param){.kind = day_is_nil(value) ? PARAM_NULL : PARAM_DATE, .day = value};
}

struct param p_set(struct text_set value)
{
    return (struct param){.kind = PARAM_SET, .set = value};
}

struct param p_ids(const int64_t *items, size_t count)
{
    return (struct param){.kind = PARAM_IDS, .ids = {.items = items, .count = count}};
}

/* Quoted whatever it holds: a comma, a brace, the word NULL, nothing at all. */
static void add_element(struct str *s, const char *text)
{
    if (!text) {
        str_add(s, "NULL");
        return;
    }
    str_add_char(s, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            str_add_char(s, '\\');
        str_add_char(s, *text);
    }
    str_add_char(s, '"');
}

static const char *encode_set(struct arena *arena, struct text_set set)
{
    struct str s;
    str_init(&s, arena);
    str_add_char(&s, '{');
    for (size_t i = 0; i < set.count; i++) {
        if (i)
            str_add_char(&s, ',');
        add_element(&s, set.items[i]);
    }
    str_add_char(&s, '}');
    return s.data;
}

static const char *encode_ids(struct arena *arena, const int64_t *items, size_t count)
{
    struct str s;
    str_init(&s, arena);
    str_add_char(&s, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add_char(&s, ',');
        if (items[i] == NIL)
            str_add(&s, "NULL");
        else
            str_addf(&s, "%" PRId64, items[i]);
    }
    str_add_char(&s, '}');
    return s.data;
}

/* Plain digits: this one is in every statement. */
static const char *encode_int(struct arena *arena, int64_t value)
{
    char digits[24], *p = digits + sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--p = '-';
    return arena_strndup(arena, p, (size_t)(digits + sizeof(digits) - p));
}

static const char *encode(struct arena *arena, const struct param *p)
{
    char buf[TIME_TEXT_SIZE];
    switch (p->kind) {
    case PARAM_NULL: return NULL;
    case PARAM_TEXT: return p->text;
    case PARAM_INT: return encode_int(arena, p->number);
    case PARAM_BOOL: return p->truth ? "t" : "f";
    case PARAM_REAL: return arena_printf(arena, "%.17g", p->real);
    case PARAM_TIME: return arena_strdup(arena, time_print(buf, sizeof(buf), p->time));
    case PARAM_DATE: return arena_strdup(arena, day_print(buf, sizeof(buf), p->day));
    case PARAM_SET: return encode_set(arena, p->set);
    case PARAM_IDS: return encode_ids(arena, p->ids.items, p->ids.count);
    }
    return NULL;
}

const char *const *params_encode(struct arena *arena, const struct param *params, size_t count)
{
    const char **values = arena_alloc(arena, (count + 1) * sizeof(*values));
    for (size_t i = 0; i < count; i++)
        values[i] = encode(arena, &params[i]);
    return values;
}
