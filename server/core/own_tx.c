#include <pthread.h>

#include "server/core/own_tx.h"

/* The newest so many; older ones the tail has long passed. A power of two. One that was pushed out is told twice, which harms nobody. */
enum { KEPT = 1 << 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t kept[KEPT];

void own_tx_add(uint64_t tx)
{
    pthread_mutex_lock(&lock);
    kept[tx % KEPT] = tx;
    pthread_mutex_unlock(&lock);
}

bool own_tx_known(uint64_t tx)
{
    pthread_mutex_lock(&lock);
    bool known = tx != 0 && kept[tx % KEPT] == tx;
    pthread_mutex_unlock(&lock);
    return known;
}
