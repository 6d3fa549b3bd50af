/*
 * Messages of the Asterisk Manager Interface out of bytes: lines "Key: value" ended by an empty one. What comes from outside is held to limits:
 * a field too long is left out, a message too long is passed over as a whole, and nothing is kept beyond them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/util.h"

enum {
    AMI_LINE_MAX = 4 * 1024,     /* bytes of a field with its name */
    AMI_MESSAGE_MAX = 32 * 1024, /* bytes of a message */
    AMI_FIELDS_MAX = 160,
};

struct ami_field {
    const char *name, *value; /* in the message's text */
};

struct ami_message {
    struct ami_field fields[AMI_FIELDS_MAX];
    size_t count;
};

struct ami_parser {
    struct str text; /* of the message so far: names and values, each with its NUL */
    struct str line; /* what has come of the next line */
    size_t fields;   /* in text */
    bool skip_line;  /* it is too long */
    bool skip_message;
    size_t dropped; /* fields and messages left out so far */
};

void ami_parser_init(struct ami_parser *parser);
void ami_parser_finish(struct ami_parser *parser);

/* Takes bytes until a message is whole, which lives until the next call: *used_r of them were taken. False: all were, and none is whole yet. */
must_check bool ami_parse(struct ami_parser *parser, const char *bytes, size_t n, size_t *used_r,
                          struct ami_message *message_r);

/* By name, whatever its case; "" where there is none: no field of this protocol differs between empty and missing. */
const char *ami_value(const struct ami_message *message, const char *name);

/* "8001" of "PJSIP/8001-00000a1f"; of "Local/8001@from-queue-0001;2" it is, too. Into `out`, "" when there is none. */
void ami_peer(const char *channel, char *out, size_t size);
bool ami_is_local(const char *channel); /* a channel within the call system, with another behind it */
