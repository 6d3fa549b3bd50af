/* For the files of the sheet only. */
#pragma once

#include "client/views/sheet.h"

void sheet_put(struct sheet *sheet, struct sheet_entry *entry, const char *value, const char *label);
void sheet_trouble(struct sheet_entry *entry, const char *words); /* NULL: none any more */
const char *sheet_half_words(void);    /* what is wrong with a line table in which a row was being typed */
void sheet_begin(struct sheet *sheet); /* the input takes the focused entry's text */
void sheet_drop(struct sheet *sheet);  /* and gives it up without taking it over */
bool sheet_move(struct sheet *sheet, int step); /* to the next field shown; false: there is none */
void sheet_go(struct sheet *sheet, size_t entry);
void sheet_layout(struct sheet *sheet, int cols);
const char *sheet_text(struct sheet *sheet, struct arena *arena, const struct sheet_entry *entry);

/* Look-ups and choices under the field. */
void sheet_pop_close(struct sheet *sheet);
void sheet_pop_typed(struct sheet *sheet); /* the text is another: narrow, ask */
void sheet_pop_open(struct sheet *sheet);  /* F4; once more: the whole list */
bool sheet_pop_may_create(const struct sheet *sheet, const struct sheet_entry *entry);
void sheet_pop_create(struct sheet *sheet); /* F6: a new record with what was typed */
void sheet_pop_take(struct sheet *sheet);
bool sheet_pop_wanted(const struct sheet_entry *entry);
/* False: the field is to be left when an answer has come, or not at all. */
bool sheet_settle(struct sheet *sheet, bool forward);
