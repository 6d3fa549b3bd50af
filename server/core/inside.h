/*
 * Requests of the server's own making, on behalf of a third party that left a file instead of calling: the same verb with the same checks, trail
 * and events, in a transaction on a connection of its own. One thread owns an inside; nothing here belongs to the loop.
 */
#pragma once

#include "server/core/request.h"

struct inside;

struct inside_who {
    int64_t party_id;
    const char *name;
    const char *time_zone;
    const char *source; /* stands in the trail where terminals do; session->id is NIL */
};

/* `conninfo` of the workers' role. */
struct inside *inside_create(const char *conninfo, const char *name) must_check;
void inside_destroy(struct inside *inside);

/* A request for the verb, in the inside's arena, which is emptied: what the last one left is gone. NULL: the database is away. Texts of `who`
 * live as long as it. */
struct request *inside_request(struct inside *inside, const char *verb, const struct inside_who *who);
/* Runs it on request->args, several times where it clashes with others. 0, or an error code; what was refused stays to be read. */
must_check int inside_run(struct inside *inside);

/* Outside a request, which is gone with it: one statement in the sight of a third party, or of nobody (0). NULL: the database is away. */
struct rows *inside_read(struct inside *inside, int64_t party_id, const struct sql *sql,
                         const struct param *params, size_t count);

/* The refusal as words, in English; in the inside's arena. */
const char *inside_refusal(struct inside *inside);
