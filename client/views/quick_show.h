/* The code that leads to what is shown, so that people learn it by seeing it: `ro state=new`, `ro R2611220042`, `ro R2611220042 d V07`, `cu+`. */
#pragma once

#include "client/views/context.h"

/* Adds nothing where no code leads there. */
void quick_of_screen(struct app_context *app, struct screen *screen, struct str *out);

/* The record as a quick code names it: its number or code, else "#12". */
void quick_add_record(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                      struct str *out);
