#pragma once

#include "base/arena.h"
#include "client/ui/screen.h"

/*
 * A text to scroll and search (/ and n). Lines that begin with "# " are headings. A line may carry a key:
 * Enter on it closes the help and sends the key to the screen below. Or a link: Enter hands it to ui->follow,
 * and the help stays where it was, to come back to.
 */
struct help_line {
    const char *text; /* wrapped by the viewer; "\n" makes new lines */
    int code;         /* K_NONE: only text */
    const char *link; /* NULL: none */
};

void help_open(struct ui *ui, const char *title, const struct help_line lines[], size_t count);

/* Lines being put together, their texts in the arena. */
struct help_lines {
    struct arena *arena;
    VEC(struct help_line) lines;
};
void help_add(struct help_lines *lines, const char *text, int code, const char *link);
