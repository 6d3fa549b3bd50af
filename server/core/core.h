/* The core as main sees it: one per process. */
#pragma once

#include "base/util.h"
#include "server/core/verb.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct ev_loop;
struct request;
struct str;

struct core_options {
    const char *database;      /* conninfo of yizhan_app, the pool's */
    const char *database_tail; /* conninfo of yizhan_tail: tail, sealer, roller */
    const char *statement_log; /* file; NULL: none */
    int workers;               /* of the short lane; 0: see core_workers() */
    int long_workers, hash_workers;
    int queue_length; /* requests that may wait, per lane */
    int connections, connections_per_address;
    int idle_seconds; /* of a session, without a request */
    int request_seconds, long_seconds;
    int drain_seconds;
};

/* What this server is called where several share a database: host and process. It claims work by this name. */
const char *core_server_name(void);

/* Registers the core's own verbs. Before threads, like the areas'. */
void core_register_verbs(void);

/* How many workers the short lane has when so many are asked for: 0 gives eight per core, but 4 to 32. */
int core_workers(int asked);

/* Opens what the core will work with; no thread yet. The options' texts are copied. */
void core_open(struct ev_loop *loop, const struct core_options *options);
void core_set_tls(SSL_CTX *tls);
int core_listen(const char *host, const char *port, int *port_r) must_check;

/* Starts the threads. */
void core_start(void);

/* What may change while running: idle and request times. */
void core_change(const struct core_options *options);

/* Stops listening, lets requests under way finish, says bye; `done` is called in the loop when nobody is left or time is up. */
void core_drain(void (*done)(void));

/* Ends the threads, if they were started. After the loop has ended. */
void core_stop(void);

/* session.describe is answered by the floor above: it puts rows and the reply into the request. NULL: an empty catalogue. */
extern int (*describe_hook)(struct request *request);

/* The field a unique index stands for, by the floor above; NULL: the constraint's name without the table's is taken. */
extern const char *(*constraint_field_hook)(const struct verb *verb, const char *constraint);
