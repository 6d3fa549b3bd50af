/* E.import: the rows of an uploaded file become records, through the same checks and hooks as E.create. */
#pragma once

#include "server/entity/entity.h"

/* For the registry, once an entity that can be created. */
void import_register(const struct entity *entity);

/* A finished upload. */
struct import_file {
    const char *name, *type; /* in the request's arena */
    char *bytes;             /* malloc'd: the caller frees it */
    size_t size;
};

/* Reads one in the request's open transaction (it looks at results, so request_need() has been called). 0 or what request_fail() gave: not_found
 * where it is not this person's. `drop` queues the removal of its bytes: a finished import needs them no more. */
typedef int import_source(struct request *request, int64_t upload, struct import_file *file_r);
typedef void import_drop(struct request *request, int64_t upload);

/* In main, before threads. */
void import_set_source(import_source *read, import_drop *drop);
