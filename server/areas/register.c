#include "server/areas/registry.h"

#include "server/areas/base/area.h"
#include "server/areas/org/area.h"

#include <string.h>

static const struct base_choice *choices(const char *kind, struct arena *arena, size_t *count_r)
{
    if (strcmp(kind, "permission") == 0)
        return org_permission_choices(arena, count_r);
    return base_choices(kind, arena, count_r);
}

void registry_register(void)
{
    entity_set_choices_source(choices);
    for (size_t i = 0; i < registry_count; i++) {
        const struct area *area = registry_areas[i];
        for (size_t j = 0; j < area->nentities; j++)
            entity_register(area->entities[j]);
        for (size_t j = 0; j < area->nverbs; j++)
            verb_register(&area->verbs[j]);
    }
}
