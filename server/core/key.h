/* Idempotency: a key, the hash of its request and the stored answer. */
#pragma once

#include "server/core/request.h"

/* The commands under way in this server; false: this one is already. The rest of the servers are kept apart by the key's row. */
bool key_enter(int64_t user_id, const char *key);
void key_leave(int64_t user_id, const char *key);

/* SHA-256 of verb and arguments (without the key, order of members does not matter), as hex in the arena. */
const char *key_hash(struct request *request) must_check;

/* Queues the row with the answer that stands in request->out. */
void key_store(struct request *request);
