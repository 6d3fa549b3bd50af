/* The first screen: what this person may do, by number, code or a few letters; and while a company is being set up, what is still to do. */
#pragma once

#include "client/views/context.h"

void menu_open(struct app_context *app);

/* The catalogue is another. */
void menu_changed(struct app_context *app);
