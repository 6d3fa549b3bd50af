/* What core keeps of a request beside what handlers see. */
#pragma once

#include "server/core/request.h"
#include "server/core/task.h"

/* Why a command is run again. */
enum rerun { RERUN_NO, RERUN_CLASH, RERUN_KEY, RERUN_RIGHTS, RERUN_CONNECTION };

/* The handler wants to be asked again after state->later_ms: the guessing of passwords is slowed without a thread that sleeps. */
enum { REQUEST_LATER = REQUEST_REPLAY + 1 };

enum { RERUNS_MAX = 3, FAIL_ARGS_MAX = 8 };

struct after_commit {
    struct after_commit *next;
    void (*fn)(struct request *request, void *data);
    void *data;
};

struct failure {
    enum error_code code; /* ERR_NONE: none */
    bool of_tx;           /* said by request_tx_failed */
    const char *field;
    const char *msgid;
    const char *names[FAIL_ARGS_MAX], *values[FAIL_ARGS_MAX];
    size_t nargs;
    struct str details; /* ,"name":json … */
};

struct request_state {
    struct task *task;
    struct connection *connection;
    struct parcel *answer; /* the last parcel, filled while the request goes on */
    const char *terminal;
    struct rows *gate; /* epoch, whether ended, stored verb, hash and answer of the key */
    bool gate_checked;
    const char *hash; /* of the request, hex; for keyed verbs */
    enum rerun rerun;
    bool reconnected; /* it was run again since its connection was lost: once is enough */
    bool streamed;    /* rows went out: it cannot be run again */
    struct failure failure;
    struct event *events, **events_end;
    struct after_commit *after, **after_end;
    struct rows *own_tx; /* transaction id of our change rows */
    int64_t later_ms;
    int round_trips;
};

/* One run of a command leaves nothing for the next. */
void request_reset(struct request *request);

/* What it changed is told by somebody else, or was not changed. */
void request_drop_events(struct request *request);

/* For the session's own verbs: the answer's effect, or a parcel before the answer. */
struct parcel *request_parcel(struct request *request) must_check;
