/*
 * A filter: terms that must all hold. A person types it on one line, the protocol carries it as JSON, the server makes SQL of it;
 * the form in between is this one, for both ends.
 *     state=new,dispatched created>=2026-11-01 plate~A12 "old town"
 */
#pragma once

#include "model/field.h"
#include "model/value.h"

#include <jansson.h>

enum filter_op {
    FILTER_EQ,       /* name=value      value or {"eq":…}; of a set: holds it */
    FILTER_NOT,      /* name!=value     {"not":…} */
    FILTER_GTE,      /* name>=value     {"gte":…} */
    FILTER_GT,       /* name>value      {"gt":…} */
    FILTER_LTE,      /* name<=value     {"lte":…} */
    FILTER_LT,       /* name<value      {"lt":…} */
    FILTER_IN,       /* name=a,b        {"in":[…]}; of a set: holds one of them */
    FILTER_LIKE,     /* name^text       {"like":…}: begins with */
    FILTER_CONTAINS, /* name~text       {"contains":…} */
    FILTER_NULL,     /* name= or name!= {"null":true|false} */
    FILTER_OPS
};

enum { FILTER_TERMS_MAX = 32, FILTER_VALUES_MAX = 200 };

struct filter_term {
    const struct field *field;
    enum filter_op op;
    struct value *values; /* one, or those of FILTER_IN; none for FILTER_NULL. Of a set: codes as text */
    size_t count;
    bool truth; /* FILTER_NULL: is null, or is not */
};

struct filter {
    struct filter_term terms[FILTER_TERMS_MAX];
    size_t count;
    const char *q; /* the words of a typed line that name no field; NULL: none */
};

/* Finds the field meant by a name; NULL: there is none. The client's may know short forms, the server's is exact. */
typedef const struct field *filter_lookup(const void *context, const char *name);

struct filter_fault {
    const char *field; /* name as given; NULL: of the filter as a whole */
    const char *msgid;
};

/* Every term's values are checked against their field. A bare date for a time field means that day in `zone`.
 * Returns 0, or -EINVAL with the fault filled. Everything lives in the arena. */
must_check int filter_read(const json_t *json, filter_lookup *lookup, const void *context,
                           struct arena *arena, const char *zone, struct filter *filter_r,
                           struct filter_fault *fault_r);
must_check int filter_parse_line(const char *line, filter_lookup *lookup, const void *context,
                                 struct arena *arena, const char *zone, struct filter *filter_r,
                                 struct filter_fault *fault_r);

/* The terms as the protocol's JSON object (without q). */
void filter_write(const struct filter *filter, struct str *out);

/* Both must hold: what `more` asks is put into the object, beside what is asked of the same column there. */
void filter_join(json_t *filter, const json_t *more);

/* Adds one term; used by both readers. Text values are protocol text or, from a typed line, what a person writes. */
must_check int filter_add_text(struct filter *filter, const struct field *field, enum filter_op op,
                               const char *const *texts, size_t count, struct arena *arena, const char *zone,
                               struct filter_fault *fault_r);

/* Adds that a field has nothing in it (true), or something. */
must_check int filter_add_null(struct filter *filter, const struct field *field, bool truth,
                               struct arena *arena, struct filter_fault *fault_r);

/* Part of a stored value as typed: letters of a plate large and without dots, digits of a phone alone; other texts as they are. */
const char *filter_fold_part(const struct field *field, struct arena *arena, const char *text);
