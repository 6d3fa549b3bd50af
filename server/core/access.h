/* Who somebody is and what they may do, read from the database: employee, roles, the tree of branches. */
#pragma once

#include "server/core/session.h"
#include "server/db/transaction.h"

struct access_read {
    struct rows *who, *permissions;
};

/* Queues the settings and reads for an employee named by an SQL expression's result: by id, or by the hash (hex) of the token the session
 * will have. The transaction sees every branch from then on, so it is for this alone. */
void access_queue_employee(struct tx *tx, struct access_read *read, int64_t employee_id);
void access_queue_token(struct tx *tx, struct access_read *read, const char *token_hash_hex);
void access_open_scope(struct tx *tx);

/* Makes the session of what was read; NULL when there is no such live employee. id, epoch, expiry and terminal are the caller's to fill. */
struct session *access_session(const struct access_read *read, const char *terminal) must_check;

/* Reads the rights of a live session anew. NULL with TX_OK: it has ended. Its own short transaction. */
struct session *access_reload(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                              const struct session *was, enum tx_fault *fault_r) must_check;
