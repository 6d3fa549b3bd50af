/*
 * Files to and from the server, beside the screens: sent part by part and gone on with after a broken line, fetched and checked. How far each is
 * stands on the progress place; Ctrl-C stops all.
 */
#pragma once

#include "client/views/context.h"

struct transfer_result {
    int failed; /* -errno of the file; -ECANCELED: stopped by the person; -EBADMSG: not what was announced */
    const struct answer *answer; /* with failed 0: the last one; may be a refusal */
    int64_t id;                  /* of the upload */
    const char *bytes;           /* of a fetch without a path */
    size_t size;
};

/* screen: NULL when it is gone. */
typedef void transfer_done(struct app_context *app, struct screen *screen,
                           const struct transfer_result *result, void *context);

/* `end`: members for file.end, taken over; NULL: it hangs on nothing. 0, or -errno: it cannot be read; then `done` is not called. */
must_check int transfer_send(struct app_context *app, struct screen *screen, const char *path, json_t *end,
                             transfer_done *done, void *context);

struct transfer_file {
    int64_t id, size;
    const char *name, *sha256; /* copied */
};

/* To a path where nothing is, or (NULL) into memory. 0, or -errno: it cannot be written there; then `done` is not called. */
must_check int transfer_fetch(struct app_context *app, struct screen *screen,
                              const struct transfer_file *file, const char *path, transfer_done *done,
                              void *context);

bool transfer_stop_all(void); /* false: nothing was on its way */
void transfer_finish(void);   /* at the end of the program */
