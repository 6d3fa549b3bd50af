/*
 * What messages of the manager interface mean: calls that begin, ring, are answered and end. All legs of a call have one Linkedid, which
 * names it. Kept are the legs there are now, within a limit.
 */
#pragma once

#include "base/map.h"
#include "server/gateway/ami_parse.h"
#include "server/gateway/telephone-private.h"

enum { AMI_LEGS_MAX = 8192, AMI_NAME_MAX = 128 };

struct ami_calls {
    struct map legs;  /* by Uniqueid */
    struct map calls; /* by Linkedid */
    bool listing;     /* a list of all legs comes in */
    size_t dropped;   /* legs beyond the limit */
    void *context;
    void (*tell)(void *context, const struct telephone_event *event);
    bool (*has_extension)(void *context, const char *extension);
};

void ami_calls_init(struct ami_calls *calls, void *context,
                    void (*tell)(void *context, const struct telephone_event *event),
                    bool (*has_extension)(void *context, const char *extension));
void ami_calls_finish(struct ami_calls *calls);

/* All legs will be listed (action CoreShowChannels): what is known is forgotten until then. */
void ami_calls_list(struct ami_calls *calls);

void ami_calls_take(struct ami_calls *calls, const struct ami_message *message);
