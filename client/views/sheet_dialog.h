/*
 * A sheet in a box: the arguments of an action, a row of a line table, anything asked in a few fields. It stays open until its values are
 * accepted, so what was typed survives a refusal.
 */
#pragma once

#include "client/views/sheet.h"

/* The values as JSON of the protocol, to be taken over. The dialog is open still: answer with sheet_dialog_close or _accuse. */
typedef void sheet_submit(struct screen *below, uint64_t dialog, json_t *values, void *context);

struct sheet_dialog {
    const char *title, *text;   /* copied; text may be NULL */
    const struct field *fields; /* live as long as the dialog: the catalogue's, or static */
    size_t nfields;
    const struct field *first; /* one more before them; may be NULL */
    const json_t *values;      /* to begin with, by field name; may be NULL */
    const json_t *draft;       /* what a person gave already (sheet_restore); may be NULL */
    bool whole; /* hand over every field that is not empty; else those that differ from `values` */
    bool readonly;
    sheet_submit *submit;
    void (*cancelled)(struct screen *below, void *context); /* may be NULL */
    void *context;
};

/* Opens it over `below`, which outlives it. Returns its id. */
uint64_t sheet_dialog_open(struct app_context *app, struct screen *below, const struct sheet_dialog *what);
void sheet_dialog_close(struct app_context *app, uint64_t dialog);

/* Puts words at a field; false: the dialog or the field is not there. With name NULL they stand on the message line. */
bool sheet_dialog_accuse(struct app_context *app, uint64_t dialog, const char *name, const char *words);

/* What stands in a record, beside the fields of the same names. */
void sheet_dialog_tell_now(struct app_context *app, uint64_t dialog, const json_t *row);

/* The sheet of a box; NULL: the screen is no box. Borrowed. */
struct sheet *sheet_dialog_sheet(struct screen *screen);

/* The words of a reference chosen in it; NULL: none. Valid until the dialog changes. */
const char *sheet_dialog_label(struct app_context *app, uint64_t dialog, const char *name);
