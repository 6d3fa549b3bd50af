/*
 * A document on A4, as PDF into a file: text in any script, pages that know how many they are. It is drawn twice by the same code: the first time
 * only to count the pages.
 */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

struct paper;

/* Points from the edges; what lies between is paper_width wide. */
enum { PAPER_MARGIN = 30 };

struct paper_head {
    const char *title;
    const char *left, *right;      /* under the title; may be NULL */
    const char *page;              /* "Page {page} of {pages}", translated */
    const char *author, *language; /* language: which of the glyphs several languages share */
    bool landscape;
};

enum paper_style {
    PAPER_BOLD = 1 << 0,
    PAPER_RIGHT = 1 << 1, /* flush right */
    PAPER_GREY = 1 << 2,  /* the ground behind it */
    PAPER_LARGE = 1 << 3,
    PAPER_FAINT = 1 << 4,
    PAPER_WHOLE = 1 << 5 /* all lines; otherwise three, and an ellipsis */
};

/* NULL: it cannot be written to this file. */
struct paper *paper_create(int fd, const struct paper_head *head) must_check;
void paper_destroy(struct paper *paper);

/* Starts over; drawing false: counts only. */
void paper_begin(struct paper *paper, bool drawing);
double paper_width(const struct paper *paper);

/* Width of a text in one line; how high it gets in this width. Points. */
double paper_measure(struct paper *paper, const char *text, unsigned style);
double paper_height(struct paper *paper, const char *text, double width, unsigned style);

/* Draws at x from the left margin and the present height, which it leaves alone. */
void paper_text(struct paper *paper, double x, double width, double height, const char *text, unsigned style);
void paper_line(struct paper *paper);

/* Room for so much more on this page? Otherwise a new one is begun, and true returned. */
bool paper_need(struct paper *paper, double height);
void paper_down(struct paper *paper, double height);

/* After the second time: 0, or negative when the file could not be written. */
int paper_finish(struct paper *paper) must_check;
