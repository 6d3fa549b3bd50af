#include "server/areas/repair/repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "repair_words.h"

static const struct entity *const entities[] = {REPAIR_ENTITIES};

const struct area repair_area = {
    .name = "repair",
    .label = N_("Repairs"),
    .entities = entities,
    .nentities = array_len(entities),
};

enum { REPAIRABLE_MAX = 16 };
static const struct repairable *rows[REPAIRABLE_MAX];
static size_t count;

void repair_register(const struct repairable *repairable)
{
    if (count == REPAIRABLE_MAX) {
        log_error("no room for repairs of %s", repairable->entity->name);
        abort();
    }
    rows[count++] = repairable;
}

const struct repairable *repairable_find(const char *entity)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i]->entity->name, entity) == 0)
            return rows[i];
    }
    return NULL;
}
