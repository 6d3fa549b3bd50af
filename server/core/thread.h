/* Starting a thread that leaves every signal to the loop. */
#pragma once

#include <pthread.h>

void thread_start(pthread_t *thread, const char *name, void *(*run)(void *argument), void *argument);
