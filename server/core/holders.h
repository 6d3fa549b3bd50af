/*
 * Who has which record open for editing, on all servers, as the tail last saw it: written into answers, and told to watchers when it changes.
 */
#pragma once

#include "base/str.h"
#include "server/core/session.h"
#include "server/db/transaction.h"

/* A hold whose session was at no server for so long is dead; servers speak up for theirs more often. */
enum { HOLD_BEAT_MS = 4 * 1000, HOLD_DEAD_SECONDS = 15 };

/* The tail: reads them in its transaction, then compares and tells. */
struct rows *holders_read(struct tx *tx);
void holders_take(struct rows *rows);
void holders_beat(struct tx *tx, const int64_t *sessions, size_t count);

/* Adds the member ,"holders":[{"name","since","session_id"}…]: others than this session who edit a record. Nothing where nobody does. */
void holders_add(struct str *out, const char *entity, int64_t id, int64_t session_id);

/* The same of all records of an entity in the reach of the grant: ,"held":{"12":[…]}. */
void holders_add_all(struct str *out, const char *entity, const struct session *session,
                     const struct grant *grant);

/* That object alone, also where it is empty. */
void holders_write_all(struct str *out, const char *entity, const struct session *session,
                       const struct grant *grant);
