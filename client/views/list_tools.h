/* What lists of every entity offer as tools: which columns, kept filters, marks … */
#pragma once

#include "client/views/rows.h"

/* As this person has the columns of this entity: before the first reading. */
void list_columns_load(struct rows *rows);
void list_columns_register(void);

/* The filter kept under a digit; 0: no filter, columns and order as they are without one. false: there is none. */
bool list_saved_apply(struct rows *rows, int digit);

/* The one kept for the opening of the list; false: there is none. Reads. */
bool list_saved_open(struct rows *rows);
void list_saved_keys(const struct rows *rows, struct key_bar *bar); /* digits that mean something */
void list_saved_register(void);

void list_act_register(void);
void list_kept_register(void);
void list_line_register(void);
void list_marks_register(void);
void list_results_register(void);
