/* Records in the struct of their entity, as the generic verbs keep them: for the trail and for who writes records in bulk. */
#pragma once

#include "base/str.h"
#include "model/value.h"
#include "server/entity/entity.h"

/* The null of every member; line tables are left alone. */
void record_init(const struct field *fields, size_t count, void *record);
struct value record_get(const struct field *field, const void *record);
void record_set(const struct field *field, void *record, const struct value *value);

/* Which fields of an entity, by their index. */
bool bit_is_set(const uint64_t set[2], size_t index);
void bit_set(uint64_t set[2], size_t index);

/* As `was` and `now` of the trail have it: the members that are set (NULL: all that hold something); secrets as ***. */
void record_write_json(const struct entity *entity, const void *record, const uint64_t *set, struct str *out);
