/* Where the database is: the one that is named, or the private cluster of the state directory. */
#pragma once

#include "base/util.h"

#include <stdbool.h>

struct embedded;
struct settings;

struct place {
    char *app, *owner, *tail; /* conninfos; owner NULL: not ours to migrate */
    struct embedded *embedded;
};

/* Before the first thread, since the private cluster is started here. 0, or negative with the reason in the log. */
int place_open(const struct settings *settings, struct place *place) must_check;

/* Brings the schema up to date, or checks that it is. */
int place_migrate(const struct place *place) must_check;
void place_close(struct place *place);
