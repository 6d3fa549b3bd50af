/* Base data in memory: a snapshot is read whole, put in place under a lock, and copied from under it. */
#include "server/areas/base/area.h"

#include "base/arena.h"
#include "base/map.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct row {
    const char *kind;
    struct base_choice choice;
    struct base_detail detail;
};

struct snapshot {
    struct arena *arena;
    struct row *rows; /* by kind, position, code */
    size_t count;
};

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct snapshot current; /* under lock */
static struct map
    interned; /* under lock, for writing: text → itself, never freed: no more than there are accounts and roles */
static atomic_bool stale = true;

enum { SNAPSHOT_BLOCK = 64 * 1024 }; /* bytes */

static const struct sql sql_all = {
    "base_load",
    "SELECT kind, code, label_en, label_zh_cn, label_zh_tw, disabled_at IS NOT NULL, extra ->> 'account', "
    "extra ->> 'limit_role', (extra ->> 'vat_bp')::bigint, coalesce((extra ->> 'by_driver')::boolean, "
    "false), position, (extra ->> 'limit_fen')::bigint "
    "FROM base_item "
    "UNION ALL SELECT 'role', code, name, name, name, disabled_at IS NOT NULL, NULL, NULL, NULL, false, "
    "position, NULL::bigint "
    "FROM role "
    "UNION ALL SELECT 'district', code, name_en, name_zh_cn, name_zh_tw, disabled_at IS NOT NULL, NULL, "
    "NULL, NULL, "
    "false, 0, NULL FROM district "
    "UNION ALL SELECT 'ledger_account', code, label_en, label_zh_cn, label_zh_tw, disabled_at IS NOT NULL, "
    "NULL, NULL, "
    "NULL, false, 0, NULL FROM ledger_account WHERE postable "
    "ORDER BY 1, 11, 2"};

static const char *intern(const char *text)
{
    if (!text)
        return NULL;
    char *known = map_get(&interned, text);
    if (!known) {
        known = memory_strdup(text);
        map_put(&interned, text, known);
    }
    return known;
}

static void read_row(struct arena *arena, struct rows *rows, size_t i, struct row *row)
{
    *row = (struct row){
        .kind = arena_strdup(arena, rows_text(rows, i, 0)),
        .choice =
            {
                .code = arena_strdup(arena, rows_text(rows, i, 1)),
                .label = arena_strdup(arena, rows_text(rows, i, 2)),
                .label_zh_cn = arena_strdup(arena, rows_text(rows, i, 3)),
                .label_zh_tw = arena_strdup(arena, rows_text(rows, i, 4)),
                .disabled = rows_bool(rows, i, 5),
            },
        .detail =
            {
                .account = intern(rows_text(rows, i, 6)),
                .limit_role = intern(rows_text(rows, i, 7)),
                .vat_bp = rows_int(rows, i, 8),
                .limit_fen = rows_int(rows, i, 11),
                .by_driver = rows_bool(rows, i, 9),
                .disabled = rows_bool(rows, i, 5),
            },
    };
}

int base_load(struct tx *tx)
{
    atomic_store(&stale, false); /* first: what changes from here on makes it due again */
    struct rows *rows = tx_read(tx, &sql_all);
    if (tx_need(tx) != TX_OK) {
        atomic_store(&stale, true);
        return -EIO;
    }
    struct snapshot next = {.arena = arena_create(SNAPSHOT_BLOCK), .count = rows_count(rows)};
    next.rows = arena_alloc(next.arena, next.count * sizeof(*next.rows));
    pthread_rwlock_wrlock(&lock);
    for (size_t i = 0; i < next.count; i++)
        read_row(next.arena, rows, i, &next.rows[i]);
    struct snapshot old = current;
    current = next;
    pthread_rwlock_unlock(&lock);
    arena_destroy(old.arena);
    entity_choices_changed();
    return 0;
}

void base_changed(void)
{
    atomic_store(&stale, true);
}

bool base_stale(void)
{
    return atomic_load(&stale);
}

/* First row of the kind; the count of them in *count_r. Under the lock. */
static const struct row *kind_rows(const char *kind, size_t *count_r)
{
    size_t low = 0, high = current.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(current.rows[middle].kind, kind) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < current.count && strcmp(current.rows[end].kind, kind) == 0)
        end++;
    *count_r = end - low;
    return current.rows + low;
}

bool base_find(const char *kind, const char *code, struct base_detail *detail_r)
{
    bool found = false;
    size_t count;
    pthread_rwlock_rdlock(&lock);
    const struct row *rows = kind_rows(kind, &count);
    for (size_t i = 0; code && i < count && !found; i++) {
        found = strcmp(rows[i].choice.code, code) == 0;
        if (found)
            *detail_r = rows[i].detail;
    }
    pthread_rwlock_unlock(&lock);
    return found;
}

static const struct base_choice *copy_rows(const struct row *rows, struct arena *arena, size_t count)
{
    struct base_choice *choices = arena_alloc(arena, count * sizeof(*choices));
    for (size_t i = 0; i < count; i++) {
        const struct base_choice *from = &rows[i].choice;
        choices[i] = (struct base_choice){
            .code = arena_strdup(arena, from->code),
            .label = arena_strdup(arena, from->label),
            .label_zh_cn = arena_strdup(arena, from->label_zh_cn),
            .label_zh_tw = arena_strdup(arena, from->label_zh_tw),
            .disabled = from->disabled,
        };
    }
    return choices;
}

const struct base_choice *base_choices(const char *kind, struct arena *arena, size_t *count_r)
{
    pthread_rwlock_rdlock(&lock);
    const struct row *rows = kind_rows(kind, count_r);
    const struct base_choice *choices = *count_r ? copy_rows(rows, arena, *count_r) : NULL;
    pthread_rwlock_unlock(&lock);
    return choices;
}
