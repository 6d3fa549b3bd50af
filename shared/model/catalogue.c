#include "model/catalogue.h"

#include "base/arena.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

struct catalogue *catalogue_create_empty(void)
{
    struct catalogue *catalogue = memory_zeroed(1, sizeof(*catalogue));
    catalogue->arena = arena_create(16 * 1024);
    catalogue->hash = "";
    catalogue->menu_json = "[]";
    map_init(&catalogue->by_name);
    return catalogue;
}

void catalogue_destroy(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    map_finish(&catalogue->by_name);
    arena_destroy(catalogue->arena);
    free(catalogue);
}

static bool put(struct catalogue *catalogue, const char *json)
{
    struct catalogue_entity *entity = catalogue_parse_entity(catalogue->arena, json);
    if (entity)
        map_put(&catalogue->by_name, entity->name, entity);
    return entity;
}

/* The answer names everything that may be used, in order; what it does not name is dropped. */
static bool settle(struct catalogue *catalogue, const struct catalogue *before, const json_t *answer)
{
    const json_t *names = json_object_get(answer, "entities");
    size_t n = json_array_size(names);
    catalogue->entities = arena_alloc(catalogue->arena, (n + 1) * sizeof(*catalogue->entities));
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const struct catalogue_entity *old = name && before ? catalogue_entity(before, name) : NULL;
        if (!name || (!map_get(&catalogue->by_name, name) && (!old || !put(catalogue, old->json))))
            return false;
        catalogue->entities[catalogue->count++] = map_get(&catalogue->by_name, name);
    }
    return json_is_array(names);
}

static bool read_answer(struct catalogue *catalogue, const struct catalogue *before, const char *text)
{
    json_t *answer = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *menu = json_object_get(answer, "menu");
    bool good = json_is_object(answer) && settle(catalogue, before, answer);
    if (good) {
        const char *hash = json_string_value(json_object_get(answer, "hash"));
        catalogue->hash = arena_strdup(catalogue->arena, hash ? hash : "");
        catalogue->menu = catalogue_parse_menu(catalogue->arena, menu, &catalogue->nmenu);
        catalogue->menu_json = arena_strdup(catalogue->arena, text);
    }
    json_decref(answer);
    return good;
}

struct catalogue *catalogue_create(const struct catalogue *before, const char *const *rows, size_t nrows,
                                   const char *answer)
{
    struct catalogue *catalogue = catalogue_create_empty();
    bool good = true;
    for (size_t i = 0; good && i < nrows; i++)
        good = put(catalogue, rows[i]);
    if (good && read_answer(catalogue, before, answer))
        return catalogue;
    catalogue_destroy(catalogue);
    return NULL;
}

void catalogue_write_have(const struct catalogue *catalogue, struct str *out)
{
    str_add_char(out, '{');
    for (size_t i = 0; i < catalogue->count; i++) {
        if (i)
            str_add_char(out, ',');
        str_add_json(out, catalogue->entities[i]->name);
        str_add_char(out, ':');
        str_add_json(out, catalogue->entities[i]->hash);
    }
    str_add_char(out, '}');
}

/* The rows, and the answer as the last line. */
void catalogue_write(const struct catalogue *catalogue, struct str *out)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        str_add(out, catalogue->entities[i]->json);
        str_add_char(out, '\n');
    }
    str_add(out, catalogue->menu_json);
    str_add_char(out, '\n');
}

struct catalogue *catalogue_read(const char *text)
{
    struct arena *arena = arena_create(64 * 1024);
    VEC(const char *) lines = {0};
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        if (len)
            vec_push(&lines, arena_strndup(arena, at, len));
        at += len + (at[len] == '\n');
    }
    struct catalogue *catalogue = NULL;
    if (lines.count) {
        size_t last = lines.count - 1;
        catalogue = catalogue_create(NULL, lines.items, last, lines.items[last]);
    }
    vec_finish(&lines);
    arena_destroy(arena);
    return catalogue;
}

const struct catalogue_entity *catalogue_entity(const struct catalogue *catalogue, const char *name)
{
    return name ? map_get(&catalogue->by_name, name) : NULL;
}

const struct catalogue_entity *catalogue_entity_of_code(const struct catalogue *catalogue, const char *code)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (catalogue->entities[i]->code && !strcmp(catalogue->entities[i]->code, code))
            return catalogue->entities[i];
    }
    return NULL;
}

const struct field *catalogue_field(const struct catalogue_entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!strcmp(entity->fields[i].name, name))
            return &entity->fields[i];
    }
    return NULL;
}

const struct field *catalogue_field_guess(const void *context, const char *name)
{
    const struct catalogue_entity *entity = context;
    const struct field *found = catalogue_field(entity, name);
    size_t len = strlen(name), hits = 0;
    if (found)
        return found;
    for (size_t i = 0; i < entity->nfields; i++) {
        if (strncmp(entity->fields[i].name, name, len) != 0)
            continue;
        const char *rest = entity->fields[i].name + len;
        if (!strcmp(rest, "_at") || !strcmp(rest, "_id") || !strcmp(rest, "_fen") || !strcmp(rest, "_on"))
            return &entity->fields[i]; /* the word itself: "created" is created_at whatever else begins so */
        found = &entity->fields[i];
        hits++;
    }
    return hits == 1 ? found : NULL;
}

const struct catalogue_action *catalogue_action(const struct catalogue_entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->nactions; i++) {
        if (!strcmp(entity->actions[i].name, name))
            return &entity->actions[i];
    }
    return NULL;
}

bool catalogue_may(const struct catalogue *catalogue, const char *verb)
{
    const char *dot = strchr(verb, '.');
    if (!dot)
        return false;
    const struct catalogue_entity *entity = map_get_n(&catalogue->by_name, verb, (size_t)(dot - verb));
    for (size_t i = 0; entity && entity->verbs[i]; i++) {
        if (!strcmp(entity->verbs[i], verb))
            return true;
    }
    return false;
}

bool catalogue_action_from(const struct catalogue_action *action, const char *state)
{
    if (!action->from[0] || !strcmp(action->from[0], "*"))
        return true;
    for (size_t i = 0; state && action->from[i]; i++) {
        if (!strcmp(action->from[i], state))
            return true;
    }
    return false;
}
