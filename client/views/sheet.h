/*
 * Fields being filled in: the model behind the form, the arguments of an action, a row of a line table, and the desks that take things in. A
 * sheet is a member of its screen's struct; it holds values in the protocol's form, and one input for the field that has the cursor.
 */
#pragma once

#include "base/arena.h"
#include "client/ui/choices.h"
#include "client/ui/input.h"
#include "client/ui/textarea.h"
#include "client/views/context.h"
#include "model/field.h"

struct sheet;

struct sheet_entry {
    const struct field *field;
    size_t tab;
    char *value;  /* protocol text; NULL: empty. Codes of a set joined by commas */
    char *label;  /* of a reference: the words for it */
    char *server; /* the value as the server has it */
    char *server_label;
    char *typed; /* what was typed and is no value (yet); NULL: the value stands */
    char *trouble;
    char *now;                 /* what stands in the record at present, in words; NULL: it is not told */
    json_t *lines;             /* FIELD_LINES: the rows, an array; NULL: none */
    json_t *server_lines;      /* as the server has them */
    json_t *half;              /* of a draft: the row of them that was being typed; NULL: none was */
    json_t *line_faults;       /* what the server found wrong in them: "0.phone" → words; NULL: nothing */
    bool readonly;             /* here and now, whatever the field says */
    bool marked;               /* ~ beside its label: the change that is looked at touched it */
    int row, col, width, rows; /* where it stands on its tab, by the last layout; rows 0: not shown */
};

struct sheet_ops {
    void (*changed)(struct sheet *sheet, struct sheet_entry *entry); /* a value is another; may be NULL */
    void (*leave)(struct sheet *sheet); /* Enter in the last field; may be NULL */
    /* What was typed, beyond what its field says of it: NULL, or what is wrong, translated. May put the value in its normal form, in the
     * arena; may be NULL. */
    const char *(*judge)(struct sheet *sheet, const struct sheet_entry *entry, struct arena *arena,
                         const char **value);
};

enum sheet_result { SHEET_UNUSED, SHEET_USED, SHEET_REFUSED };

struct sheet {
    struct app_context *app;
    struct screen *screen;
    const struct sheet_ops *ops;
    VEC(struct sheet_entry) entries;
    VEC(const char *) tabs; /* msgids */
    size_t tab, focus;      /* focus: entry */
    bool readonly;          /* shows, and takes no keys but moves */

    struct input input;
    struct textarea note;
    uint64_t part; /* the screen that a set or a line table was opened on last; 0: none */
    bool editing;  /* input or note belongs to `focus` */
    bool edited;   /* and its text is not the entry's any more */
    bool arrived;  /* no key was pressed in the field yet: a value that is one thing is selected */
    struct choices pop;
    uint64_t asked;   /* look-up under way; 0: none */
    bool take_unique; /* Enter was pressed before the look-up's answer came */
    bool forward;     /* and the cursor goes on then */
    struct area room; /* where look-ups may hang over; rows 0: the area drawn into */
    int scroll;       /* first line of the tab shown */
    int cols;         /* of the last layout */
    int label_cols;
    int label_most;      /* cells its labels may take; 0: the usual */
    bool one_column;     /* also where two would have room */
    const char *nothing; /* what stands in a set without members, a msgid; NULL: "none" */
};

void sheet_init(struct sheet *sheet, struct app_context *app, struct screen *screen,
                const struct sheet_ops *ops);
void sheet_finish(struct sheet *sheet);

/* Tabs first, then the fields of each. Without a tab everything stands on one. */
void sheet_add_tab(struct sheet *sheet, const char *label);
struct sheet_entry *sheet_add(struct sheet *sheet, const struct field *field);
struct sheet_entry *sheet_find(const struct sheet *sheet, const char *name); /* NULL: none */

/* Values by field name with `<name>_label` beside them, as E.get sends them: what the server has. With `keep`, fields the person has changed keep
 * their value. */
void sheet_load(struct sheet *sheet, const json_t *row, bool keep);

/* Values somebody proposes: not the server's. */
void sheet_fill(struct sheet *sheet, const json_t *values);
/* What stands in a record, to be shown beside the fields of the same names. */
void sheet_tell_now(struct sheet *sheet, const json_t *row);
void sheet_defaults(struct sheet *sheet); /* .init of a new record */
void sheet_set(struct sheet *sheet, const char *name, const char *value, const char *label);
void sheet_set_lines(struct sheet *sheet, struct sheet_entry *entry, json_t *lines); /* takes the reference */
const char *sheet_value(const struct sheet *sheet, const char *name); /* NULL: empty or no such field */

bool sheet_dirty(const struct sheet *sheet); /* also when something is half typed */
bool sheet_entry_changed(const struct sheet_entry *entry);
bool sheet_entry_shown(const struct sheet *sheet, const struct sheet_entry *entry);
bool sheet_entry_fixed(const struct sheet *sheet, const struct sheet_entry *entry); /* cannot be typed in */

/* Takes what is being typed into the model. */
void sheet_commit(struct sheet *sheet);

/* Checks everything; false: the cursor stands in the first field in trouble and the message line says why. */
bool sheet_check(struct sheet *sheet);

/* Puts words of the server at a field and the cursor into it; false: there is no such field here. */
bool sheet_accuse(struct sheet *sheet, const char *name, const char *words);

/* The same for "contacts.2.phone", the phone of the second line; false: it is no such name, or of no field here. */
bool sheet_accuse_line(struct sheet *sheet, const char *name, const char *words);

/* The fields that changed, null for emptied ones; or with `all` every one that is not empty. A new reference. */
json_t *sheet_changes(const struct sheet *sheet, bool all);

/* For its screen's `waiting`: the only record that the letters mean is still being looked up, and the cursor goes on when it is here: what is
 * typed until then is for the next field. */
enum screen_wait sheet_waiting(const struct sheet *sheet);

/* Moves, edits, looks up; opens lists of ticks and line tables. */
enum sheet_result sheet_key(struct sheet *sheet, const struct key *key);
void sheet_focus(struct sheet *sheet, const char *name);
struct sheet_entry *sheet_current(struct sheet *sheet); /* NULL: no field is shown */
void sheet_draw(struct sheet *sheet, struct canvas *canvas, struct area area);
void sheet_keys(const struct sheet *sheet, struct key_bar *bar); /* of the field with the cursor */
void sheet_plain(struct sheet *sheet, struct str *out);
void sheet_language(struct sheet *sheet); /* the words are others now */

/* Changes, half-typed text and place as JSON, and back into a sheet of the same fields. */
json_t *sheet_save(struct sheet *sheet);
void sheet_restore(struct sheet *sheet, const json_t *saved);
