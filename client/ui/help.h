#pragma once

#include "client/ui/screen.h"

/*
 * A text to scroll and search (/ and n). Lines that begin with "# " are headings. A line may carry a key:
 * Enter on it closes the help and sends the key to the screen below.
 */
struct help_line {
    const char *text; /* wrapped by the viewer; "\n" makes new lines */
    int code;         /* K_NONE: only text */
};

void help_open(struct ui *ui, const char *title, const struct help_line lines[], size_t count);
