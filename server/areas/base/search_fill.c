/* Rows that came with a migration have no search keys: this job makes them, pinyin and all, as saving a record would. */
#include <inttypes.h>

#include "base/arena.h"
#include "server/areas/base/area.h"
#include "server/core/schedule.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"
#include "server/entity/search.h"

enum { ROWS_MAX = 500 }; /* in one transaction */

static const struct sql sql_missing = {"search_missing",
                                       "SELECT entity, id, names[1], names[2], names[3], names[4] "
                                       "FROM search_missing($1)"};
static const struct sql sql_put = {"search_put", "SELECT search_put($1, $2, $3)"};

static void put(struct tx *tx, struct arena *arena, struct rows *rows, size_t row)
{
    static const struct field name = {.name = "name", .type = FIELD_TEXT, .search = true};
    struct search_tokens *tokens = arena_new(arena, struct search_tokens);
    for (int column = 2; column < 6; column++)
        search_add(tokens, arena, &name, rows_text(rows, row, column));
    tx_read(tx, &sql_put, p_text(rows_text(rows, row, 0)), p_int(rows_int(rows, row, 1)),
            p_set((struct text_set){tokens->items, tokens->count}));
}

/* How many rows got keys; negative: the database refused. */
static int64_t fill(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                    struct str *result)
{
    struct tx *tx = tx_begin(connection, arena, deadline_ms);
    struct rows *rows = tx_read(tx, &sql_missing, p_int(ROWS_MAX));
    size_t count = rows_count(rows);
    for (size_t i = 0; i < count; i++)
        put(tx, arena, rows, i);
    if (tx_commit(tx) == TX_OK)
        return (int64_t)count;
    str_addf(result, "SQLSTATE %s", tx_sqlstate(tx));
    return -1;
}

static int run(struct connection *connection, struct arena *arena, int64_t deadline_ms, struct str *result)
{
    int64_t total = 0, count = ROWS_MAX;
    while (count == ROWS_MAX) {
        count = fill(connection, arena, deadline_ms, result);
        if (count < 0)
            return -1;
        total += count;
    }
    str_addf(result, "%" PRId64, total);
    return 0;
}

static const struct scheduled search_fill = {.name = "search_fill", .run = run};

void base_register(void)
{
    schedule_register(&search_fill);
}
