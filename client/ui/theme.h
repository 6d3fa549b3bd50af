#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a cell means. Widgets and views speak of roles only; a theme turns them into attributes. */
enum role {
    ROLE_NORMAL,
    ROLE_TITLE,    /* the title row */
    ROLE_CRUMB,    /* the breadcrumb row */
    ROLE_DIM,      /* hints, details, things of no use now */
    ROLE_LABEL,    /* the label of a field */
    ROLE_FOCUS,    /* the label of the field that has the cursor */
    ROLE_FIELD,    /* text being edited: no attribute in any theme, so that a typed letter is one byte */
    ROLE_READONLY, /* a value that cannot be changed here */
    ROLE_HEAD,     /* column titles, headings */
    ROLE_SELECT,   /* the row under the cursor */
    ROLE_MARKED,   /* a row marked for a bulk action */
    ROLE_CHANGED,  /* a row somebody else just changed */
    ROLE_PENDING,  /* a row whose answer is not here yet */
    ROLE_SUM,
    ROLE_BORDER,
    ROLE_MATCH, /* letters found by a search */
    ROLE_KEY,   /* a key cap in the key bar */
    ROLE_KEY_TEXT,
    ROLE_STEP_DONE,
    ROLE_STEP_NOW,
    ROLE_STEP_LATER,
    ROLE_GOOD,
    ROLE_WARNING,
    ROLE_ERROR,
    ROLE_ALARM,    /* a ringing call, a missed deadline */
    ROLE_SERIES_1, /* of a chart; each has its own sign beside its colour */
    ROLE_SERIES_2,
    ROLE_SERIES_3,
    ROLE_SERIES_4,
    ROLE_SERIES_5,
    ROLE_SERIES_6,
    ROLE_QR, /* dark on light in every theme: that is how it is read */
    ROLE_COUNT
};

enum theme { THEME_DARK, THEME_LIGHT, THEME_MONO, THEME_CONTRAST, THEME_OWN, THEME_COUNT };

/* Attributes, free of curses so that they can be tested. */
enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_UNDERLINE = 4, STYLE_REVERSE = 8 };

/* Colours are 0-7 (or 0-255 in the second pair); -1 is the terminal's own. */
struct style {
    short fg, bg;
    short fg_256, bg_256;
    unsigned attributes;
    int fg_rgb, bg_rgb; /* STYLE_RGB and 0xrrggbb, where it is to be just that; 0: as of 256 */
};

enum { STYLE_RGB = 1 << 24 };

/* 0xrrggbb of one of 256; what is below 0 stays. */
int theme_rgb(int colour);
int theme_nearest(int rgb, int colours); /* of 8, 16 or 256 */

/*
 * The person's own: begun as a copy of another, then role by role. `name` is a role's, or "base" with a theme's name;
 * words are "[colour] [on colour] [bold] [dim] [underline] [reverse]". false: `trouble` says, translated, what is wrong.
 */
void theme_own_begin(enum theme base);
bool theme_own_set(const char *name, const char *words, char *trouble, size_t size);

const struct style *theme_style(enum theme theme, enum role role);

const char *theme_name(enum theme theme);
const char *theme_label(enum theme theme); /* a msgid */

/* Returns false for an unknown name and leaves *theme_r alone. */
bool theme_parse(const char *name, enum theme *theme_r);

const char *role_name(enum role role);
