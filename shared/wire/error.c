#include <string.h>
#include <sysexits.h>

#include "wire/error.h"

static const struct {
    const char *name;
    int exit;
} codes[] = {
    [ERR_NONE] = {"", EX_OK},
    [ERR_BAD_REQUEST] = {"bad_request", EX_USAGE},
    [ERR_UNKNOWN_VERB] = {"unknown_verb", EX_USAGE},
    [ERR_UNAUTHENTICATED] = {"unauthenticated", EX_NOPERM},
    [ERR_FORBIDDEN] = {"forbidden", EX_NOPERM},
    [ERR_NOT_FOUND] = {"not_found", EX_NOINPUT},
    [ERR_INVALID] = {"invalid", EX_DATAERR},
    [ERR_CONFLICT] = {"conflict", EX_CANTCREAT},
    [ERR_DUPLICATE] = {"duplicate", EX_CANTCREAT},
    [ERR_LIMIT] = {"limit", EX_TEMPFAIL},
    [ERR_BUSY] = {"busy", EX_TEMPFAIL},
    [ERR_UNAVAILABLE] = {"unavailable", EX_UNAVAILABLE},
    [ERR_UNKNOWN_OUTCOME] = {"unknown_outcome", EX_IOERR},
    [ERR_INTERNAL] = {"internal", EX_SOFTWARE},
};

_Static_assert(array_len(codes) == ERROR_CODES, "a row for each code");

const char *error_code_name(enum error_code code)
{
    return codes[code].name;
}

enum error_code error_code_parse(const char *name)
{
    for (int code = ERR_NONE + 1; code < ERROR_CODES; code++) {
        if (strcmp(name, codes[code].name) == 0)
            return (enum error_code)code;
    }
    return ERR_NONE;
}

int error_code_exit(enum error_code code)
{
    return codes[code].exit;
}
