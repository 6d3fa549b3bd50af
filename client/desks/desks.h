/* The desks of the rescue line: intake of calls, dispatch, the driver's, and the one-stop of finance. */
#pragma once

#include "client/views/desk.h"

/* Puts them into the registry of client/views/desk.h; before the ui starts. */
void desks_register(void);

extern const struct desk call_desk, dispatch_desk, driver_desk, onestop_desk, handin_desk, mymoney_desk;

/* Of single desks, for desks.c. */
void call_register(void);
void driver_register(void);
