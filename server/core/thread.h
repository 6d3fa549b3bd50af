/* Starting a thread that leaves every signal to the loop. */
#pragma once

#include <pthread.h>

/* argument must live as long as the thread, which is the caller's to join. A name has 15 letters at most. No thread: the process ends. */
void thread_start(pthread_t *thread, const char *name, void *(*run)(void *argument), void *argument);
