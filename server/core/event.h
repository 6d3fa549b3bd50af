/* Who watches what, and the telling of it. Belongs to the loop, but for the making of a watch. */
#pragma once

#include "server/core/session.h"
#include "server/core/task.h"

struct caller;

/* Which branches or row a watcher wants; empty: all it may see. */
struct watch_filter {
    int64_t *branches;
    size_t nbranches;
    int64_t id; /* 0: any */
};

struct watch {
    char **entities;
    size_t count;
    struct watch_filter filter;
};

/* A worker makes one, the loop takes it over with EFFECT_WATCH. Names are copied; each entity stands in it once. */
struct watch *watch_create(void) must_check;
void watch_destroy(struct watch *watch);
void watch_add(struct watch *watch, const char *entity);

/* What the event means for a session that watches its entity: NULL nothing, else the action to tell ("gone" when it left its scope). */
const char *watch_sees(const struct watch *watch, const struct session *session, const struct grant *grant,
                       const struct event *event);

/* The line of an event as it goes out: the action may be "gone". */
void event_write(struct str *out, const struct event *event, const char *action);

/* The loop: replaces what a caller watches (NULL: nothing) and takes the watch over; tells all watchers. */
void event_watch(struct caller *caller, struct watch *watch);
void event_publish(const struct event *event);
/* All of one entity and action: to each watcher in one line, as `rows`. */
void event_publish_feed(const struct event *events);
/* Every watcher fetches anew: events may have been lost. */
void event_resync(void);
