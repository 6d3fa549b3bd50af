/*
 * The command line: screens by code, name or letters of it, new records (`ro+`), records by a few letters, quick codes (quick.h), the keys of the
 * screen below, sums (`= 12*3.5`), and what the program itself can do.
 */
#pragma once

#include "client/views/context.h"

/* Opens it over whatever is shown, with the letter that was typed, or "". */
void command_register(void);
void command_open(struct app_context *app, const char *typed);

/* Does what the line means; false: it is no command. */
bool command_run(struct app_context *app, const char *line);

/* The code that leads to what this screen shows, if there is one; it is remembered for the command line. */
void command_code(struct app_context *app, struct screen *screen, struct str *out);

/* The open tasks: with two of them at once to the other, with more a list to choose from. */
void tasks_open(struct app_context *app);
void tasks_register(void);
