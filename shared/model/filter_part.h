/*
 * A typed filter line taken apart as a person thinks of it: a field, what is asked of it, a value or two. The filter form shows these, and
 * writes the same line again.
 */
#pragma once

#include "model/filter.h"

enum filter_ask {
    ASK_BEGINS,
    ASK_CONTAINS,
    ASK_IS,
    ASK_NOT,
    ASK_ANY_OF, /* codes or texts joined by commas */
    ASK_UNDER,
    ASK_UP_TO,
    ASK_OVER,
    ASK_FROM,
    ASK_BETWEEN, /* both ends belong to it */
    ASK_TODAY,
    ASK_YESTERDAY,
    ASK_WEEK,
    ASK_LAST_WEEK,
    ASK_MONTH,
    ASK_LAST_MONTH,
    ASK_YEAR,
    ASK_LAST_DAYS, /* value: how many, today among them */
    ASK_EMPTY,
    ASK_FILLED,
    FILTER_ASKS
};

struct filter_part {
    const struct field *field;
    enum filter_ask ask;
    const char *value,
        *to; /* protocol text; of ASK_BETWEEN both, of periods, ASK_EMPTY and ASK_FILLED none */
};

struct filter_parts {
    struct filter_part items[FILTER_TERMS_MAX];
    size_t count;
    const char *words; /* to search for; NULL: none */
};

/* What may be asked of a field, the most usual first; ended by FILTER_ASKS. None of one that cannot be filtered by. */
const enum filter_ask *filter_asks(const struct field *field);

/* msgid of the words for it ("begins with"), and a sign for narrow screens. */
const char *filter_ask_text(const struct field *field, enum filter_ask ask);
const char *filter_ask_sign(const struct field *field, enum filter_ask ask);
bool filter_ask_has_value(enum filter_ask ask);
/* As it is typed behind the name: ">=", "=today". */
void filter_ask_write(enum filter_ask ask, struct str *out);

/* 0, or -EINVAL with the fault. A line filter_parse_line takes is taken here. */
must_check int filter_parts_read(const char *line, filter_lookup *lookup, const void *context,
                                 struct arena *arena, const char *zone, struct filter_parts *parts_r,
                                 struct filter_fault *fault_r);

/* Parts without a value they need are left out. */
void filter_parts_write(const struct filter_parts *parts, struct arena *arena, struct str *out);
