/* Within base: a time zone as its TZif file (RFC 8536) tells it. */
#pragma once

#include "base/util.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_date_kind {
    ZONE_DATE_JULIAN,    /* Jn: 1 to 365, 29 February is never counted */
    ZONE_DATE_DAY,       /* n: 0 to 365, it is */
    ZONE_DATE_MONTH_DAY, /* Mm.w.d: the w-th (5: last) weekday d (0: Sunday) of month m */
};

struct zone_date {
    enum zone_date_kind kind;
    int month, week, day;
    int32_t seconds; /* of the local clock, from that day's midnight; may be negative or past a day */
};

/* A POSIX TZ string, as in the footer of a TZif file: what holds after the last transition. */
struct zone_rule {
    int32_t standard, daylight; /* seconds east of UTC */
    bool has_daylight;
    struct zone_date start, end;
};

struct zone {
    size_t count;         /* of transitions */
    int64_t *transitions; /* seconds since 1970, ascending */
    int32_t *offsets;     /* from each transition on */
    int32_t first;        /* before the first transition */
    bool has_rule;
    struct zone_rule rule;
};

/* Reads a whole file. 0 and the zone, or -EBADMSG. */
int zone_parse(const void *bytes, size_t n, struct zone **zone_r) must_check;
void zone_destroy(struct zone *zone);

/* Seconds east of UTC at a second since 1970. */
int32_t zone_offset(const struct zone *zone, int64_t second);

/* 0 or -EBADMSG. */
int zone_rule_parse(const char *text, struct zone_rule *rule_r) must_check;
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t second);
