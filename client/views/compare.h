/* Fields side by side: mine, theirs and what was; then and now. A list of them with a cursor, and below it in full the one under the cursor. */
#pragma once

#include "client/ui/canvas.h"
#include "client/ui/key.h"
#include "client/ui/linear.h"
#include "client/views/context.h"
#include "model/field.h"

enum { COMPARE_SIDES = 3 };

struct compare_line {
    const char *label;
    /* In the arena, or longer-lived; several lines for notes and line tables. */
    const char *texts[COMPARE_SIDES];
    unsigned chosen; /* bits of sides */
};

struct compare {
    const char *heads[COMPARE_SIDES];
    int sides;
    bool chooses; /* a side is marked in each line */
    size_t (*count)(void *context);
    void (*line)(void *context, struct arena *arena, size_t index, struct compare_line *line_r);
    void *context;
    size_t cursor, top;
    int page;
};

/* Up, Down, PgUp, PgDn, Home, End; false: none of these. */
bool compare_key(struct compare *compare, const struct key *key);
void compare_draw(struct compare *compare, struct canvas *canvas, struct area area);
void compare_linear(struct compare *compare, struct linear *linear);
void compare_plain(struct compare *compare, struct str *out);

/* A field of a row in words; of a line table each row in a line of its own. */
const char *compare_value(const struct app_context *app, struct arena *arena, const struct field *field,
                          const json_t *row);
const char *compare_lines(const struct app_context *app, struct arena *arena, const struct field *field,
                          const json_t *lines);
