/*
 * What is kept for this person on the server, wherever he sits down: columns, saved filters, macros, settings; and what others share with him.
 * It is read once after login, together with the catalogue, and looked up here without asking anybody. A change stands at once and is sent
 * behind; over a lost line it is sent when the line is back.
 */
#pragma once

#include "client/views/context.h"

struct preference {
    int64_t id; /* below 0: not yet known to the server; preference_remove takes it all the same */
    const char *kind, *about, *name, *owner;
    const json_t *body;
    bool shared, mine;
};

/* One's own, else one that is shared under this name; NULL: there is none. `about` and `name` may be "". What is borrowed here is good until
 * something is kept or removed, or the loop goes round. */
const json_t *preference_get(const struct app_context *app, const char *kind, const char *about,
                             const char *name);

/* All of a kind about something, one's own first, each by name: index from 0. False: there are no more. `about` NULL: about anything. */
bool preference_each(const struct app_context *app, const char *kind, const char *about, size_t index,
                     struct preference *out);

/* Takes the body over, an object of at most 16 KiB. `shared` takes the right preference.share. */
void preference_set(struct app_context *app, const char *kind, const char *about, const char *name,
                    json_t *body, bool shared);
void preference_remove(struct app_context *app, int64_t id);

/* From the app. The one who logged in is another: nothing is known any more. */
struct preferences *preferences_create(struct app_context *app);
void preferences_destroy(struct preferences *preferences);
void preferences_forget(struct preferences *preferences);

/* Reads them, or reads them again: what was changed here and not yet sent stays as it is. `done` is called once they are there, or cannot be. */
void preferences_load(struct preferences *preferences, void (*done)(struct app_context *app));
