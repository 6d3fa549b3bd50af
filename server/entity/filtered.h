/* Statements of a process's own over the rows that a list's `filter` and `q` let through: what counts them counts what the list shows. */
#pragma once

#include "model/filter.h"
#include "server/entity/entity.h"

/* The two arguments, for the table of a verb's. */
#define FILTERED_ARGS                                                                                        \
    ARG(filter, FIELD_NONE, .label = N_("Filter"),                                                           \
        .help = N_("Columns with a value or an object of comparisons.")),                                    \
        ARG(q, FIELD_TEXT, .label = N_("Search"),                                                            \
            .help = N_("Words looked up in names, pinyin, numbers, phones, plates."))

/* Field of that name which may be read; NULL: none. The context is the entity. */
const struct field *filtered_field(const void *context, const char *name);

/* Reads them; bare days mean those of `zone`, NULL: the session's. 0, or what is to be returned. */
must_check int filtered_arguments(struct request *request, const struct entity *entity, const char *zone,
                                  struct filter *filter_r);

struct filtered {
    struct request *request;
    const struct entity *entity;
    struct filter filter;
};

/* Queues `text`, a statement over alias t of the entity's table whose WHERE is open at its end, then the conditions of the filter, then `tail`
 * ("GROUP BY …"). The parameters are $1 and on of the text, which keeps to the grant by itself. */
struct rows *filtered_read(const struct filtered *filtered, const char *text, const char *tail,
                           const struct param params[], size_t count);
