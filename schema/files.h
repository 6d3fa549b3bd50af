/* The SQL files of this folder, in the binary. */
#pragma once

#include <stddef.h>

struct schema_file {
    const char *name;   /* NULL ends a table */
    const char *sha256; /* of the text, in hexadecimal */
    const char *text;
};

/* NNN_name.sql in order: for the migrations runner (server/db/migrate.h). */
extern const struct schema_file schema_migrations[];
extern const size_t schema_migrations_count;

/* setup_cluster.sql, setup_create.sql, setup_database.sql: for a superuser, once per cluster. */
extern const struct schema_file schema_setups[];
extern const size_t schema_setups_count;

/* seed/NAME.sql: rows made in bulk (server/seed). */
extern const struct schema_file schema_seeds[];
extern const size_t schema_seeds_count;
