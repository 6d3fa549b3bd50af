/* Whose it is to tell of a transaction of this server: the request that made it, or the tail where that saw it first. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* True for whoever asks first about the number the database gave it (xid8). So many are kept that the tail, which looks five times a second, finds
 * each of them. */
bool own_tx_claim(uint64_t tx);

/* The data stand in another cluster, or were put back: its numbers begin anew. */
void own_tx_forget(void);
