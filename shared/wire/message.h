/*
 * A line taken apart:  TAG SP VERB [SP JSON-object]  from the client,  TAG SP kind SP JSON  or  * EVENT SP JSON  from the server.
 * The JSON is not looked into here; that is json.h, in a worker.
 */
#pragma once

#include "base/str.h"
#include "base/util.h"
#include <stdbool.h>
#include <stddef.h>

enum message_fault {
    MESSAGE_FAULT_NONE,
    MESSAGE_FAULT_EMPTY,
    MESSAGE_FAULT_NUL, /* a NUL byte in the line */
    MESSAGE_FAULT_TAG,
    MESSAGE_FAULT_VERB,
    MESSAGE_FAULT_KIND, /* replies: none of ok err row progress, or no name of an event */
    MESSAGE_FAULT_JSON, /* not { … } */
    MESSAGE_FAULTS
};

struct message_request {
    const char *tag;  /* NULL when the fault is before or in it; else set also when the verb is at fault */
    const char *verb; /* NULL when it is at fault */
    const char *json; /* "{}" when the line has none */
    size_t json_len;
};

enum message_kind { MESSAGE_OK, MESSAGE_ERR, MESSAGE_ROW, MESSAGE_PROGRESS, MESSAGE_EVENT, MESSAGE_KINDS };

struct message_reply {
    const char *tag; /* "*" for events */
    enum message_kind kind;
    const char *event; /* its name, or NULL for the other kinds */
    const char *json;
    size_t json_len;
};

/* Both write NULs into the line (len bytes and a NUL after them) and point into it. */
enum message_fault message_parse_request(char *line, size_t len, struct message_request *out) must_check;
enum message_fault message_parse_reply(char *line, size_t len, struct message_reply *out) must_check;

/* English, for the err line. */
const char *message_fault_text(enum message_fault fault);

/* "ok" "err" "row" "progress"; "event" for events. */
const char *message_kind_name(enum message_kind kind);

/* Each adds one whole line with its LF. json NULL: requests have none, replies and events get {}. */
void message_add_request(struct str *s, const char *tag, const char *verb, const char *json);
void message_add_reply(struct str *s, const char *tag, enum message_kind kind, const char *json);
void message_add_event(struct str *s, const char *event, const char *json);

/* 1 to 32 of A-Z a-z 0-9 . _ - */
bool message_tag_valid(const char *tag);

/* entity.action in lower case, digits and _ within words */
bool message_verb_valid(const char *verb);

/* An idempotency key: 8 to 64 characters of the tag's alphabet. */
bool message_key_valid(const char *key);
