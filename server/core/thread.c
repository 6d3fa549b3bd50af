#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/core/thread.h"

void thread_start(pthread_t *thread, const char *name, void *(*run)(void *argument), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        log_error("cannot start a thread: %s", strerror(failed));
        abort();
    }
    pthread_setname_np(*thread, name);
}
