/* What is sent to the database, a line of JSON for each statement: the setting statement_log. */
#include "server/db/connection-private.h"

#include "base/str.h"

void statement_log_query(FILE *log, const char *name, const char *text, const char *const *values,
                         size_t count)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    str_add(&s, "{\"name\": ");
    str_add_json(&s, name);
    str_add(&s, ", \"text\": ");
    str_add_json(&s, text);
    str_add(&s, ", \"params\": [");
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add(&s, ", ");
        str_add_json(&s, values[i]);
    }
    str_add(&s, "]}\n");
    fwrite(s.data, 1, s.len, log);
    fflush(log);
}

void statement_log_mark(FILE *log, const char *what)
{
    fprintf(log, "{\"mark\": \"%s\"}\n", what);
    fflush(log);
}
