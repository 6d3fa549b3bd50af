/* Transactions this server told its watchers of already: the tail leaves them out. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The number the database gave it (xid8). So many are kept that the tail, which looks five times a second, finds each of them. */
void own_tx_add(uint64_t tx);
bool own_tx_known(uint64_t tx);
