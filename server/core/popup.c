#include "server/core/popup.h"

#include <pthread.h>
#include <string.h>

#include "base/util.h"

static struct {
    pthread_mutex_t lock;
    struct popup_told items[POPUPS_TOLD_MAX];
    size_t count;
} told = {.lock = PTHREAD_MUTEX_INITIALIZER};

void popup_was_told(int64_t id, int64_t employee_id)
{
    pthread_mutex_lock(&told.lock);
    if (told.count < POPUPS_TOLD_MAX)
        told.items[told.count++] = (struct popup_told){id, employee_id};
    pthread_mutex_unlock(&told.lock);
}

size_t popup_take_told(struct popup_told told_r[], size_t max)
{
    pthread_mutex_lock(&told.lock);
    size_t n = MIN(told.count, max);
    memcpy(told_r, told.items, n * sizeof(told.items[0]));
    told.count -= n;
    memmove(told.items, told.items + n, told.count * sizeof(told.items[0]));
    pthread_mutex_unlock(&told.lock);
    return n;
}
