/* A named set of permissions. A permission is a verb, with a scope of its own behind @ where it differs from the role's. */
#pragma once

#include "server/entity/entity.h"

struct role {
    const char *code;
    const char *name;
    const char *help;
    const char *scope;
    struct text_set permissions;
    bool shipped;
    int64_t position;
};

extern const struct entity role_entity;
