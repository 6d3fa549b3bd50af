#pragma once

#include "client/ui/choices.h"
#include "client/ui/input.h"
#include "client/ui/screen.h"

/*
 * Dialogs are screens like any other: opening one returns at once, and `done` is called when the person has
 * answered. It is not called when the stack is torn down. Texts are copied. Inside `done` the dialog is
 * closed already, so the context should be the screen below, which outlives it.
 */
struct dialog_answer {
    int key;          /* the letter, lower case; K_CANCEL for Esc; K_ENTER for a choice or a text */
    int64_t id;       /* of the choice */
    const char *text; /* of the choice or the field; valid during the call */
};
typedef void dialog_done(void *context, const struct dialog_answer *answer);

struct dialog_button {
    char key;          /* a letter */
    const char *label; /* translated */
};

/* Any key closes it. done may be NULL. */
void dialog_message(struct ui *ui, const char *title, const char *text, dialog_done *done, void *context);

/* Letters answer. A destructive question forgets what was typed ahead, and Enter does nothing in it. Returns its id. */
uint64_t dialog_confirm(struct ui *ui, const char *title, const char *text,
                        const struct dialog_button buttons[], int count, bool destructive, dialog_done *done,
                        void *context);

/* Yes (y) and No (n) in the person's language. */
uint64_t dialog_yes_no(struct ui *ui, const char *title, const char *text, bool destructive,
                       dialog_done *done, void *context);

/* What it asks is no question any more: it goes, and nobody is told an answer. Nothing when it was answered already. */
void dialog_withdraw(struct ui *ui, uint64_t dialog);

/* Takes over the choices (they are emptied). Typing narrows them. */
void dialog_choose(struct ui *ui, const char *title, struct choices *choices, dialog_done *done,
                   void *context);

struct dialog_ask {
    const char *title, *text, *label;
    enum input_kind kind;
    size_t max;
    bool required;
    const char *value; /* to begin with; may be NULL */
    const char *(*check)(void *context,
                         const char *text); /* NULL or what is wrong, translated; may be NULL */
};
uint64_t dialog_ask(struct ui *ui, const struct dialog_ask *ask, dialog_done *done, void *context);

/* The line that dialog_ask() asks for; NULL: the screen is another. Borrowed. */
const struct input *dialog_line(struct screen *screen);
