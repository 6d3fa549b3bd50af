/* Telephone calls: the log of them, what rings at one's own phone, dialling by a key. What the call systems tell is written by the gateway. */
#pragma once

#include "server/entity/entity.h"

extern const struct area calls_area;

void calls_register(void); /* what it does by the clock; in main, before threads */

enum { CALL_DIAL_NARGS = 4 };
extern const struct field call_dial_args[CALL_DIAL_NARGS];
must_check int call_dial_run(struct request *request);

must_check int call_ringing_run(struct request *request);
must_check int call_open_run(struct request *request);
