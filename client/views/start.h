/*
 * Where the program begins: at the screen this person chose (preference settings/start: {"code": …}), else at the desk of those who have just that one
 * (the driver's), else at the menu, which lies under it anyway.
 */
#pragma once

#include "client/views/context.h"

void start_register(void); /* the tool that chooses */

/* Once after login, over the menu. */
void start_open(struct app_context *app);
