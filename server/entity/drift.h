/* Descriptors against the database they describe: what the SQL says stands in migrations, what the client is told stands in rows, and the two must agree. */
#pragma once

#include "base/util.h"

#include <stdio.h>

/* Compares every registered entity with the schema at conninfo (the owner's, so that nothing is hidden), one line for each difference.
 * Returns how many, or negative when the database could not be asked. */
must_check int drift_check(const char *conninfo, FILE *out);
