/* The program's own state, for the files that make it up: app.c (loop and signals), app_session.c (login, catalogue, locks), face.c (terminal). */
#pragma once

#include <ev.h>

#include "base/vec.h"
#include "client/face.h"
#include "client/options.h"
#include "client/views/context.h"
#include "model/catalogue.h"

struct app {
    struct app_context context; /* first: what views are given is this */
    const struct options *options;
    struct ui ui;
    struct face face;
    int code;

    char terminal[64];
    char *password; /* given at the start; used once, then wiped */
    struct catalogue *catalogue;
    VEC(struct catalogue *) retired; /* screens may point into them still */
    VEC(char *) rows;                /* of session.describe, so far */
    bool described, asked_describe;
    bool preferred;       /* what is kept for this person is here */
    bool catalogue_ready; /* and what he may do */
    int64_t described_ms; /* when it was asked last */
    uint64_t login, lock; /* screens; 0: none */
    int lock_seconds;     /* as the person has set it; 0: not */
    bool warned;          /* that it locks soon */
    int64_t last_key_ms, busy_since_ms;
    ev_timer tick;
    ev_signal signals[6];
};

static inline struct app *app_of(struct app_context *context)
{
    return (struct app *)context;
}

extern const struct link_ops app_link_ops;

void app_session_start(struct app *app);
void app_session_finish(struct app *app);
void app_show_person(struct app *app);                    /* in the title row, in the present language */
void app_continue(struct app *app);                       /* the password was changed as it had to be */
void app_describe_again(struct app *app, int64_t now_ms); /* if the server could not say it before */
void app_keep_locked(struct app *app); /* what an answer opened stands under the login screen */
void app_set_language(struct app *app, const char *language);
void app_apply_settings(struct app *app, bool chosen); /* chosen: now, not at login */
void app_cover(struct app *app, const char *why);      /* the lock: the session goes on below */
void app_uncover(struct app *app);
void app_watch_idle(struct app *app, int64_t now_ms);
void app_lock(struct app *app,
              const char *why); /* ends the session; the login screen stands over what is open */
