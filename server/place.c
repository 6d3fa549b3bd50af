#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "schema/files.h"
#include "server/db/conninfo.h"
#include "server/db/migrate.h"
#include "server/embedded.h"
#include "server/place.h"
#include "server/settings.h"

enum { MIGRATE_MS = 10 * 60 * 1000, POOL_BESIDE = 8 };

/* NULL, and a line in the log, where it is no conninfo. */
static char *conninfo_of(const char *given, const char *database, const char *user)
{
    if (!given)
        return conninfo_set(database, "user", user);
    return conninfo_check(given) == 0 ? memory_strdup(given) : NULL;
}

static int open_named(const struct settings *settings, struct place *place)
{
    bool migrates = !settings->database_owner || strcmp(settings->database_owner, "none") != 0;
    place->app = conninfo_of(settings->database, NULL, NULL);
    if (!place->app)
        return -EINVAL;
    place->tail = conninfo_of(settings->database_tail, settings->database, "yizhan_tail");
    if (migrates)
        place->owner = conninfo_of(settings->database_owner, settings->database, "yizhan_owner");
    return place->tail && (place->owner || !migrates) ? 0 : -EINVAL;
}

/* Whom a new cluster is made for when root makes it. */
static const char *cluster_user(const struct settings *settings)
{
    if (settings->database_user)
        return settings->database_user;
    if (settings->user)
        return settings->user;
    return getpwnam(SETTINGS_USER) ? SETTINGS_USER : NULL;
}

static int open_private(const struct settings *settings, struct place *place)
{
    if (!settings->state) {
        log_error("neither a database nor a state directory is named");
        return -EINVAL;
    }
    struct embedded_options options = {.state_dir = settings->state,
                                       .user = cluster_user(settings),
                                       .pool = (int)(settings->workers ? settings->workers : 32) +
                                               (int)settings->long_workers + (int)settings->hash_workers +
                                               POOL_BESIDE};
    int result = embedded_start(&options, &place->embedded);
    if (result < 0)
        return result;
    place->app = memory_strdup(embedded_conninfo(place->embedded, EMBEDDED_APP));
    place->owner = memory_strdup(embedded_conninfo(place->embedded, EMBEDDED_OWNER));
    place->tail = memory_strdup(embedded_conninfo(place->embedded, EMBEDDED_TAIL));
    return 0;
}

int place_open(const struct settings *settings, struct place *place)
{
    *place = (struct place){0};
    int result = settings->database ? open_named(settings, place) : open_private(settings, place);
    if (result < 0)
        place_close(place);
    return result;
}

int place_migrate(const struct place *place)
{
    int64_t deadline_ms = time_monotonic_ms() + MIGRATE_MS;
    enum migrate_fault fault =
        place->owner ? migrate_run(place->owner, schema_migrations, schema_migrations_count, deadline_ms)
                     : migrate_check(place->app, schema_migrations, schema_migrations_count, deadline_ms);
    return fault == MIGRATE_OK ? 0 : -EPROTO;
}

void place_close(struct place *place)
{
    embedded_stop(place->embedded);
    free(place->app);
    free(place->owner);
    free(place->tail);
    *place = (struct place){0};
}
