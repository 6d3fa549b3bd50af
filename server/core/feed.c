#include "server/core/feed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/time.h"
#include "server/core/change.h"
#include "server/core/task.h"

enum { FEEDS_MAX = 8, EVERY_MS = 1000 };

/* The tail's alone, once threads run. */
static struct {
    const struct feed *feed;
    char from[24];
    int64_t read_ms;
    struct rows *rows; /* asked for in the transaction under way */
} feeds[FEEDS_MAX];
static size_t nfeeds;

void feed_register(const struct feed *feed)
{
    if (nfeeds == FEEDS_MAX)
        abort();
    feeds[nfeeds].feed = feed;
    snprintf(feeds[nfeeds++].from, sizeof(feeds[0].from), "18446744073709551615");
}

/* To begin with all of it is old: who begins to watch reads what is there. */
void feeds_read(struct tx *tx)
{
    int64_t now = time_monotonic_ms();
    for (size_t i = 0; i < nfeeds; i++) {
        bool due = now - feeds[i].read_ms >= EVERY_MS;
        feeds[i].rows =
            due ? tx_read(tx, feeds[i].feed->sql, p_text(arena_strdup(tx_arena(tx), feeds[i].from))) : NULL;
    }
}

static struct parcel *parcel_of(const struct feed *feed, struct rows *rows)
{
    struct parcel *parcel = parcel_create(PARCEL_FEED, NULL);
    struct event **end = &parcel->events;
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (rows_null(rows, i, 1))
            continue;
        struct event *event = event_create(feed->entity, feed->action);
        event->id = rows_int(rows, i, 1);
        event->branch_id = rows_int(rows, i, 2);
        event->old_branch_id = NIL;
        event->own_id = rows_null(rows, i, 3) ? CHANGE_NOBODY : rows_int(rows, i, 3);
        event->more = memory_strdup(rows_text(rows, i, 4));
        *end = event;
        end = &event->next;
    }
    return parcel;
}

void feeds_take(void)
{
    for (size_t i = 0; i < nfeeds; i++) {
        const char *next = feeds[i].rows ? rows_text(feeds[i].rows, 0, 0) : NULL;
        if (!next)
            continue;
        snprintf(feeds[i].from, sizeof(feeds[i].from), "%s", next);
        feeds[i].read_ms = time_monotonic_ms();
        struct parcel *parcel = parcel_of(feeds[i].feed, feeds[i].rows);
        if (parcel->events)
            post_send(parcel);
        else
            parcel_destroy(parcel);
    }
}
