#pragma once

#include "client/ui/fuzzy.h"
#include "client/ui/input.h"
#include "client/ui/screen.h"

/*
 * The command line: a field, and under it what fits of the entries. Enter hands over the entry under the
 * cursor, or where nothing fits (a quick code) the line itself.
 */
struct palette_entry {
    int64_t id;
    const char *text;   /* what is shown and searched */
    const char *detail; /* shown dim at the right; may be NULL */
    const char *search; /* further words, found by their starts: code, name; may be NULL */
    int weight;         /* breaks ties: higher first */
    const char *group;  /* of found ones: the heading they stand under; may be NULL */
};

typedef void palette_done(void *context, const struct palette_entry *entry, const char *line);
typedef void palette_typed(void *context, uint64_t screen, const char *line);

/* The line as Tab makes it, with the entry under the cursor (NULL: none); NULL: it stays as it is. */
typedef const char *palette_complete(void *context, const struct palette_entry *entry, const char *line);

/* The n-th last line typed before, from 0; NULL: there are no more. Up over the first entry goes back in them. */
typedef const char *palette_earlier(void *context, size_t n);

struct palette_ops {
    palette_done *done;         /* called once; entry NULL: the line itself; line NULL: cancelled */
    palette_typed *typed;       /* every change, to ask for records; may be NULL */
    palette_complete *complete; /* may be NULL */
    palette_earlier *earlier;   /* may be NULL */
};

/* Entries are copied. Returns the screen's id. */
uint64_t palette_open(struct ui *ui, const char *title, const struct palette_entry entries[], size_t count,
                      const struct palette_ops *ops, void *context);

/* What the line itself would do, as the first entry (NULL: nothing special). `alone`: of the entries none is offered, only what is found. From
 * `typed`. */
void palette_lead(struct ui *ui, uint64_t screen, const struct palette_entry *lead, bool alone);

/* Records that were found, shown behind the entries and not filtered again. The screen may be gone: then
 * nothing. */
void palette_found(struct ui *ui, uint64_t screen, const struct palette_entry entries[], size_t count);

/* Its line; NULL: the screen is another. Borrowed. */
const struct input *palette_line(struct screen *screen);
