/* The closed set of error codes of the protocol. A client decides by the code alone. */
#pragma once

#include "base/util.h"

enum error_code {
    ERR_NONE,
    ERR_BAD_REQUEST, /* not a message */
    ERR_UNKNOWN_VERB,
    ERR_UNAUTHENTICATED,
    ERR_FORBIDDEN,
    ERR_NOT_FOUND,
    ERR_INVALID,         /* with field */
    ERR_CONFLICT,        /* stale version or wrong state; with current or allowed */
    ERR_DUPLICATE,       /* a unique value is taken; with field */
    ERR_LIMIT,           /* size, rate, quota */
    ERR_BUSY,            /* try later */
    ERR_UNAVAILABLE,     /* database or gateway away: nothing was done */
    ERR_UNKNOWN_OUTCOME, /* with retry: same_key or wait */
    ERR_INTERNAL,        /* with an incident id that is in the log */
    ERROR_CODES
};

/* "bad_request" …; "" for ERR_NONE. */
const char *error_code_name(enum error_code code);

/* ERR_NONE for a name that is not in the set. */
enum error_code error_code_parse(const char *name);

/* The exit code of a script that ended with this error, as in sysexits.h; 0 for ERR_NONE. */
int error_code_exit(enum error_code code);
