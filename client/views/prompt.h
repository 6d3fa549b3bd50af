/*
 * What is typed where no form is: a path, a reason, a reply, the arguments of an action, a command line. Whoever opens such a thing says how it is
 * opened again; then its words are kept on the disk as those of forms are (draft.h), and gone on with after the program has ended in the middle.
 */
#pragma once

#include "client/views/context.h"
#include "wire/json.h"

/* A row lives for ever. */
struct prompt {
    const char *name; /* in the file: never changes */

    /* What is typed, worth keeping; NULL: nothing. A new reference. Must not change the screen. */
    json_t *(*typed)(struct screen *screen);

    /* Opens it as it was, with what was typed; false: it cannot be (a right, an entity is gone). */
    bool (*open)(struct app_context *app, const json_t *about, const json_t *typed);
};

void prompt_register(const struct prompt rows[], size_t count);

/* From now on, while the screen is open. `about` is what `open` must know, taken over; the title, of the list of drafts, is copied. */
void prompt_keep(struct app_context *app, uint64_t screen, const struct prompt *prompt, const char *title,
                 json_t *about);

/* Of a box with one line: its text, unless it is what it began with. */
json_t *prompt_line(struct screen *screen);
const char *prompt_text(const json_t *typed); /* as `value` or `start` of the next one; NULL: none */

/* For draft.c. */
json_t *prompt_save(struct screen *screen);
const char *prompt_title(const struct screen *screen); /* NULL: it is no prompt that is kept */
bool prompt_open(struct app_context *app, const json_t *saved);
