/*
 * Links the real registry and looks at every row (TAP). With the conninfo of a database's owner it brings the database to this server's
 * schema first and compares the two.
 */
#include "tests/tables/tables.h"

#include "schema/files.h"
#include "server/areas/registry.h"
#include "server/core/core.h"
#include "server/db/migrate.h"
#include "server/entity/drift.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

enum { MIGRATE_MS = 60 * 1000 };

static int faults;

void fault(const struct entity *entity, const char *what, const char *which)
{
    printf("# %s: %s %s\n", entity->name ? entity->name : entity->table, what, which ? which : "");
    faults++;
}

static int verdict(int n, const char *what, int found)
{
    printf("%s %d - %s\n", found ? "not ok" : "ok", n, what);
    return found != 0;
}

static int look_entities(int n)
{
    int failed = 0;
    for (size_t i = 0; i < entity_count(); i++) {
        faults = 0;
        look_rows(entity_at(i));
        look_flow(entity_at(i));
        failed += verdict(n++, entity_at(i)->name, faults);
    }
    return failed;
}

/* What a test asks the database for beside the schema: verbs nobody's role names. */
static void print_permissions(void)
{
    for (size_t i = 0; i < verb_count(); i++) {
        if (verb_at(i)->permission)
            printf("%s\n", verb_at(i)->permission);
    }
}

static int check_database(const char *conninfo)
{
    if (migrate_run(conninfo, schema_migrations, schema_migrations_count, time_monotonic_ms() + MIGRATE_MS) !=
        MIGRATE_OK)
        return 2;
    int found = drift_check(conninfo, stdout);
    if (found < 0)
        fprintf(stderr, "the database could not be asked\n");
    return found != 0;
}

int main(int argc, char **argv)
{
    json_init();
    core_register_verbs();
    registry_register();
    if (argc == 2 && !strcmp(argv[1], "permissions")) {
        print_permissions();
        return 0;
    }
    if (argc == 2)
        return check_database(argv[1]);
    printf("1..%zu\n", entity_count());
    return look_entities(1) != 0;
}
