/* For the drivers of call systems, and the files of the telephone. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "server/gateway/telephone.h"

struct arena;
struct connection;

enum telephone_kind {
    TELEPHONE_CALL,      /* begins: direction, number; extension, where it comes from inside */
    TELEPHONE_QUEUE,     /* waits in: queue */
    TELEPHONE_RING,      /* at: extension */
    TELEPHONE_RING_END,  /* at: extension; answered elsewhere, or nobody went there */
    TELEPHONE_ANSWER,    /* by: extension */
    TELEPHONE_RECORDING, /* at: recording */
    TELEPHONE_END,       /* cause, error */
    TELEPHONE_REFUSED,   /* what was to be dialled: cause, error */
    TELEPHONE_LIVE       /* these are all there are: calls */
};

enum telephone_direction { TELEPHONE_IN, TELEPHONE_OUT, TELEPHONE_INTERNAL };

/* What a call system told. Texts live during the call only; NULL: not known. */
struct telephone_event {
    enum telephone_kind kind;
    enum telephone_direction direction;
    const char *call; /* one name for all legs of it */
    const char *number, *extension, *queue, *recording, *error;
    int cause; /* of Q.850 */
    const char *const *calls;
    size_t ncalls;
};

/* A call system as this server holds it. */
struct exchange {
    int64_t branch_id;
    char *code;    /* of the branch, for the log */
    char *address; /* HOST, HOST:PORT, [IPv6]:PORT */
    char *user, *secret;
    char *technology, *context, *prefix; /* of dialling; prefix may be NULL */
    char **extensions;
    size_t nextensions;
    bool up;
    const struct exchange_ops *ops;
    void *driver;
};

/* How a kind of call system is spoken to. Everything is called in the telephone's loop, and nothing waits. */
struct exchange_ops {
    const char *name;
    void *(*init)(struct exchange *exchange, struct ev_loop *loop); /* begins to connect */
    void (*due)(void *driver, int64_t now_ms);                      /* some times a second */
    /* Rings the extension, and when that is taken up the number. `call` names the call from then on. NULL, or why it cannot be done. */
    const char *(*originate)(void *driver, const char *call, const char *extension, const char *number);
    void (*finish)(void *driver);
};

extern const struct exchange_ops ami_exchange;

/* From the drivers. */
void exchange_tell(struct exchange *exchange, const struct telephone_event *event);
void exchange_turned(struct exchange *exchange, bool up, const char *trouble); /* trouble may be NULL */
bool exchange_has_extension(const struct exchange *exchange, const char *extension);

struct exchange *exchange_create(void) must_check;
void exchange_destroy(struct exchange *exchange); /* its driver's, too */

/* ---- telephone_store.c: a transaction each; negative when the database is away */
/* Calls back with each line held now; the exchange is the callee's. */
int telephone_claim(struct connection *connection, struct arena *arena, const char *server, int lease_seconds,
                    void (*take)(struct exchange *exchange));
int telephone_release(struct connection *connection, struct arena *arena, const char *server);

/* What is to be written: JSON for telephone_event(), or (state) that a line turned. */
struct telephone_entry {
    int64_t branch_id;
    char *json; /* NULL: of the state */
    bool up;
    char *trouble;
};
int telephone_write(struct connection *connection, struct arena *arena, const char *server,
                    const struct telephone_entry entries[], size_t count);

struct telephone_ring {
    int64_t call_id, employee_id;
    const char *json;
};

/* What rings now, and what is to be dialled. Texts are the arena's. Gives whether there are call systems at all. */
int telephone_look(struct connection *connection, struct arena *arena, const char *server,
                   struct telephone_ring **rings_r, size_t *nrings_r,
                   void (*dial)(int64_t branch_id, const char *call, const char *extension,
                                const char *number));

char *telephone_json(const struct telephone_event *event); /* malloc'd */
