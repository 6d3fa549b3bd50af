/*
 * A file on its way to the server: announced with its checksum, sent part by part, gone on with where the server has it. Lost lines are the
 * link's business: a part that is sent twice changes nothing.
 */
#pragma once

#include "client/link/call.h"

struct upload;

struct upload_ops {
    void (*progress)(void *context, int64_t done, int64_t total); /* may be NULL */
    /* Once, unless it is dropped. `failed`: 0, or -errno of the file; else the answer says how it ended: file.end's, or the refusal. `id` is the
     * upload. The upload is gone after it. */
    void (*done)(void *context, int failed, const struct answer *answer, int64_t id);
};

/* Opens the file and counts its checksum; 0, or -errno. `end`: members for file.end (entity, id, note), taken over; NULL: it hangs on nothing. */
must_check int upload_start(struct link *link, const char *path, json_t *end, const struct upload_ops *ops,
                            void *context, struct upload **upload_r);

/* Stops, and does not call `done`. What was sent stays to be gone on with. NULL is taken. */
void upload_drop(struct upload *upload);
/* The same when the link is gone already. */
void upload_forget(struct upload *upload);
