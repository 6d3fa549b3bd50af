/* The chart of a list is a tool of the list. A desk may begin with a chart of its own, of all records, which has a few faces to go through. */
#pragma once

#include "client/views/context.h"

struct chart_face {
    const char *label;   /* msgid */
    const char *by;      /* field that is counted by */
    const char *step;    /* of times: hour, day, week, month, year; NULL: day */
    const char *average; /* number field; NULL: records are counted */
};

/* The faces live for ever; those whose field this user does not see are left out. Tab goes on to the next. */
void chart_open(struct app_context *app, const struct catalogue_entity *entity,
                const struct chart_face faces[], size_t count);
