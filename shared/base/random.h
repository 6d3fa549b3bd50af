/* Random bytes from the kernel, for keys, tokens and salts. */
#pragma once

#include <stddef.h>

/* Never fails: a kernel that gives no random bytes ends the process. Safe in any thread. */
void random_bytes(void *buf, size_t n);
