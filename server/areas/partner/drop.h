/* Files of notices: drop.c looks for them, drop_file.c takes one up, drop_result.c writes what became of it. */
#pragma once

#include "base/str.h"
#include "server/core/inside.h"

#include <stdatomic.h>
#include <sys/stat.h>

enum {
    DROP_BYTES_MAX = 8 * 1024 * 1024,
    DROP_LINES_MAX = 5000,
    DROP_NAME_MAX = 200 /* bytes of a file's name */
};

/* A file that is whole: it was the same at two looks. */
struct drop_file {
    int folder;       /* descriptor */
    const char *code; /* name of the folder: the partner's */
    const char *name;
    struct stat seen;
};

enum drop_outcome {
    DROP_DONE,   /* moved away, with its results */
    DROP_AGAIN,  /* the database is away, another server has it, or it has changed: at the next look */
    DROP_NO_FILE /* no plain file of its own: left where it is */
};

/* Each line is taken by itself, and a line that was taken is found again by the third party's number: so it may be broken off anywhere, and begun
 * anew by any server. */
enum drop_outcome drop_take(struct inside *inside, const struct drop_file *file, atomic_bool *stopping);

/* Moves it to done/ or failed/ beside it, the results first. 0, or negative: it stays, and is taken up again. */
must_check int drop_put_away(const struct drop_file *file, int fd, bool good, const char *digest,
                             const struct str *results);

/* A line of the results, as CSV that no spreadsheet takes for formulas. */
void drop_add_result(struct str *results, int64_t line, const char *number, const char *outcome, int64_t id,
                     const char *words);
void drop_begin_results(struct str *results);
