/*
 * A connection as the core sees it: who is logged in, which requests are under way, what is watched. Belongs to the loop. It is made when
 * TLS is up and gone with the peer; requests under way finish without it.
 */
#pragma once

#include "server/core/event.h"
#include "server/core/task.h"
#include "server/net/net.h"

struct caller {
    struct peer *peer;
    struct outlet *outlet;
    struct session *session;
    struct watch *watch;
    struct task *flight[WIRE_IN_FLIGHT_MAX]; /* unanswered, also those that wait */
    size_t nflight;
    struct task *changing;                    /* the one changing request that runs */
    struct task *waiting[WIRE_IN_FLIGHT_MAX]; /* changing ones behind it, in order */
    size_t nwaiting;
    int violations;
    bool resync; /* events were left out: say so when the output has drained */
#ifdef YIZHAN_FAULTS
    int fault, fault_nth;
#endif
};

extern const struct net_ops caller_ops;

/* Whole lines to the other end. */
void caller_send(struct caller *caller, const char *bytes, size_t len);

/* What a worker or the tail posted. */
void caller_deliver(struct parcel *parcel);

/* No more requests: says bye to everybody as soon as their last answer is out. */
void caller_drain_all(struct net *net);
