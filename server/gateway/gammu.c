/*
 * Text messages by a modem at gammu-smsd, over the PostgreSQL tables of its SQL service (gammu-smsd-tables(7)): a row in outbox is sent, in sentitems
 * stands what became of it, in inbox what came. Who made a row stands in its CreatorID; ours is yizhan:<parcel>:<message>:<parts>, so that a parcel
 * that is handed over twice is there once, and a full stop is put behind it once its end has been taken over.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"
#include "server/gateway/gammu_text.h"
#include "server/gateway/gateway-private.h"
#include "wire/json.h"

enum {
    PATIENCE_MS = 2 * 1000,
    AWAY_MS = 5 * 1000, /* between two tries while its database is away */
    ENDS_MAX = 100,
    CAME_MAX = 200,
    TEXT_MAX = 2000
};

/* Nothing where it is there already, unless the modem gave it up: then it is by somebody's will that it comes again. */
static const struct sql sql_put = {
    "gammu_put",
    "WITH one AS (INSERT INTO outbox (\"DestinationNumber\", \"TextDecoded\", \"Coding\", "
    "\"UDH\", \"MultiPart\", "
    "\"DeliveryReport\", \"CreatorID\") "
    "SELECT $2::text, ($3::text[])[1], $4::text, CASE WHEN cardinality($3::text[]) > 1 THEN $5::text || '01' "
    "END, "
    "cardinality($3::text[]) > 1, 'yes', $1::text "
    "WHERE NOT EXISTS (SELECT FROM outbox WHERE \"CreatorID\" = $1::text) "
    "AND NOT EXISTS (SELECT FROM sentitems WHERE \"DestinationNumber\" = $2::text AND \"CreatorID\" "
    "IN ($1::text, $1::text || '.') "
    "AND \"Status\" NOT IN ('SendingError', 'Error')) RETURNING \"ID\"), "
    "more AS (INSERT INTO outbox_multipart (\"ID\", \"SequencePosition\", \"TextDecoded\", "
    "\"Coding\", \"UDH\") "
    "SELECT one.\"ID\", p.n::int, p.part, $4::text, $5::text || lpad(to_hex(p.n), 2, '0') "
    "FROM one, unnest($3::text[]) WITH ORDINALITY p (part, n) WHERE p.n > 1) "
    "SELECT count(*) FROM one"};

/* Ends that were not taken over: of several parts one that failed decides, and all must have arrived. */
static const struct sql sql_ends = {
    "gammu_ends",
    "SELECT \"ID\", \"CreatorID\", bool_or(\"Status\" IN ('SendingError', 'Error')), "
    "bool_or(\"Status\" = 'DeliveryFailed'), max(\"StatusError\") FROM sentitems "
    "WHERE \"CreatorID\" LIKE 'yizhan:%' AND \"CreatorID\" NOT LIKE '%.' GROUP BY \"ID\", \"CreatorID\" "
    "HAVING bool_or(\"Status\" IN ('SendingError', 'Error', 'DeliveryFailed')) "
    "OR count(*) FILTER (WHERE \"Status\" = 'DeliveryOK') >= split_part(\"CreatorID\", ':', 4)::int "
    "ORDER BY \"ID\" LIMIT $1"};
static const struct sql sql_ends_taken = {
    "gammu_ends_taken",
    "UPDATE sentitems SET \"CreatorID\" = \"CreatorID\" || '.' WHERE \"ID\" = ANY ($1::bigint[])"};

/* The parts of one come together; of one that is not whole they are taken as they are after a while. */
static const struct sql sql_came = {"gammu_came",
                                    "SELECT \"ID\", \"SenderNumber\", \"TextDecoded\", \"UDH\", "
                                    "\"ReceivingDateTime\" < LOCALTIMESTAMP - interval '10 minutes', "
                                    "to_char(\"ReceivingDateTime\", 'YYYYMMDDHH24MISS') FROM inbox "
                                    "WHERE NOT \"Processed\" ORDER BY \"ID\" LIMIT $1"};
static const struct sql sql_came_taken = {
    "gammu_came_taken", "UPDATE inbox SET \"Processed\" = true WHERE \"ID\" = ANY ($1::bigint[])"};

static const struct sql sql_report = {"message_report", "SELECT message_report($1, $2, $3)"};
static const struct sql sql_refuse = {"message_refuse", "SELECT message_refuse($1, $2)"};
static const struct sql sql_receive = {"message_receive", "SELECT message_receive('sms', $1, $2, $3)"};

static struct {
    struct connection *connection; /* to the modem's database */
    struct arena *arena;
    int64_t away_until_ms; /* 0: it is there */
} modem;

static bool init(const struct gateway_options *options)
{
    if (!options->gammu_database)
        return false;
    if (options->sms_url) {
        log_warn("gammu_database: text messages go by sms_url; one of the two is enough");
        return false;
    }
    modem.connection = connection_create(options->gammu_database, "yizhand gammu");
    modem.arena = arena_create(0);
    return true;
}

static void finish(void)
{
    connection_destroy(modem.connection);
    arena_destroy(modem.arena);
    modem.connection = NULL;
    modem.arena = NULL;
}

static bool is_away(void)
{
    return time_monotonic_ms() < modem.away_until_ms;
}

/* Whether it went well; says once that it did not. */
static bool ended(struct tx *tx)
{
    if (tx_commit(tx) == TX_OK) {
        modem.away_until_ms = 0;
        return true;
    }
    if (!modem.away_until_ms)
        log_warn("gammu_database: %s", *tx_message(tx) ? tx_message(tx) : "it is away");
    modem.away_until_ms = time_monotonic_ms() + AWAY_MS;
    return false;
}

static struct tx *begin(struct connection *connection, struct arena *arena)
{
    return tx_begin(connection, arena, time_monotonic_ms() + PATIENCE_MS);
}

/* ---- out */

static void hand_over(struct parcel *parcel, const char *to, const char *body)
{
    const char *parts[GAMMU_PARTS_MAX];
    char creator[96], header[16];
    size_t count = gammu_split(modem.arena, body, parts);
    snprintf(creator, sizeof(creator), "yizhan:%" PRId64 ":%" PRId64 ":%zu", parcel->id, parcel->row_id,
             count);
    snprintf(header, sizeof(header), "050003%02X%02X", (unsigned)(parcel->id & 0xff), (unsigned)count);
    struct tx *tx = begin(modem.connection, modem.arena);
    tx_read(tx, &sql_put, p_text(creator), p_text(to), p_set((struct text_set){parts, count}),
            p_text(gammu_is_plain(body) ? "Default_No_Compression" : "Unicode_No_Compression"),
            p_text(header));
    if (ended(tx))
        parcel_done(parcel, OUTCOME_SENT, NULL, NULL);
    else
        parcel_done(parcel, OUTCOME_RETRY, NULL, "the database of the modem is away");
}

static void send_text(struct parcel *parcel)
{
    const char *to = NULL, *body = NULL;
    if (json_get_text(parcel->body, "to", &to) != JSON_GET_FOUND ||
        json_get_text(parcel->body, "body", &body) != JSON_GET_FOUND) {
        parcel_done(parcel, OUTCOME_DEAD, NULL, "no number, or no text");
    } else if (is_away()) {
        parcel_done(parcel, OUTCOME_RETRY, NULL, "the database of the modem is away");
    } else {
        arena_reset(modem.arena);
        hand_over(parcel, to, body);
    }
}

/* ---- in: told to our database first; what is told twice is known there */

static void tell_end(struct tx *tx, struct arena *arena, struct rows *rows, size_t row)
{
    const char *creator = rows_text(rows, row, 1), *colon = strchr(creator + strlen("yizhan:"), ':');
    int64_t message = colon ? strtoll(colon + 1, NULL, 10) : 0, code = rows_int(rows, row, 4);
    const char *words = arena_printf(arena, "gammu: status %" PRId64, code);
    if (rows_bool(rows, row, 2))
        tx_read(tx, &sql_refuse, p_int(message), p_text(words));
    else
        tx_read(tx, &sql_report, p_int(message), p_bool(!rows_bool(rows, row, 3)),
                p_text(rows_bool(rows, row, 3) ? words : NULL));
}

static void mark_taken(const struct sql *sql, const int64_t *ids, size_t count)
{
    struct tx *tx = begin(modem.connection, modem.arena);
    tx_write(tx, sql, p_ids(ids, count));
    ended(tx);
}

static int take_ends(struct connection *house, struct arena *arena)
{
    struct tx *tx = begin(modem.connection, modem.arena);
    struct rows *rows = tx_read(tx, &sql_ends, p_int(ENDS_MAX));
    int64_t ids[ENDS_MAX];
    size_t count = ended(tx) ? rows_count(rows) : 0;
    if (!count)
        return 0;
    struct tx *ours = begin(house, arena);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows_int(rows, i, 0);
        tell_end(ours, arena, rows, i);
    }
    if (tx_commit(ours) != TX_OK)
        return -1;
    mark_taken(&sql_ends_taken, ids, count);
    return 0;
}

/* The row with part `number` of the message that `row` is a part of; -1: it is not here. */
static int find_part(struct rows *rows, size_t row, int number)
{
    struct gammu_part want = gammu_part_of(rows_text(rows, row, 3));
    for (size_t i = row; i < rows_count(rows); i++) {
        struct gammu_part here = gammu_part_of(rows_text(rows, i, 3));
        if (here.reference == want.reference && here.total == want.total && here.number == number &&
            strcmp(rows_text(rows, i, 1), rows_text(rows, row, 1)) == 0)
            return (int)i;
    }
    return -1;
}

/* The whole text from its first row on, with the rows it is made of marked; NULL: a part is still on its way. */
static const char *join(struct arena *arena, struct rows *rows, size_t row, bool used[])
{
    struct gammu_part part = gammu_part_of(rows_text(rows, row, 3));
    int found[256] = {0};
    struct str text;
    str_init(&text, arena);
    for (int n = 1; part.total > 1 && n <= part.total; n++) {
        found[n] = find_part(rows, row, n);
        if (found[n] < 0 && !rows_bool(rows, row, 4))
            return NULL;
    }
    used[row] = true;
    if (part.total == 1)
        return rows_text(rows, row, 2);
    for (int n = 1; n <= part.total; n++) {
        if (found[n] < 0)
            continue;
        str_add(&text, rows_text(rows, (size_t)found[n], 2));
        used[found[n]] = true;
    }
    return text.data;
}

static void tell_came(struct tx *tx, struct arena *arena, struct rows *rows, size_t row, const char *text)
{
    const char *from = utf8_clean(arena, rows_text(rows, row, 1));
    const char *copy = arena_strndup(arena, text, strnlen(text, TEXT_MAX));
    const char *reference =
        arena_printf(arena, "gammu %" PRId64 " %s", rows_int(rows, row, 0), rows_text(rows, row, 5));
    if (*from && *text)
        tx_read(tx, &sql_receive, p_text(reference), p_text(from),
                p_text(utf8_nfc(arena, utf8_clean(arena, copy))));
}

static int take_what_came(struct connection *house, struct arena *arena)
{
    struct tx *tx = begin(modem.connection, modem.arena);
    struct rows *rows = tx_read(tx, &sql_came, p_int(CAME_MAX));
    bool used[CAME_MAX] = {false};
    int64_t ids[CAME_MAX];
    size_t count = ended(tx) ? rows_count(rows) : 0, taken = 0;
    if (!count)
        return 0;
    struct tx *ours = begin(house, arena);
    for (size_t i = 0; i < count; i++) {
        const char *text = used[i] ? NULL : join(arena, rows, i, used);
        if (text)
            tell_came(ours, arena, rows, i, text);
    }
    if (tx_commit(ours) != TX_OK)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (used[i])
            ids[taken++] = rows_int(rows, i, 0);
    if (taken)
        mark_taken(&sql_came_taken, ids, taken);
    return 0;
}

static int look(struct connection *house, struct arena *arena)
{
    if (is_away())
        return 0;
    arena_reset(modem.arena);
    arena_reset(arena);
    if (take_ends(house, arena) < 0)
        return -1;
    arena_reset(modem.arena);
    arena_reset(arena);
    return is_away() ? 0 : take_what_came(house, arena);
}

const struct gateway gammu_gateway = {.name = "sms",
                                      .at_once = 8,
                                      .lease_seconds = 60,
                                      .look_ms = 2000,
                                      .init = init,
                                      .send = send_text,
                                      .look = look,
                                      .away = is_away,
                                      .finish = finish};
