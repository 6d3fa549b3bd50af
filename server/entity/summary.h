/* E.summary, for what makes the generic verbs. */
#pragma once

struct entity;

/* Makes the verb; `list`: the permission it is held to. */
void summary_register(const struct entity *entity, const char *list);
