/* The rows of every entity, looked at one by one. */
#pragma once

#include "server/entity/entity.h"

/* Says what is wrong with whom; the table fails. */
void fault(const struct entity *entity, const char *what, const char *which);

/* rows.c: names, arguments, defaults, conditions. flows.c: states, steps, keys. */
void look_rows(const struct entity *entity);
void look_flow(const struct entity *entity);
