/*
 * Other people's changes. One session.watch for all screens, kept over lost lines by its cursor; events are collected for 200 ms with jitter and
 * then handed to the screens that asked. They are hints: a screen fetches what it shows, and drops a version it has.
 */
#pragma once

#include "client/views/context.h"

struct live_event {
    const char *entity, *action; /* valid during the call */
    int64_t id, version, branch_id;
};

/* count 0: events may have been lost, fetch everything that is shown. */
typedef void live_handler(struct screen *screen, const struct live_event events[], size_t count);

struct live *live_create(struct app_context *app);
void live_destroy(struct live *live);

/* Until the screen is closed. The same screen and entity twice is once. */
void live_watch(struct live *live, struct screen *screen, const char *entity, live_handler *handler);

/* Facts that come with the event itself, as they come: `* event {"entity","action","rows":[…]}`. Until the screen is closed; beside a watch of
 * the same entity, which hears when all is to be fetched. */
typedef void live_rows(struct screen *screen, const char *action, const json_t *rows);
void live_watch_rows(struct live *live, struct screen *screen, const char *entity, live_rows *handler);

/* From the app: logged in or resumed; an `event` line came. */
void live_ready(struct live *live);
void live_heard(struct live *live, const json_t *object);
