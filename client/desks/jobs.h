/*
 * Orders at hand: those of a filter, read page by page, kept right by events one row at a time, shown in a table with columns of the desk's
 * own. A member of its desk's struct. The rows are as the server sent them; a row whose answer is awaited is marked and stays what it was.
 */
#pragma once

#include "base/arena.h"
#include "client/ui/table.h"
#include "client/views/context.h"
#include "client/views/live.h"
#include "model/catalogue.h"

struct jobs;

struct job {
    int64_t id, version;
    json_t *row;
    struct instant created, due;
    unsigned pending;   /* commands under way */
    bool failed;        /* the last one was refused */
    bool mine;          /* the change to come is this person's own */
    int64_t changed_ms; /* somebody else changed it then; 0: no */
};

struct jobs_ops {
    /* Whether a row that came by itself belongs here. */
    bool (*belongs)(const struct jobs *jobs, const json_t *row);

    /* The order shown, which is the server's sort where not all rows are read. NULL: as they come. */
    int (*compare)(const struct jobs *jobs, const struct job *a, const struct job *b);
    bool whole; /* all rows are read at once, a few hundred at most; else page by page */
    /* Further enum row_flag; may be NULL. */
    unsigned (*flags)(const struct jobs *jobs, const struct job *job);
    const char *(*cell)(struct jobs *jobs, const struct job *job, size_t column, struct str *scratch,
                        enum role *role);
    void (*changed)(struct jobs *jobs); /* rows or the one under the cursor may be others; may be NULL */
    /* The row is another while a command of this person's on it is under way, or still being typed; may be NULL. */
    void (*overtaken)(struct jobs *jobs, const json_t *row);
};

struct jobs {
    struct app_context *app;
    struct screen *screen;
    const struct jobs_ops *ops;
    const struct catalogue_entity *entity; /* rescue; NULL: this person may not see orders */
    const char *const *names;              /* the fields asked for */
    const char *sort;                      /* the server's */
    json_t *filter;                        /* the protocol's */
    char *match;                           /* words a row at hand must hold to be shown; NULL: any */
    char *q;                               /* words the server searches by; NULL: none */
    VEC(struct job) items;
    struct table table;
    struct instant now; /* of the last tick: what lateness is measured by */
    uint64_t asked;
    char *next; /* cursor of the following page; NULL: everything is here */
    bool reading, replacing, failed, more_wanted;
    size_t arrived;     /* rows that came in by themselves; the desk sets it back */
    VEC(int64_t) stale; /* ids whose rows are to be read again */
    uint64_t asked_stale;
    struct arena *arena; /* texts of the cell being drawn */
};

void jobs_init(struct jobs *jobs, struct app_context *app, struct screen *screen, const struct jobs_ops *ops,
               const char *const *names, const char *sort);
void jobs_finish(struct jobs *jobs);

/* Takes the reference. The rows shown stay until the answer comes. */
void jobs_set_filter(struct jobs *jobs, json_t *filter);
void jobs_clear(struct jobs *jobs); /* nothing is shown until the next rows: it is another list */
void jobs_set_match(struct jobs *jobs, const char *words);  /* NULL or "": all */
void jobs_set_search(struct jobs *jobs, const char *words); /* the same through the server, for long lists */
void jobs_read(struct jobs *jobs);

/* From the screen's live handler for rescue orders. */
void jobs_heard(struct jobs *jobs, const struct live_event events[], size_t count);
void jobs_refetch(struct jobs *jobs, int64_t id);

/* A command on the row was sent, or its answer came. */
void jobs_begin(struct jobs *jobs, int64_t id);
void jobs_end(struct jobs *jobs, int64_t id, bool refused);

struct job *jobs_current(struct jobs *jobs); /* NULL: there is no row */
struct job *jobs_find(struct jobs *jobs, int64_t id);

/* Time goes on: marks of changes fade, lateness grows. Screen flags. */
unsigned jobs_tick(struct jobs *jobs, int64_t now_ms);

/* What a list shows of a field, in the jobs' arena until the next cell. */
const char *jobs_text(struct jobs *jobs, const struct job *job, const char *field);

/* "12/40+" */
void jobs_count_text(const struct jobs *jobs, struct str *out);
