/* Secrets of one-time codes that are shown but not confirmed yet, by session, in memory only. Any thread. */
#pragma once

#include <stdint.h>

struct arena;

void pending_put(int64_t session_id, const char *secret);
const char *pending_get(int64_t session_id, struct arena *arena); /* NULL: none, or too old */
void pending_drop(int64_t session_id);
