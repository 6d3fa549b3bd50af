/* Transactions this server told its watchers of already: the tail leaves them out. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void own_tx_add(uint64_t tx);
bool own_tx_known(uint64_t tx);
