/* The verbs that write files: E.export and E.print. */
#pragma once

#include "server/entity/entity.h"

/* For the registry, once an entity. */
void export_register(const struct entity *entity);
