#include <pthread.h>
#include <string.h>

#include "server/core/own_tx.h"

/* The newest so many; older ones the tail has long passed. A power of two. One that was pushed out is told twice, which harms nobody. */
enum { KEPT = 1 << 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t kept[KEPT];

bool own_tx_claim(uint64_t tx)
{
    pthread_mutex_lock(&lock);
    bool first = kept[tx % KEPT] != tx;
    kept[tx % KEPT] = tx;
    pthread_mutex_unlock(&lock);
    return first;
}

void own_tx_forget(void)
{
    pthread_mutex_lock(&lock);
    memset(kept, 0, sizeof(kept));
    pthread_mutex_unlock(&lock);
}
