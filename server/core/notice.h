/* What somebody must hear of: kept for each who is told, and handed to the terminals he sits at, whatever server they are at. */
#pragma once

#include "base/util.h"

#include <stdint.h>

struct event;
struct request;
struct rows;
struct tx;

/* To one employee; or to who has a role in reach of a branch; or to everybody of a branch. Never to who does it. */
struct notice {
    int64_t employee_id; /* 0 or NIL: not one */
    const char *role;    /* code; NULL: none */
    int64_t branch_id;   /* 0 or NIL: any */
    const char *level;   /* "info", "warning", "alarm" */
    const char *msgid;   /* N_("…") with {name} */
    const char *args;    /* JSON object of its parameters; NULL: none */
    const char *entity;  /* the record it is about; NULL: none */
    int64_t row_id;
};

/* In the request's transaction: told when it commits. */
void notice_send(struct request *request, const struct notice *notice);

/* A ringing call, to the terminals somebody sits at on this server: {"id","caller","name","orders","entity","row_id"}, all but id may be
 * absent; {"id","ended":true} when it rings no more. Any thread. */
void popup_send(int64_t employee_id, const char *json);

/* notice.list, read and send. */
void notice_register(void);

/* What was told last: everything before the transaction, and of it what has no higher id (-1: nothing). */
struct notice_cursor {
    uint64_t tx;
    int64_t id;
};

/* The tail: reads what was committed since, as much as is taken at once; hands it on and moves the cursor. */
struct rows *notices_read(struct tx *tx, struct notice_cursor from);
void notices_take(struct rows *rows, struct notice_cursor *cursor);

/* The loop: to whom they belong. */
void notices_deliver(const struct event *notices);
