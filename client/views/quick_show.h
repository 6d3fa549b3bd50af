/* The code that leads to what is shown, so that people learn it by seeing it: `ro state=new`, `ro R2611220042`, `ro R2611220042 d V07`, `cu+`. */
#pragma once

#include "client/views/context.h"

/* Adds nothing where no code leads there. */
void quick_of_screen(struct app_context *app, struct screen *screen, struct str *out);
