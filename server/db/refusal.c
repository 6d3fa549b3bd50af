/* What the database's error codes mean to a transaction, as a table. */
#include "server/db/connection-private.h"

#include <string.h>

struct refusal {
    const char *state; /* an SQLSTATE, or the first characters of one */
    enum tx_fault fault;
};

/* The first that fits. */
static const struct refusal refusals[] = {
    {"YZ001", TX_MISSED},    {"YZ", TX_REFUSED},
    {"23505", TX_DUPLICATE}, {"23", TX_REFUSED},
    {"40001", TX_RETRY},     {"40P01", TX_RETRY},
    {"55P03", TX_BUSY},      {"57014", TX_TIMEOUT},
    {"22001", TX_REFUSED}, /* a text, a number or a time that does not fit its column: the data's fault, not the statement's */
    {"22003", TX_REFUSED},   {"22008", TX_REFUSED},
    {"08", TX_UNAVAILABLE},  {"53", TX_UNAVAILABLE},    /* disk, memory, connections */
    {"57P", TX_UNAVAILABLE},                            /* shutting down, crashed, starting */
    {"58", TX_UNAVAILABLE},  {"25P03", TX_UNAVAILABLE}, /* idle in a transaction for too long */
};

enum tx_fault refusal_fault(const char *sqlstate, const char *function, bool read_only)
{
    if (strcmp(sqlstate, "25006") == 0) /* a write on a primary that became a standby under us */
        return read_only ? TX_BROKEN : TX_UNAVAILABLE;
    if (refusal_is_stale(sqlstate, function))
        return TX_RETRY;
    if (strcmp(sqlstate, "42501") == 0 && function && strcmp(function, "ExecWithCheckOptions") == 0)
        return TX_REFUSED; /* row-level security; the other 42501 is a forgotten GRANT */
    for (size_t i = 0; i < array_len(refusals); i++)
        if (strncmp(sqlstate, refusals[i].state, strlen(refusals[i].state)) == 0)
            return refusals[i].fault;
    return TX_BROKEN;
}

bool refusal_is_stale(const char *sqlstate, const char *function)
{
    if (strcmp(sqlstate, "26000") == 0 || strcmp(sqlstate, "25006") == 0)
        return true;
    return strcmp(sqlstate, "0A000") == 0 && function && strcmp(function, "RevalidateCachedQuery") == 0;
}
