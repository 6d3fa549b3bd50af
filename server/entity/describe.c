#include "server/entity/describe.h"

#include "base/arena.h"
#include "base/map.h"
#include "server/core/core.h"
#include "server/entity/entity-private.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Encoded lines by entity and set of rights: the same for everybody with the same rights, and too long to make anew for each. */
struct line {
    char *json;
    char hash[17];
    bool listed; /* may be listed, so it stands in the menu */
};

static struct {
    pthread_mutex_t lock;
    struct map lines; /* "entity:rights" → struct line */
    bool ready;
    struct areas areas;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

void hash_short(const char *text, size_t len, char out[17])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_Digest(text, len, digest, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < 8; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void entity_set_areas(const struct area *const *areas, size_t count)
{
    cache.areas = (struct areas){areas, count};
}

static void forget(void)
{
    size_t at = 0;
    void *value;
    while (cache.ready && map_next(&cache.lines, &at, NULL, &value)) {
        struct line *line = value;
        free(line->json);
        free(line);
    }
    if (cache.ready)
        map_clear(&cache.lines);
}

void entity_choices_changed(void)
{
    pthread_mutex_lock(&cache.lock);
    forget();
    pthread_mutex_unlock(&cache.lock);
}

static struct line *new_line(const char *json, size_t len, const struct rights *rights)
{
    struct line *line = memory_zeroed(1, sizeof(*line));
    line->json = memory_strdup(json);
    line->listed = rights->verbs & VERB_LIST;
    hash_short(json, len, line->hash);
    return line;
}

/* The line of an entity for these rights, copied into the arena as it may be forgotten meanwhile. */
static struct line line_of(struct request *request, const struct entity *entity, const struct rights *rights)
{
    const char *key =
        arena_printf(request->arena, "%s:%x:%llx%llx", entity->name, rights->verbs,
                     (unsigned long long)rights->actions[1], (unsigned long long)rights->actions[0]);
    pthread_mutex_lock(&cache.lock);
    if (!cache.ready) {
        map_init(&cache.lines);
        cache.ready = true;
    }
    struct line *line = map_get(&cache.lines, key);
    pthread_mutex_unlock(&cache.lock);
    if (!line) {
        struct str json;
        str_init(&json, request->arena);
        describe_entity(entity, rights, request->arena, &json);
        line = new_line(json.data, json.len, rights);
        pthread_mutex_lock(&cache.lock);
        struct line *before = map_put(&cache.lines, key, line);
        if (before) {
            free(before->json);
            free(before);
        }
        pthread_mutex_unlock(&cache.lock);
    }
    pthread_mutex_lock(&cache.lock);
    line = map_get(&cache.lines, key);
    struct line copy = {0};
    if (line) {
        copy = *line;
        copy.json = arena_strdup(request->arena, line->json);
    }
    pthread_mutex_unlock(&cache.lock);
    return copy;
}

/* A menu of the areas with what may be listed in them. */
static void add_menu(struct str *out, const bool *listed)
{
    bool any = false;
    str_add(out, "\"menu\":[");
    for (size_t i = 0; i < cache.areas.count; i++) {
        const struct area *area = cache.areas.items[i];
        bool first = true;
        for (size_t j = 0; j < entity_count(); j++) {
            const struct entity *entity = entity_at(j);
            if (!listed[j] || entity->flags & ENTITY_HIDDEN || strcmp(entity->area, area->name) != 0)
                continue;
            if (first) {
                str_addf(out, "%s{\"label\":", any ? "," : "");
                str_add_json(out, area->label);
                str_add(out, ",\"key\":");
                str_add_json(out, area->name);
                str_add(out, ",\"children\":[");
            }
            str_addf(out, "%s{\"label\":", first ? "" : ",");
            str_add_json(out, entity->plural);
            str_add(out, ",\"key\":");
            str_add_json(out, entity->code ? entity->code : entity->name);
            str_add(out, ",\"entity\":");
            str_add_json(out, entity->name);
            str_add_char(out, '}');
            first = false;
            any = true;
        }
        if (!first)
            str_add(out, "]}");
    }
    str_add_char(out, ']');
}

static int check_arguments(struct request *request)
{
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        if (strcmp(name, "have") != 0)
            return request_fail(request, ERR_INVALID, name, N_("There is no argument {name}"), "name", name,
                                NULL);
        if (!json_is_object(value) && !json_is_null(value))
            return request_fail(request, ERR_INVALID, name, N_("This is not a valid value"), NULL);
    }
    return 0;
}

static int run_describe(struct request *request)
{
    int rc = check_arguments(request);
    if (!rc)
        rc = request_need(request); /* rights that changed are read again only before the first row left */
    if (rc)
        return rc;
    const json_t *have = json_object_get(request->args, "have");
    bool *listed = arena_alloc(request->arena, entity_count() + 1);
    struct str hashes, menu;
    char hash[17];
    str_init(&hashes, request->arena);
    str_init(&menu, request->arena);
    for (size_t i = 0; i < entity_count(); i++) {
        const struct entity *entity = entity_at(i);
        struct rights rights;
        if (!rights_of(entity, request->session, &rights))
            continue;
        struct line line = line_of(request, entity, &rights);
        if (!line.json) /* forgotten between two looks */
            return request_fail(request, ERR_BUSY, NULL, N_("The catalogue is changing; try again"), NULL);
        listed[i] = line.listed;
        str_addf(&hashes, "%s:%s;", entity->name, line.hash);
        const char *known = json_string_value(json_object_get(have, entity->name));
        if (known && !strcmp(known, line.hash))
            continue;
        const char *row = arena_printf(request->arena, "{\"hash\":\"%s\",%s", line.hash, line.json + 1);
        rc = request_send_row(request, row, strlen(row));
        if (rc < 0)
            return rc;
    }
    add_menu(&menu, listed);
    str_add(&hashes, menu.data);
    hash_short(hashes.data, hashes.len, hash);
    str_clear(&request->out);
    str_addf(&request->out, "{\"hash\":\"%s\",%s,\"entities\":[", hash, menu.data);
    describe_names(request->session, &request->out);
    str_add(&request->out, "]}");
    return 0;
}

void describe_register(void)
{
    describe_hook = run_describe;
}
