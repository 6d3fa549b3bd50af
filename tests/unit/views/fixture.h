/* A ui without a terminal, a catalogue of a small company, and a link that is played by the test. */
#pragma once

#include "../test.h"

#include <string.h>

#include "client/views/context.h"
#include "model/catalogue.h"

extern struct ui ui;
extern struct app_context app;

int fixture_setup(void **state);
int fixture_teardown(void **state);

const struct catalogue_entity *entity(const char *name);

/* Keys by name as on the key bar ("Enter", "F10", "^D", "Esc") or text, one argument after the other, ended by NULL. */
void keys(const char *first, ...) __attribute__((sentinel));
void type(const char *text);

/* The screen as drawn now. */
const char *shown(void);
void assert_shown(const char *text);
void assert_hidden(const char *text);

/* ---- the link ---- */

/* Requests not yet answered, the oldest first. */
size_t asked_count(void);
const char *asked_verb(size_t index);
const json_t *asked_args(size_t index); /* compact, keys as sent */
const char *asked_text(size_t index);

/* Answers the oldest request with this verb; fails the test when there is none. */
void answer(const char *verb, const char *json);
void stream(const char *verb, const char *row); /* a row before the answer */
void refuse(const char *verb, const char *json); /* an error object with its code */
void set_line(enum link_state state); /* LINK_READY at first */
void look_for_holds(void); /* they stand among the requests then */
void log_in_as(const char *json); /* what session.login answers; at first nothing of it is known */
void permit(const char *verb, bool permitted);   /* all are, at first */

#define run_views(tests) cmocka_run_group_tests(tests, NULL, NULL)
#define view_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
