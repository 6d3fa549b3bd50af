#pragma once

#include "client/ui/input.h"

/* A multi-line input that wraps at its width. */
struct textarea {
    struct edit edit;
    int scroll; /* first line shown */
    int cols;   /* of the last drawing: what Up and Down move by */
    int rows;
    bool readonly;
    bool required, invalid;
    bool cut; /* of what was put in last not all had room */
};

void textarea_init(struct textarea *area, size_t max);
void textarea_finish(struct textarea *area);
void textarea_set(struct textarea *area, const char *text);
void textarea_go_end(struct textarea *area);
const char *textarea_text(const struct textarea *area);

/* As a field, and Up, Down, PgUp, PgDn, Enter. Up in the first line and Down in the last are INPUT_UNUSED. */
enum input_result textarea_key(struct textarea *area, const struct key *key);
void textarea_draw(struct textarea *area, struct canvas *canvas, struct area where, bool focused);
