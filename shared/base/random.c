#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/random.h"

void random_bytes(void *buf, size_t n)
{
    unsigned char *at = buf;
    while (n) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            log_error("the kernel gives no random bytes");
            abort();
        }
        at += got;
        n -= (size_t)got;
    }
}
