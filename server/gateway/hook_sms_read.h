/* What Kannel says over HTTP, read out of its query. Pure: no sockets, no database. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

struct arena;

enum {
    SMS_FROM_MAX = 40,       /* bytes of a sender, who may be a word */
    SMS_REFERENCE_MAX = 200, /* it is a key of the database */
    SMS_TEXT_MAX = 2000      /* more is cut off */
};

struct sms_report {
    int64_t message;
    bool delivered;
    const char *words; /* why not; NULL: nothing was said */
};

struct sms_reply {
    const char *from, *text;
    const char *reference; /* the same for the same answer, told twice */
};

/* A parameter by its name, decoded; NULL: it is not there. */
typedef const char *sms_value(void *context, const char *name);

/* 0, or -EINVAL: not what Kannel says. Texts are in the arena, of one line, as people's text must be. */
must_check int sms_read_report(sms_value *value, void *context, struct arena *arena,
                               struct sms_report *report_r);
must_check int sms_read_reply(sms_value *value, void *context, struct arena *arena,
                              struct sms_reply *reply_r);
