#pragma once

#include "base/vec.h"
#include "client/ui/screen.h"

/*
 * The linear mode, for screen readers and dumb terminals: lines in, lines out. Out come the lines that are
 * new, a label and a value each, rows of lists with a number; in come words (`save`, `next`, `3`, the names
 * of actions) and `field: value`. Everything is done through the keys of the screens, so nothing here can do
 * what they cannot.
 */
struct plain_row {
    int64_t id;
    size_t number;
    char *text;
};

enum plain_wait {
    PLAIN_NOTHING,
    PLAIN_RECORDS, /* for what fits the letters of `wanted` */
    PLAIN_COMMAND  /* for what the command line finds */
};

struct plain {
    uint64_t screen;  /* the one told last; 0: none */
    struct str shown; /* the lines told of it */
    VEC(struct plain_row) rows;
    struct str headings; /* told among them */
    size_t first, page;  /* of the list */
    bool page_wanted;    /* its place is to be told */

    bool asked, filling; /* a value of `field` is waited for; and then of the next */
    bool picking;        /* … by number, from what hangs under it */
    size_t field;
    uint64_t asked_of;
    bool noting; /* lines of a note come, until a line with a full stop only */
    struct str note;

    enum plain_wait wait;
    char *wanted;

    unsigned said; /* messages told */
    char progress[160];
    int64_t progress_ms;
    struct str words; /* to be told by the next print */
    bool quit;        /* the person wants to go: questions about it are answered with yes */
};

void plain_init(struct plain *plain);
void plain_finish(struct plain *plain);

/* Does what the line says. It may need answers of the server: call plain_settled() when they are here. */
void plain_take(struct plain *plain, struct ui *ui, const char *line);
void plain_settled(struct plain *plain, struct ui *ui);

/* Does what cannot wait though an answer is awaited still: stop, quit. false: the line is no such word. */
bool plain_urgent(struct plain *plain, struct ui *ui, const char *line);

/* Whether the screen waits for something that is none of its own requests. */
bool plain_waits(struct ui *ui);

/* Adds to out the lines that are new. */
void plain_print(struct plain *plain, struct ui *ui, struct str *out);

/* What is wanted now, without a line's end; true: it is not to be seen when typed. */
bool plain_prompt(struct plain *plain, struct ui *ui, struct str *out);
