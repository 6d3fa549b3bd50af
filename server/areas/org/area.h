/* What other areas may ask of org. */
#pragma once

#include "server/entity/entity.h"

extern const struct area org_area;

/* Every permission of the verb registry once, by name, with its verb's label: what a role may hold. */
const struct base_choice *org_permission_choices(struct arena *arena, size_t *count_r);
