/* Hands the areas and where choices come from to the generic floor below. */
#include "server/areas/registry.h"

#include "server/areas/base/area.h"
#include "server/areas/calls/area.h"
#include "server/areas/files/area.h"
#include "server/areas/org/area.h"
#include "server/areas/partner/area.h"
#include "server/areas/rescue/area.h"
#include "server/areas/tracks/area.h"
#include "server/core/memory.h"

#include <string.h>

static const struct base_choice *choices(const char *kind, struct arena *arena, size_t *count_r)
{
    if (strcmp(kind, "permission") == 0)
        return org_permission_choices(arena, count_r);
    return base_choices(kind, arena, count_r);
}

/* Also roles: employees' forms offer them. */
static void changed(const char *entity)
{
    static const char *const kept[] = {"base_item", "role", "district"};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strcmp(entity, kept[i]) == 0)
            base_changed();
    }
}

static const struct memory memory = {.stale = base_stale, .load = base_load, .changed = changed};

void registry_register(void)
{
    memory_use(&memory);
    entity_set_choices_source(choices);
    entity_set_areas(registry_areas, registry_count);
    base_register();
    files_register();
    rescue_register();
    rescue_register_clock();
    rescue_register_repair();
    tracks_register();
    partner_register();
    calls_register();
    for (size_t i = 0; i < registry_count; i++) {
        const struct area *area = registry_areas[i];
        for (size_t j = 0; j < area->nentities; j++)
            entity_register(area->entities[j]);
        for (size_t j = 0; j < area->nverbs; j++)
            verb_register(&area->verbs[j]);
    }
}
