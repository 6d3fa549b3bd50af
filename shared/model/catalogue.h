/*
 * What the server says may be done, as the client keeps it: entities with their fields, lists, forms and actions, and the menu. Made from the
 * rows of session.describe, kept on disk as those same lines, so a start asks only for what changed.
 */
#pragma once

#include "base/map.h"
#include "base/str.h"
#include "model/field.h"

#include <jansson.h>

struct arena;

struct catalogue_action {
    const char *name, *label, *help;
    char key;                /* letter on the key bar; 0: none */
    const char *quick;       /* does it from the command line: "d" for `d 1042 v07`; NULL: none */
    const char *const *from; /* states, ended by NULL; "*" alone: any */
    const char *to;          /* NULL: unchanged */
    const char *state;       /* name of the state column it goes by; NULL: none */
    const char *confirm;     /* msgid of the question, NULL: none */
    const char *undo;        /* the action that takes it back, NULL: none */
    bool bulk, danger, reason;
    bool checked; /* it may be kept from a record by more than its state: rows say so when asked */
    bool beside; /* its form shows what stands in the record beside arguments of the same names */
    const struct choice *reasons; /* offered, ended by a row without code; NULL: free text */
    const struct field *args;
    size_t nargs;
};

struct catalogue_tab {
    const char *label;
    const char *const *fields; /* names, ended by NULL */
};

struct catalogue_entity {
    const char *name, *area, *label, *plural, *help, *scope;
    const char *code;            /* typed on the command line, NULL: none */
    const char *quick;           /* a shorter one beside it, NULL: none */
    const char *title;           /* field that names a record, NULL: id */
    const char *view;            /* desk, NULL: none */
    const char *state;           /* column of the flow, NULL: none */
    const struct choice *states; /* in the order of the flow line; NULL: none */
    const char *sort;
    bool hidden, big;
    bool files; /* its records take files */
    const struct field *fields;
    size_t nfields;
    const char *const *columns; /* ended by NULL */
    const struct catalogue_tab *tabs;
    size_t ntabs;
    const struct catalogue_action *actions;
    size_t nactions;
    const char *const *verbs; /* full names, ended by NULL */
    const char *hash;
    const char *json; /* the row as it came, for the file */
};

struct catalogue_item {
    const char *label, *key;
    const char *entity, *desk, *report; /* one of them, or none where there are children */
    const struct catalogue_item *children;
    size_t nchildren;
};

struct catalogue {
    struct arena *arena;
    struct map by_name;
    const struct catalogue_entity **entities; /* in the server's order */
    size_t count;
    const struct catalogue_item *menu;
    size_t nmenu;
    const char *hash;
    const char *menu_json;
};

/* Before the first login: nothing is there. Catalogues do not change once they are made. */
struct catalogue *catalogue_create_empty(void) must_check;

/*
 * A new one from the answer to session.describe: the rows as they came, and the final object. What is not among the rows is taken over from
 * `before` (NULL: nothing), if the answer still names it. NULL when a row or the answer is not understood.
 */
struct catalogue *catalogue_create(const struct catalogue *before, const char *const *rows, size_t nrows,
                                   const char *answer) must_check;
void catalogue_destroy(struct catalogue *catalogue);

/* {"entity":"hash",…}: the argument `have`. */
void catalogue_write_have(const struct catalogue *catalogue, struct str *out);

/* As lines for a file, and back; NULL when the text is none of ours. */
void catalogue_write(const struct catalogue *catalogue, struct str *out);
struct catalogue *catalogue_read(const char *text) must_check;

/* Each is the catalogue's own; NULL: there is none. A code is what is typed on the command line. */
const struct catalogue_entity *catalogue_entity(const struct catalogue *catalogue, const char *name);
const struct catalogue_entity *catalogue_entity_of_code(const struct catalogue *catalogue, const char *code);
const struct field *catalogue_field(const struct catalogue_entity *entity, const char *name);

/* The field meant by a name or the only one that begins so: a filter_lookup for typed lines, context is the entity. */
const struct field *catalogue_field_guess(const void *entity, const char *name);
const struct catalogue_action *catalogue_action(const struct catalogue_entity *entity, const char *name);
bool catalogue_may(const struct catalogue *catalogue, const char *verb); /* "rescue.dispatch" */
bool catalogue_action_from(const struct catalogue_action *action, const char *state);

/* ---- for catalogue.c: one row and the menu taken apart, into the arena */
struct catalogue_entity *catalogue_parse_entity(struct arena *arena, const char *json);
const struct catalogue_item *catalogue_parse_menu(struct arena *arena, const json_t *menu, size_t *count_r);
