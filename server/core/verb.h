/* Verbs: one row each. Permission, arguments and what the row promises stand here, so that the gate refuses before a handler runs. */
#pragma once

#include "model/field.h"

#include <stdbool.h>
#include <stddef.h>

struct request;

enum verb_lane {
    LANE_SHORT, /* the worker pool */
    LANE_LONG,  /* exports, imports, reports, unindexed sorts */
    LANE_HASH   /* password hashing */
};

enum verb_flags {
    VERB_OPEN = 1 << 0,    /* heard before login */
    VERB_SESSION = 1 << 1, /* every logged-in user has it */
    VERB_CHANGES = 1 << 2, /* one changing request at a time per connection */
    VERB_KEYED = 1 << 3,   /* wants `key`; the answer is stored and replayed */
    VERB_NO_TX = 1 << 4,   /* the handler opens no transaction or its own */
    VERB_BATCH = 1 << 5,   /* takes items: [{id, version}] */
    VERB_AT_ONCE = 1 << 6, /* without arguments the loop itself answers {} */
    VERB_ALONE = 1 << 7,   /* the lines behind it are not looked at before it is answered */
    /* Changes nothing but the trail: its transaction may write, and others need not wait for it. */
    VERB_NOTED = 1 << 8,
    VERB_OURS = 1 << 9, /* of what every logged-in user has: not those who work for a third party */
    /* The loop runs it, whatever waits in the lanes: with VERB_NO_TX, and it neither looks anything up nor waits. */
    VERB_IN_LOOP = 1 << 10
};

struct verb {
    const char *name; /* entity.action */
    /* Name of the permission; NULL with neither VERB_OPEN nor VERB_SESSION: nobody has it. */
    const char *permission;
    const char *label; /* msgid */
    const char *help;  /* msgid */
    unsigned flags;    /* enum verb_flags */
    enum verb_lane lane;
    const struct field *args; /* besides id, version, key, reason, items, which the flags and `takes` imply */
    size_t nargs;
    unsigned takes; /* enum verb_takes */
    int (*run)(struct request *request);
    /* The transaction failed (also at commit): names the field behind it by request_fail() and returns that; 0 or NULL: core's own words. */
    int (*failed)(struct request *request);
    const void *data; /* the entity, action … of a generic verb */
};

/* Reserved arguments a verb takes, checked by the gate like declared ones. */
enum verb_takes {
    TAKES_ID = 1 << 0,
    TAKES_VERSION = 1 << 1,
    TAKES_REASON = 1 << 2, /* optional */
    TAKES_REASON_REQUIRED = 1 << 3,
    /* The handler checks its own arguments (generic create, update, list); .args are for help only. */
    TAKES_ANY = 1 << 4
};

/* Registration happens in main before threads start; the row must live for ever. Aborts on a second row of the same name. */
void verb_register(const struct verb *verb);
const struct verb *verb_find(const char *name); /* NULL when unknown */
size_t verb_count(void);
const struct verb *verb_at(size_t index); /* sorted by name */
