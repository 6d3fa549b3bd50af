#pragma once

#include "client/ui/screen.h"
#include "client/ui/term.h"

/*
 * The ui on its terminal, for a loop that belongs to somebody else:
 *   readable(term_in)                 → front_read, front_paint
 *   writable(term_out) while unsent   → front_write
 *   after front_wait_ms               → front_timeout, front_paint
 *   SIGWINCH                          → front_resized, front_paint
 * front_paint is cheap when nothing changed: call it at the end of every turn.
 */
enum { FRONT_MIN_ROWS = 20, FRONT_MIN_COLS = 40 };

struct front {
    struct ui *ui;
    struct term *term;
};

void front_init(struct front *front, struct ui *ui, struct term *term);
must_check int front_read(struct front *front);
must_check int front_write(struct front *front);
int front_wait_ms(const struct front *front);
void front_timeout(struct front *front);
void front_resized(struct front *front);
void front_resumed(struct front *front); /* after SIGCONT: the shell has had the terminal meanwhile */
must_check int front_paint(struct front *front);
