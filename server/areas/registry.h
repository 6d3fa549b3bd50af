/* All areas, in the order of the menu; the array is made from the words in meson.build. */
#pragma once

#include "server/entity/entity.h"

extern const struct area *const registry_areas[];
extern const size_t registry_count;

/* Registers every entity and verb, and hands base data's choices to the entity floor. In main, before threads. */
void registry_register(void);
