/*
 * Quick codes: what a line of the command line means. Nothing is asked and nothing is opened here.
 *     cu                    the list              ro state=new axle     the list, filtered
 *     cu+ name=王五          a new one, filled in   c 1380013             the one record found by this, or those
 *     ro 1042 d v07         an action on it, its arguments in their order or by name: an action with a code of its own may stand in front,
 *     d 1042 v07            which is the same.    ro #12                the record with this id          = 12*3.5    a sum
 * A word in double quotes is one, and is neither a term, a name nor an action; two double quotes in it are one.
 */
#pragma once

#include "base/str.h"
#include "model/catalogue.h"

enum quick_kind { QUICK_NONE, QUICK_SUM, QUICK_LIST, QUICK_NEW, QUICK_RECORD, QUICK_ACTION };

enum { QUICK_ARGS = 32 };

struct quick_arg {
    const char *name; /* of the field; NULL: the next one */
    const char *text; /* as typed */
};

struct quick {
    enum quick_kind kind;
    const struct catalogue_entity *entity;
    const struct catalogue_action *action;
    bool by_key;        /* the action was named by its letter, which several may have, in different states */
    const char *part;   /* of records and actions: by what the record is found; "#12" is its id */
    const char *filter; /* of a list; "": all */
    const char *sum;    /* behind the `=` */
    struct quick_arg args[QUICK_ARGS];
    size_t nargs;
};

/* Texts are in the arena. More words than there is room for are an error: QUICK_NONE. */
enum quick_kind quick_parse(const struct catalogue *catalogue, const char *line, struct arena *arena,
                            struct quick *quick_r);

/* A line that means this, with the entity's code: what is read is what was written. */
void quick_write(const struct quick *quick, struct str *out);

/* One word, in quotes where it needs them. */
void quick_write_word(const char *word, struct str *out);

/* Whether an action takes such an argument: one of its own, or the reason. */
const struct field *quick_arg_field(const struct catalogue_action *action, const char *name);
