/*
 * What is typed ahead: keys pressed while the screen waits for the rows they are meant for, or for the answer to what it has submitted. They
 * are kept and given to what is on top when that is there, so a practised hand need not look; what is shown meanwhile are rows of another
 * question, or a box that is done with, and nothing may be done to those by mistake.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/ui/key.h"

struct ui;

enum { AHEAD_MAX = 64, AHEAD_PATIENCE_MS = 1500 };

struct ahead {
    struct key keys[AHEAD_MAX];
    int count;
    int64_t since_ms; /* of the first tick since keys are kept; 0: none came yet */
    bool going;       /* kept keys are being given */
    bool out_of_patience;
};

/* true: the key is kept (or refused with a bell, where no more fit). Esc and Ctrl-C are never kept: they drop what is. */
bool ahead_keep(struct ui *ui, const struct key *key);

/* Gives what is kept to the top screen, as far as it does not wait again. Before painting. */
void ahead_go(struct ui *ui);

/* What was submitted is refused, or another screen comes than the one expected: the keys were meant for neither. */
void ahead_forget(struct ahead *ahead);

/* Who has waited for rows for long sees what is there, and means it. From the ui's tick. */
void ahead_tick(struct ui *ui, int64_t now_ms);
