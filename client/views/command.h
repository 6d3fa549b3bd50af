/*
 * The command line: screens by code, name or letters of it, new records (`ro+`), records (`ro 0042`: opened when only one is found), the keys of
 * the screen below, sums (`= 12*3.5`), and what the program itself can do.
 */
#pragma once

#include "client/views/context.h"

/* `typed` stands in it already. */
void command_open(struct app_context *app, const char *typed);

/* From one open task to the other; with more than two, a list of them. */
void tasks_open(struct app_context *app);
