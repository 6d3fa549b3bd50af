#pragma once

#include "client/ui/dialog.h"

/* What every dialog has. The members that a kind does not use stay empty. */
struct dialog {
    struct screen screen;
    char *title, *text;
    int top, hidden; /* lines of the text scrolled past; those that have no room at once */
    dialog_done *done;
    void *context;

    struct dialog_button buttons[8]; /* labels are copies */
    int button_count;
    bool destructive;

    VEC(struct choices_item) all; /* everything to choose from; `choices` has what the typed letters leave */
    struct choices choices;
    struct input field;
    bool has_field;
    char *label, *trouble;
    bool required;
    const char *(*check)(void *context, const char *text);
};

struct dialog *dialog_create(const struct screen_ops *ops, const char *title, const char *text,
                             dialog_done *done, void *context);
struct dialog *dialog_of(struct screen *screen);
void dialog_free(struct screen *screen);

/* Up, Down, PgUp and PgDn, where the text has no room at once. */
bool dialog_scroll(struct dialog *dialog, const struct key *key);

/* Answers once: the dialog is closing when `done` runs. Returns the flags for the key handler. */
unsigned dialog_answer(struct dialog *dialog, const struct dialog_answer *answer);
unsigned dialog_cancel(struct dialog *dialog);

/* The box in the middle with the text in it, and `extra` rows left below the text: those are returned. */
struct area dialog_draw_box(struct dialog *dialog, struct canvas *canvas, struct area body, int extra,
                            int min_cols);
void dialog_plain(struct dialog *dialog, struct str *out);
