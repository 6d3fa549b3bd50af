#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "client/ui/ahead.h"
#include "client/ui/canvas.h"
#include "client/ui/key.h"
#include "client/ui/status.h"

/*
 * A screen is a struct of operations over the caller's own struct, which has a `struct screen` as a member.
 * Handlers change the screen's model and return flags; only ui_draw() draws. Any operation may be NULL.
 */
struct linear;
struct ui;
struct screen;
struct help_lines;

enum screen_flag {
    SCREEN_REDRAW = 1,
    SCREEN_CLOSE = 2,
    SCREEN_UNUSED = 4, /* not a key of mine: the defaults may have it */
    SCREEN_BELL = 8,
};

/* What keys are meant for is still to come: they are kept (ahead.h). */
enum screen_wait {
    SCREEN_READY,
    SCREEN_WAITS,      /* for rows. Who has waited for long sees what is there, and means it */
    SCREEN_WAITS_LONG, /* for the answer to what was submitted: no key pressed since can be meant for this screen */
};

struct screen_ops {
    const char *name; /* for help topics and tests: "list", "form", "dialog" */
    bool overlay;     /* drawn over the screen below, which stays visible */

    void (*open)(struct screen *screen); /* it is on the stack, with ui and id set */
    unsigned (*key)(struct screen *screen, const struct key *key);
    void (*draw)(struct screen *screen, struct canvas *canvas, struct area body);
    void (*resize)(struct screen *screen, struct area body);
    unsigned (*tick)(struct screen *screen, int64_t now_ms);
    unsigned (*covered)(struct screen *screen, bool covered); /* something was opened over it, or went away */
    enum screen_wait (*waiting)(struct screen *screen);
    bool (*may_close)(struct screen *screen); /* false keeps it: it has asked the person whether to leave */
    void (*close)(struct screen *screen);     /* frees it */

    /* On top it draws on every row of the canvas: no lines around it are shown. */
    bool (*whole)(const struct screen *screen, const struct canvas *canvas);

    const char *heading; /* the title where it is always the same: a msgid, in place of `title` */
    void (*title)(struct screen *screen, struct str *out);
    void (*crumb)(struct screen *screen, struct str *out);
    void (*keys)(struct screen *screen, struct key_bar *bar); /* the keys valid now */
    const char *about; /* the text of its help where it is always the same: a msgid, in place of `help` */
    const char *(*help)(struct screen *screen); /* translated; NULL: there is none now */
    void (*plain)(struct screen *screen,
                  struct str *out); /* label and value by line; else the canvas' text */
    void (*linear)(struct screen *screen,
                   struct linear *linear); /* for the linear mode, in place of plain: client/ui/linear.h */
};

struct screen {
    const struct screen_ops *ops;
    struct ui *ui;
    uint64_t id; /* never used twice: an answer that comes late asks ui_find() first */
    bool closing;
    bool hidden; /* another screen is over it, or another task is shown */
};

struct task {
    VEC(struct screen *) stack;
};

struct ui {
    VEC(struct task) tasks;
    size_t current; /* task */
    struct canvas canvas;
    struct status status;
    struct ahead ahead;
    uint64_t next_id;
    int busy;       /* handlers running: closing waits for them */
    uint64_t shown; /* id of the screen that was on top last */
    bool dirty;
    bool bell;       /* ring at the next paint … */
    bool quiet;      /* … or never */
    bool repaint;    /* paint every cell, changed or not (Ctrl-L) */
    bool drop_input; /* forget what was typed ahead */
    unsigned said;   /* messages so far */
    bool measures;   /* Ctrl-L was pressed twice: what keys and requests cost is shown */
    bool repainted;  /* by the key before */
    char measured[160];
    int64_t round_trip_ms; /* of the last request; below 0: none yet */
    int min_rows,
        min_cols; /* below these nothing is drawn but that, and no key is taken; 0: any size will do */

    /* What screens do not use: global keys (palette, help, tasks …). Returns screen flags. May be NULL. */
    unsigned (*unused_key)(void *context, const struct key *key);

    /* What F1 says of the screen below the keys, and where links of a help lead. May be NULL. */
    void (*more_help)(void *context, struct screen *screen, struct help_lines *lines);
    void (*follow)(void *context, const char *link);

    /* Every key, before the screen has it (true: it shall not), and after. May be NULL. */
    bool (*watch)(void *context, const struct key *key, bool after);

    /* What is typed on the command line to get to this screen; adds nothing where nothing leads there. May be NULL. */
    void (*code)(void *context, struct screen *screen, struct str *out);
    void *context;
};

void ui_init(struct ui *ui, int rows, int cols);
void ui_finish(struct ui *ui); /* closes every screen */

/* Puts a screen on the present task, or on a new task of its own. The ui owns it from here and calls its
 * close. */
void ui_open(struct ui *ui, struct screen *screen);
void ui_open_task(struct ui *ui, struct screen *screen);

/* Closes at once, or when the running handler has returned. Screens over it go first. may_close is not asked.
 */
void ui_close(struct ui *ui, struct screen *screen);
void ui_close_all(struct ui *ui);

/* Translated; nothing is added, and NULL is returned, where it has none. */
void screen_title(struct screen *screen, struct str *out);
const char *screen_help(struct screen *screen);

/* What is not a key but may close the screen it works for, as an answer may, stands between these two. */
void ui_hold(struct ui *ui);
void ui_release(struct ui *ui);
struct screen *ui_top(const struct ui *ui); /* NULL: nothing is open, time to end */
struct screen *ui_find(const struct ui *ui, uint64_t id);
size_t ui_task_count(const struct ui *ui);
void ui_next_task(struct ui *ui);

void ui_key(struct ui *ui, const struct key *key);
void ui_tick(struct ui *ui, int64_t now_ms);
void ui_resize(struct ui *ui, int rows, int cols);

/* The window is smaller than any screen can be. */
bool ui_too_small(const struct ui *ui);

/* A screen whose model changed without a key (an answer came) says so. */
void ui_redraw(struct ui *ui);
void ui_draw(struct ui *ui); /* into ui->canvas */
struct area ui_body(const struct ui *ui);

/* The message line: stays until the next key, an error until a key that was used. printf-like, already
 * translated. */
void ui_say(struct ui *ui, enum role role, const char *format, ...) printf_like(3, 4);

/* A list of the keys valid now, to read and to run ("?"). */
void ui_show_keys(struct ui *ui);

/* The same below the screen's help text (F1). */
void ui_show_help(struct ui *ui);

/* The plain mode's text of the top screen. */
void ui_plain(struct ui *ui, struct str *out);
