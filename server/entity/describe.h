/* What session.describe says of an entity, and to whom. */
#pragma once

#include "server/entity/entity.h"

struct str;

/* `disable` and `enable` are one bit of an entity, but two permissions; to list persons' data in full takes pii.view;
 * an overview is an area's own verb. */
enum { RIGHT_ENABLE = 1 << 16, RIGHT_UNMASK = 1 << 17, RIGHT_EXPORT = 1 << 18, RIGHT_OVERVIEW = 1 << 19 };

/* What a session may do with an entity. */
struct rights {
    unsigned verbs;      /* enum entity_verbs that are there and permitted, and RIGHT_ENABLE */
    uint64_t actions[2]; /* bits of entity.actions, likewise */
};

struct areas {
    const struct area *const *items;
    size_t count;
};

/* False: nothing at all. */
bool rights_of(const struct entity *entity, const struct session *session, struct rights *rights_r);

/* The row of one entity, without its hash. */
void describe_entity(const struct entity *entity, const struct rights *rights, struct arena *arena,
                     struct str *out);
/* The names of what this session may use, so that a client can drop what it has of others. */
void describe_names(const struct session *session, struct str *out);
void hash_short(const char *text, size_t len, char out[17]);
