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

/* The tail: reads what was committed since; hands it on. */
struct rows *notices_read(struct tx *tx, uint64_t from);
uint64_t notices_take(struct rows *rows);

/* The loop: to whom they belong. */
void notices_deliver(const struct event *notices);
