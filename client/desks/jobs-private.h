/* For the files of the orders at hand only: the rows know nothing of asking. */
#pragma once

#include "client/desks/jobs.h"

extern const struct table_model jobs_model;

void jobs_forget_rows(struct jobs *jobs);

/* A page replaces what is there (jobs->replacing) or goes behind it; rows awaiting an answer keep their marks. */
void jobs_take_page(struct jobs *jobs, const json_t *rows);

/* A row read again by itself: new, changed, or not one of these any more. An older version than the one here is dropped. */
void jobs_merge(struct jobs *jobs, const json_t *row);
void jobs_remove(struct jobs *jobs, int64_t id);

/* Asks for the next page, or the first. */
void jobs_read_more(struct jobs *jobs);
