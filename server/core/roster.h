/* The sessions whose connection is at this server. The loop writes, the tail reads. */
#pragma once

#include "base/util.h"
#include "server/net/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_entry {
    int64_t session_id;
    int64_t epoch;
    struct peer_id peer;
};

void roster_put(int64_t session_id, int64_t epoch, struct peer_id peer);
/* Only when it is still this peer's. */
void roster_remove(int64_t session_id, struct peer_id peer);
bool roster_find(int64_t session_id, struct roster_entry *entry_r);

/* A copy of all entries, malloc'd. */
struct roster_entry *roster_copy(size_t *count_r) must_check;
