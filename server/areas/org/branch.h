/* A place of work: rescue station, shop, office. Branches form a tree, and scopes follow it. */
#pragma once

#include "server/entity/entity.h"

struct branch {
    int64_t parent_id; /* NIL: the head of the tree */
    const char *code;
    const char *name;
    const char *kind;
    const char *phone;
    const char *contact;
    const char *address;
    const char *district;
    double place_lon, place_lat;
    const char *pbx_address, *pbx_user, *pbx_secret, *pbx_technology, *pbx_context, *pbx_prefix;
    const char *line, *line_trouble; /* computed, like its time */
    struct instant line_since;
    const char *pay_link; /* where customers pay: model/pay_link.h; NULL: as the branch above */
    const char *time_zone;
    const char *remarks;
};

extern const struct entity branch_entity;
