#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "server/core/session-private.h"

/* Few: one per set of roles that somebody has. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct permission_table *tables;

static uint64_t hash_rows(const struct permission_mask *rows, size_t count)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    for (size_t i = 0; i < count; i++)
        str_addf(&text, "%s@%d;", rows[i].permission, rows[i].mask);
    return hash_bytes(text.data, text.len);
}

static bool same_rows(const struct permission_table *table, const struct permission_mask *rows, size_t count)
{
    if (table->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (table->rows[i].mask != rows[i].mask || strcmp(table->rows[i].permission, rows[i].permission) != 0)
            return false;
    return true;
}

static struct permission_table *copy_rows(const struct permission_mask *rows, size_t count, uint64_t hash)
{
    size_t texts = 0;
    for (size_t i = 0; i < count; i++)
        texts += strlen(rows[i].permission) + 1;
    struct permission_table *table = memory_zeroed(1, sizeof(*table) + count * sizeof(*rows) + texts);
    table->hash = hash;
    table->count = count;
    table->rows = (struct permission_mask *)(table + 1);
    char *text = (char *)(table->rows + count);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(rows[i].permission) + 1;
        table->rows[i] = (struct permission_mask){memcpy(text, rows[i].permission, size), rows[i].mask};
        text += size;
    }
    return table;
}

const struct permission_table *permission_table_get(const struct permission_mask *rows, size_t count)
{
    uint64_t hash = hash_rows(rows, count);
    pthread_mutex_lock(&lock);
    struct permission_table *table = tables;
    while (table && !(table->hash == hash && same_rows(table, rows, count)))
        table = table->next;
    if (!table) {
        table = copy_rows(rows, count, hash);
        table->next = tables;
        tables = table;
    }
    table->refs++;
    pthread_mutex_unlock(&lock);
    return table;
}

void permission_table_put(const struct permission_table *table)
{
    if (!table)
        return;
    pthread_mutex_lock(&lock);
    struct permission_table **at = &tables;
    while (*at && *at != table)
        at = &(*at)->next;
    struct permission_table *found = *at;
    if (found && --found->refs == 0) {
        *at = found->next;
        free(found);
    }
    pthread_mutex_unlock(&lock);
}
