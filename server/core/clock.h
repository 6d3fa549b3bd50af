/* Business time. In test builds YIZHAN_NOW shifts it, by "+SECONDS" or "-SECONDS", or starts it at an RFC 3339 instant. */
#pragma once

#include "base/time.h"

/* Before threads: takes YIZHAN_NOW where the build knows it. */
void clock_init(void);

/* What a request takes for now (request->now); it is the wall's clock but in tests, so nothing is timed by it. Any thread. */
struct instant clock_now(void);

#ifdef YIZHAN_FAULTS
void clock_shift(int64_t seconds); /* from the real time; any thread */
#endif
