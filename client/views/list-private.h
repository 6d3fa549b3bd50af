/* For the files of the list only. */
#pragma once

#include "base/arena.h"
#include "client/ui/input.h"
#include "client/ui/key.h"
#include "client/views/rows.h"

/* What is being typed above the rows. */
enum list_line { LIST_NO_LINE, LIST_FILTER, LIST_JUMP };

struct list {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    struct rows rows;
    struct input input; /* of the line, while it is open */
    enum list_line typing;
    uint64_t completing; /* look-up for a value of the filter under way */
    bool asked;
    struct area line_at;          /* where the line stands */
    char *fixed_line;             /* the filter it was opened with: Esc does not take it away */
    const struct list_face *face; /* a desk's; NULL: the list as it is */
    void *context;                /* the desk's own */
};

struct catalogue_action;

struct list *list_of(struct screen *screen);

/* list_act.c: the action on the marked rows, or on the one under the cursor */
void list_act(struct list *list, const struct catalogue_action *action);
const char *list_disable_verb(struct list *list); /* "disable" or "enable", of the row under the cursor */
bool list_disable(struct list *list); /* that; false: it is not for this person, or not for these records */
struct list *list_of_rows(struct screen *screen); /* NULL: it is no generic list */

/* list_results.c */
struct action_outcome;
void list_results_open(struct list *list, const struct action_outcome *outcome);

/* list_line.c */
void list_line_open(struct list *list, enum list_line line);
void list_line_close(struct list *list);
unsigned list_line_key(struct list *list, const struct key *key);
void list_line_keys(const struct list *list, struct key_bar *bar);
void list_line_draw(struct list *list, struct canvas *canvas, struct area area);
/* Back into the line, when the table was drawn. */
void list_line_cursor(struct list *list, struct canvas *canvas);
const char *list_line_label(struct list *list, struct arena *arena);

/* list_kept.c: what is typed into the line is kept */
void list_keep_line(struct list *list);

/* list_filter.c */
const struct field *list_filter_same_field(struct list *list); /* of the picked column; NULL: not asked by */
/* Rows with the same value in the picked column; false: there is none. */
bool list_filter_same(struct list *list);
void list_complete_filter(struct list *list); /* Tab: the field's name, what is asked of it, its values */
/* Meant by the name that begins a term; NULL: none. */
const struct field *list_filter_field(struct list *list, const char *word);
const char *list_record_title(struct list *list, struct arena *arena, const json_t *row);
