#include "server/gateway/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/core/thread.h"

/* Shared by the thread and who asked; the last one frees it. */
struct resolve {
    pthread_mutex_t lock;
    char *host, *port;
    struct addrinfo *found;
    int fault, refs;
    bool done;
};

static void unref(struct resolve *resolve)
{
    pthread_mutex_lock(&resolve->lock);
    bool last = --resolve->refs == 0;
    pthread_mutex_unlock(&resolve->lock);
    if (!last)
        return;
    if (resolve->found)
        freeaddrinfo(resolve->found);
    pthread_mutex_destroy(&resolve->lock);
    free(resolve->host);
    free(resolve->port);
    free(resolve);
}

static void look(struct resolve *resolve, int flags)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags}, *found = NULL;
    int fault = getaddrinfo(resolve->host, resolve->port, &hints, &found);
    pthread_mutex_lock(&resolve->lock);
    resolve->found = fault ? NULL : found;
    resolve->fault = fault;
    resolve->done = true;
    pthread_mutex_unlock(&resolve->lock);
}

static void *run(void *argument)
{
    struct resolve *resolve = argument;
    look(resolve, AI_NUMERICSERV);
    unref(resolve);
    return NULL;
}

static void split(struct resolve *resolve, const char *address, const char *port)
{
    const char *end = strchr(address, ']'), *first = strchr(address, ':'),
               *colon = end ? strchr(end, ':') : strrchr(address, ':');
    bool bare = !end && first && first != colon; /* an IPv6 address without brackets has no port */
    size_t len = end ? (size_t)(end - address) : colon && !bare ? (size_t)(colon - address) : strlen(address);
    size_t skip = *address == '[';
    resolve->host = memory_strdup(address + skip);
    resolve->host[len - MIN(skip, len)] = '\0';
    resolve->port = memory_strdup(colon && !bare && colon[1] ? colon + 1 : port);
}

/* An address in figures needs no look-up, and no thread. */
struct resolve *resolve_start(const char *address, const char *port)
{
    struct resolve *resolve = memory_zeroed(1, sizeof(*resolve));
    pthread_t thread;
    pthread_mutex_init(&resolve->lock, NULL);
    resolve->refs = 1;
    split(resolve, address, port);
    look(resolve, AI_NUMERICHOST | AI_NUMERICSERV);
    if (resolve->fault != EAI_NONAME)
        return resolve;
    resolve->done = false;
    resolve->refs = 2;
    thread_start(&thread, "resolve", run, resolve);
    pthread_detach(thread);
    return resolve;
}

bool resolve_done(struct resolve *resolve, struct addrinfo **found_r, const char **fault_r)
{
    pthread_mutex_lock(&resolve->lock);
    bool done = resolve->done;
    *found_r = resolve->found;
    if (done)
        resolve->found = NULL;
    *fault_r = resolve->fault ? gai_strerror(resolve->fault) : NULL;
    pthread_mutex_unlock(&resolve->lock);
    return done;
}

void resolve_drop(struct resolve *resolve)
{
    if (resolve)
        unref(resolve);
}
