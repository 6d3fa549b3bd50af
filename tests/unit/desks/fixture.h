/* The desks without a server: a catalogue of the rescue line, and the played link of the views' tests. */
#pragma once

#include "../views/fixture.h"

#include "client/desks/desks.h"

int desks_setup(void **state);
int desks_teardown(void **state);

/* From the menu; the watching is answered. */
void open_a_desk(const struct desk *desk);

/* Half a second passes at once: what is asked a moment later is asked. */
void settle(void);

/* {"rows":[…]} */
void answer_rows(const char *verb, const char *rows);

/* Whether it was asked and not answered; its arguments, of the first. */
bool is_asked(const char *verb);
const json_t *asked_of(const char *verb);
const char *asked_value(const char *verb, const char *name); /* as JSON text; "" when it is absent */

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desks_setup, desks_teardown)
