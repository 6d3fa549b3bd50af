#include "server/areas/org/permission.h"

#include "base/arena.h"
#include "server/areas/org/area.h"
#include "server/core/verb.h"
#include "server/entity/entity.h"

#include <string.h>

bool permission_scope_valid(const char *scope)
{
    static const char *const scopes[] = {"own", "branch", "below", "all"};
    for (size_t i = 0; i < array_len(scopes); i++) {
        if (strcmp(scope, scopes[i]) == 0)
            return true;
    }
    return false;
}

/* To hang files on records that one may not change otherwise: no verb's name, file.end asks for it. */
static const char *attach_permission(struct arena *arena, size_t index)
{
    const struct entity *entity = entity_at(index);
    return entity_takes_files(entity) ? arena_printf(arena, "%s.attach", entity->name) : NULL;
}

static bool is_attach_permission(const char *permission, size_t len)
{
    static const char end[] = ".attach";
    for (size_t i = 0; i < entity_count(); i++) {
        size_t name = strlen(entity_at(i)->name);
        if (entity_takes_files(entity_at(i)) && len == name + sizeof(end) - 1 &&
            !strncmp(permission, entity_at(i)->name, name) &&
            !strncmp(permission + name, end, sizeof(end) - 1))
            return true;
    }
    return false;
}

bool permission_valid(const char *permission)
{
    const char *at = strchr(permission, '@');
    size_t len = at ? (size_t)(at - permission) : strlen(permission);
    if (at && !permission_scope_valid(at + 1))
        return false;
    for (size_t i = 0; i < verb_count(); i++) {
        const char *known = verb_at(i)->permission;
        if (known && strncmp(known, permission, len) == 0 && !known[len])
            return true;
    }
    return is_attach_permission(permission, len);
}

/* Verbs are sorted by name, and nearly always a permission is its verb's name: a repeat is near its first. */
static bool listed(const struct base_choice *choices, size_t count, const char *permission)
{
    while (count-- > 0) {
        if (strcmp(choices[count].code, permission) == 0)
            return true;
    }
    return false;
}

const struct base_choice *org_permission_choices(struct arena *arena, size_t *count_r)
{
    struct base_choice *choices = arena_alloc(arena, (verb_count() + entity_count()) * sizeof(*choices));
    size_t count = 0;
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        if (verb->permission && !listed(choices, count, verb->permission))
            choices[count++] = (struct base_choice){.code = verb->permission, .label = verb->label};
    }
    for (size_t i = 0; i < entity_count(); i++) {
        const char *attach = attach_permission(arena, i);
        if (attach)
            choices[count++] = (struct base_choice){.code = attach, .label = N_("Attach files")};
    }
    *count_r = count;
    return choices;
}
