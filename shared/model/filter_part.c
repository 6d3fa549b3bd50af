#include "model/filter_part.h"

#include "base/arena.h"
#include "base/money.h"
#include "base/str.h"
#include "model/filter-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One row an ask: its words, and how it stands in a line. */
static const struct {
    const char *text, *sign; /* msgid; for narrow screens */
    enum filter_op op;
    const char *period;
} asks[FILTER_ASKS] = {
    [ASK_BEGINS] = {N_("begins with"), "^", FILTER_LIKE, NULL},
    [ASK_CONTAINS] = {N_("contains"), "~", FILTER_CONTAINS, NULL},
    [ASK_IS] = {N_("is"), "=", FILTER_EQ, NULL},
    [ASK_NOT] = {N_("is not"), "≠", FILTER_NOT, NULL},
    [ASK_ANY_OF] = {N_("is one of"), "=", FILTER_EQ, NULL},
    [ASK_UNDER] = {N_("is less than"), "<", FILTER_LT, NULL},
    [ASK_UP_TO] = {N_("is at most"), "≤", FILTER_LTE, NULL},
    [ASK_OVER] = {N_("is more than"), ">", FILTER_GT, NULL},
    [ASK_FROM] = {N_("is at least"), "≥", FILTER_GTE, NULL},
    [ASK_BETWEEN] = {N_("is between"), "[]", FILTER_GTE, NULL},
    [ASK_TODAY] = {N_("is today"), "=", FILTER_EQ, "today"},
    [ASK_YESTERDAY] = {N_("is yesterday"), "=", FILTER_EQ, "yesterday"},
    [ASK_WEEK] = {N_("is this week"), "=", FILTER_EQ, "week"},
    [ASK_LAST_WEEK] = {N_("is last week"), "=", FILTER_EQ, "last-week"},
    [ASK_MONTH] = {N_("is this month"), "=", FILTER_EQ, "month"},
    [ASK_LAST_MONTH] = {N_("is last month"), "=", FILTER_EQ, "last-month"},
    [ASK_YEAR] = {N_("is this year"), "=", FILTER_EQ, "year"},
    [ASK_LAST_DAYS] = {N_("is in the last … days"), "d", FILTER_EQ, NULL},
    [ASK_EMPTY] = {N_("is empty"), "=∅", FILTER_EQ, NULL},
    [ASK_FILLED] = {N_("is filled"), "≠∅", FILTER_NOT, NULL},
};

static const char *const day_texts[FILTER_ASKS] = {
    [ASK_IS] = N_("is on"),      [ASK_UNDER] = N_("is before"), [ASK_UP_TO] = N_("is until"),
    [ASK_OVER] = N_("is after"), [ASK_FROM] = N_("is from"),
};

static const enum filter_ask of_none[] = {FILTER_ASKS};
static const enum filter_ask of_text[] = {ASK_BEGINS, ASK_CONTAINS, ASK_IS,     ASK_NOT,
                                          ASK_ANY_OF, ASK_EMPTY,    ASK_FILLED, FILTER_ASKS};
static const enum filter_ask of_number[] = {ASK_IS,   ASK_NOT,     ASK_UNDER, ASK_UP_TO,  ASK_OVER,
                                            ASK_FROM, ASK_BETWEEN, ASK_EMPTY, ASK_FILLED, FILTER_ASKS};
static const enum filter_ask of_day[] = {
    ASK_IS,        ASK_UNDER,      ASK_OVER,  ASK_FROM,   ASK_UP_TO,     ASK_BETWEEN,
    ASK_TODAY,     ASK_WEEK,       ASK_MONTH, ASK_YEAR,   ASK_LAST_DAYS, ASK_YESTERDAY,
    ASK_LAST_WEEK, ASK_LAST_MONTH, ASK_EMPTY, ASK_FILLED, FILTER_ASKS};
static const enum filter_ask of_codes[] = {ASK_ANY_OF, ASK_NOT, ASK_EMPTY, ASK_FILLED, FILTER_ASKS};
static const enum filter_ask of_record[] = {ASK_IS, ASK_NOT, ASK_ANY_OF, ASK_EMPTY, ASK_FILLED, FILTER_ASKS};
static const enum filter_ask of_bool[] = {ASK_IS, FILTER_ASKS};

static bool is_day(const struct field *field)
{
    enum field_storage storage = field_storage_of(field);
    return storage == STORE_TIME || storage == STORE_DATE;
}

const enum filter_ask *filter_asks(const struct field *field)
{
    enum field_storage storage = field_storage_of(field);
    if (field->secret || storage == STORE_LINES || storage == STORE_NONE)
        return of_none;
    if (is_day(field))
        return of_day;
    switch (field_type_of(field)) {
    case FIELD_CHOICE:
    case FIELD_SET: return of_codes;
    case FIELD_BOOL: return of_bool;
    case FIELD_REF: return of_record;
    case FIELD_POINT:
    case FIELD_FILE: return of_none;
    default: return storage == STORE_TEXT ? of_text : of_number;
    }
}

const char *filter_ask_text(const struct field *field, enum filter_ask ask)
{
    return is_day(field) && day_texts[ask] ? day_texts[ask] : asks[ask].text;
}

const char *filter_ask_sign(const struct field *field, enum filter_ask ask)
{
    (void)field;
    return asks[ask].sign;
}

bool filter_ask_has_value(enum filter_ask ask)
{
    return !asks[ask].period && ask != ASK_EMPTY && ask != ASK_FILLED;
}

void filter_ask_write(enum filter_ask ask, struct str *out)
{
    str_addf(out, "%s%s", filter_sign(asks[ask].op), asks[ask].period ? asks[ask].period : "");
}

/* ---- reading ---- */

static enum filter_ask ask_of_period(const char *text)
{
    for (int ask = 0; ask < FILTER_ASKS; ask++)
        if (asks[ask].period && strcmp(asks[ask].period, text) == 0)
            return (enum filter_ask)ask;
    return FILTER_ASKS;
}

static bool takes(const struct field *field, enum filter_ask wanted)
{
    for (const enum filter_ask *ask = filter_asks(field); *ask != FILTER_ASKS; ask++)
        if (*ask == wanted)
            return true;
    return false;
}

/* The ask of a comparison; a field of codes is asked for one of several even where one is given. */
static enum filter_ask ask_of(const struct field *field, enum filter_op op, const char *text)
{
    switch (op) {
    case FILTER_EQ:
        if (!*text)
            return ASK_EMPTY;
        return strchr(text, ',') || !takes(field, ASK_IS) ? ASK_ANY_OF : ASK_IS;
    case FILTER_NOT: return *text ? ASK_NOT : ASK_FILLED;
    case FILTER_LT: return ASK_UNDER;
    case FILTER_LTE: return ASK_UP_TO;
    case FILTER_GT: return ASK_OVER;
    case FILTER_GTE: return ASK_FROM;
    case FILTER_LIKE: return ASK_BEGINS;
    default: return ASK_CONTAINS;
    }
}

static const char *day_text(struct arena *arena, struct day day)
{
    char text[DAY_TEXT_SIZE];
    return arena_strdup(arena, day_print(text, sizeof(text), day));
}

/* Those with a row of their own keep their words; the rest become the days they are now. */
static bool take_period(struct filter_part *part, enum filter_op op, const char *text, struct arena *arena,
                        const char *zone)
{
    struct day first, last;
    if (!is_day(part->field) || op == FILTER_NOT || !filter_period(text, filter_today(zone), &first, &last))
        return false;
    part->ask = op == FILTER_EQ ? ask_of_period(text) : ask_of(part->field, op, text);
    if (op != FILTER_EQ) {
        part->value = day_text(arena, part->ask == ASK_FROM || part->ask == ASK_UNDER ? first : last);
    } else if (part->ask == FILTER_ASKS && *text >= '0' && *text <= '9') {
        part->ask = ASK_LAST_DAYS;
        part->value = arena_strndup(arena, text, strspn(text, "0123456789"));
    } else if (part->ask == FILTER_ASKS) {
        part->ask = ASK_BETWEEN;
        part->value = day_text(arena, first);
        part->to = day_text(arena, last);
    }
    return true;
}

/* As the protocol has it; what cannot be read so stays as typed. */
static const char *value_text_of(const struct field *field, enum filter_ask ask, const char *text,
                                 struct arena *arena)
{
    const char *value = NULL;
    struct day day;
    char *plain = arena_strdup(arena, text);
    if (ask == ASK_ANY_OF || ask == ASK_BEGINS || ask == ASK_CONTAINS)
        return filter_plain(plain);
    filter_plain(plain);
    if (field_storage_of(field) == STORE_SET) /* one of its codes */
        return plain;
    if (field_storage_of(field) == STORE_TIME && day_parse(plain, &day) == 0)
        return plain;
    if (field_parse_text(field, arena, plain, &value) == FIELD_BAD || !value)
        return plain;
    return value;
}

static void take_part(struct filter_parts *parts, const struct field *field, enum filter_op op,
                      const char *text, struct arena *arena, const char *zone)
{
    struct filter_part *part = &parts->items[parts->count++];
    *part = (struct filter_part){.field = field};
    if (take_period(part, op, text, arena, zone))
        return;
    part->ask = ask_of(field, op, text);
    if (filter_ask_has_value(part->ask))
        part->value = value_text_of(field, part->ask, text, arena);
}

static bool joins(const struct filter_part *a, const struct filter_part *b)
{
    return a->field == b->field && a->ask == ASK_FROM && b->ask == ASK_UP_TO && takes(a->field, ASK_BETWEEN);
}

static size_t count_of(const struct filter_parts *parts, const struct field *field)
{
    size_t count = 0;
    for (size_t i = 0; i < parts->count; i++)
        count += parts->items[i].field == field;
    return count;
}

/* From … and up to … of one field, where nothing else is asked of it, are what lies between. */
static void join_ends(struct filter_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        for (size_t j = 0; j < parts->count; j++) {
            if (!joins(&parts->items[i], &parts->items[j]) || count_of(parts, parts->items[i].field) != 2)
                continue;
            parts->items[i].ask = ASK_BETWEEN;
            parts->items[i].to = parts->items[j].value;
            memmove(&parts->items[j], &parts->items[j + 1], (parts->count - j - 1) * sizeof(parts->items[0]));
            parts->count--;
            i -= j < i;
            break;
        }
}

int filter_parts_read(const char *line, filter_lookup *lookup, const void *context, struct arena *arena,
                      const char *zone, struct filter_parts *parts_r, struct filter_fault *fault_r)
{
    struct filter *whole = arena_new(arena, struct filter);
    char *word;
    bool quoted;
    parts_r->count = 0;
    if (filter_parse_line(line, lookup, context, arena, zone, whole, fault_r) < 0)
        return -EINVAL;
    parts_r->words = whole->q;
    while ((word = filter_next_word(arena, &line, &quoted))) {
        enum filter_op op;
        const char *value;
        size_t len = quoted ? 0 : filter_split_term(word, &op, &value);
        if (!len)
            continue;
        const struct field *field = lookup(context, arena_strndup(arena, word, len));
        if (parts_r->count == FILTER_TERMS_MAX) {
            *fault_r = (struct filter_fault){NULL, N_("The filter has too many terms")};
            return -EINVAL;
        }
        take_part(parts_r, field, op, value, arena, zone);
    }
    join_ends(parts_r);
    return 0;
}

/* ---- writing ---- */

/* In quotes where a line would end the word, or part it. */
static void write_quoted(struct str *out, const char *text, size_t len)
{
    bool quote = false;
    for (size_t i = 0; i < len; i++)
        quote |= text[i] == ' ' || text[i] == '\t' || text[i] == ',';
    if (quote)
        str_add_char(out, '"');
    for (size_t i = 0; i < len; i++)
        if (text[i] != '"') /* a line has no sign for it */
            str_add_char(out, text[i]);
    if (quote)
        str_add_char(out, '"');
}

static void write_value(const struct field *field, enum filter_ask ask, const char *value, struct str *out)
{
    char *end;
    if (ask == ASK_ANY_OF) {
        for (const char *at = value; *at;) {
            size_t len = strcspn(at, ",");
            const char *start = at + strspn(at, " ");
            if (start < at + len)
                write_quoted(out, start, (size_t)(at + len - start));
            at += len;
            if (*at)
                str_add_char(out, *at++);
        }
        return;
    }
    bool hundredths = field_type_of(field) == FIELD_FEN || field_type_of(field) == FIELD_PERCENT;
    long long fen = hundredths ? strtoll(value, &end, 10) : 0;
    if (hundredths && end != value && !*end) {
        char text[MONEY_TEXT_SIZE];
        for (const char *at = money_print(text, sizeof(text), fen); *at; at++)
            if (*at != ',')
                str_add_char(out, *at);
        return;
    }
    write_quoted(out, value, strlen(value));
}

static void write_term(const struct filter_part *part, enum filter_op op, const char *value, struct str *out)
{
    str_addf(out, "%s%s%s", out->len ? " " : "", part->field->name, filter_sign(op));
    if (value)
        write_value(part->field, part->ask, value, out);
}

static bool is_whole(const struct filter_part *part)
{
    return !filter_ask_has_value(part->ask) || (part->value && *part->value) ||
           (part->ask == ASK_BETWEEN && part->to && *part->to);
}

static void write_part(const struct filter_part *part, struct str *out)
{
    if (!is_whole(part))
        return;
    if (part->ask == ASK_BETWEEN) { /* with one end only it is open at the other */
        if (part->value && *part->value)
            write_term(part, FILTER_GTE, part->value, out);
        if (part->to && *part->to)
            write_term(part, FILTER_LTE, part->to, out);
        return;
    }
    write_term(part, asks[part->ask].op, filter_ask_has_value(part->ask) ? part->value : NULL, out);
    if (asks[part->ask].period)
        str_add(out, asks[part->ask].period);
    if (part->ask == ASK_LAST_DAYS)
        str_add_char(out, 'd');
}

/* A word that would be read as a term is kept apart by quotes. */
static void write_words(const char *words, struct arena *arena, struct str *out)
{
    const char *line = words;
    char *word;
    bool quoted;
    while ((word = filter_next_word(arena, &line, &quoted))) {
        enum filter_op op;
        const char *value;
        bool term = filter_split_term(word, &op, &value) > 0;
        str_addf(out, term ? "%s\"%s\"" : "%s%s", out->len ? " " : "", filter_plain(word));
    }
}

void filter_parts_write(const struct filter_parts *parts, struct arena *arena, struct str *out)
{
    for (size_t i = 0; i < parts->count; i++)
        write_part(&parts->items[i], out);
    if (parts->words)
        write_words(parts->words, arena, out);
}
