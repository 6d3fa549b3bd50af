/* What the schema ships of prices, limits of time, rates and holidays: read once, so that thousands of jobs are priced without asking. */
#include "server/seed/seed-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

static int64_t number(PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? 0 : strtoll(PQgetvalue(rows, row, column), NULL, 10);
}

static int read_prices(struct seed *seed)
{
    PGresult *rows;
    if (sink_rows(seed,
                  "SELECT l.service, l.base_fen, l.included_km, l.per_km_fen, l.night_bp, l.holiday_bp, "
                  "(extract(epoch FROM (SELECT value::time FROM setting WHERE name = 'rescue.night_from')) / "
                  "60)::int, "
                  "(extract(epoch FROM (SELECT value::time FROM setting WHERE name = 'rescue.night_to')) / "
                  "60)::int, "
                  "coalesce(s.extra, d.extra) ->> 'dispatched', coalesce(s.extra, d.extra) ->> 'accepted', "
                  "coalesce(s.extra, d.extra) ->> 'arrived', v.extra ->> 'vat_bp' "
                  "FROM price_list l JOIN base_item v ON v.kind = 'service' AND v.code = l.service "
                  "JOIN base_item d ON d.kind = 'sla_limit' AND d.code = 'default' "
                  "LEFT JOIN base_item s ON s.kind = 'sla_limit' AND s.code = l.service "
                  "WHERE l.branch_id IS NULL ORDER BY l.service COLLATE \"C\"",
                  &rows) < 0)
        return -1;
    for (int i = 0; i < PQntuples(rows) && seed->ntariffs < TARIFFS_MAX; i++) {
        seed->tariffs[seed->ntariffs++] = (struct tariff){
            .service = arena_strdup(seed->arena, PQgetvalue(rows, i, 0)),
            .price = {.base_fen = number(rows, i, 1),
                      .included_km = number(rows, i, 2),
                      .km_fen = number(rows, i, 3),
                      .night_bp = number(rows, i, 4),
                      .holiday_bp = number(rows, i, 5),
                      .night_from = (int)number(rows, i, 6),
                      .night_to = (int)number(rows, i, 7)},
            .sla_s = {number(rows, i, 8), number(rows, i, 9), number(rows, i, 10)},
            .rate_bp = (int)number(rows, i, 11),
        };
    }
    PQclear(rows);
    return 0;
}

int tariffs_read(struct seed *seed)
{
    PGresult *rows;
    if (read_prices(seed) < 0 || sink_rows(seed,
                                           "SELECT code FROM base_item WHERE kind = 'holiday' AND NOT "
                                           "coalesce((extra ->> 'work')::boolean, false)",
                                           &rows) < 0)
        return -1;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct day day;
        if (day_parse(PQgetvalue(rows, i, 0), &day) == 0)
            vec_push(&seed->holidays, day);
    }
    PQclear(rows);
    return 0;
}

const struct tariff *tariffs_find(const struct seed *seed, const char *service)
{
    for (size_t i = 0; i < seed->ntariffs; i++) {
        if (strcmp(seed->tariffs[i].service, service) == 0)
            return &seed->tariffs[i];
    }
    return &seed->tariffs[0];
}

struct day seed_day(const struct seed *seed, struct instant at)
{
    return day_of(at, seed->offset);
}

int seed_minute(const struct seed *seed, struct instant at)
{
    int64_t seconds = (at.us / US_PER_SECOND + seed->offset) % SECONDS_PER_DAY;
    return (int)(seconds / 60);
}

bool tariffs_holiday(const struct seed *seed, struct instant at)
{
    struct day day = seed_day(seed, at);
    for (size_t i = 0; i < seed->holidays.count; i++) {
        if (seed->holidays.items[i].n == day.n)
            return true;
    }
    return false;
}
