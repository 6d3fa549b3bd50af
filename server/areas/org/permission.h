/* What a role's permission is made of: the name of a verb's permission and, behind @, a scope. */
#pragma once

#include "server/entity/entity.h"

#include <stdbool.h>

/* One of own, branch, below, all. */
bool permission_scope_valid(const char *scope);

/* The part before @ is the permission of some verb, and what stands behind it a scope. */
bool permission_valid(const char *permission);
