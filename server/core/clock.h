/* Business time. In test builds YIZHAN_NOW shifts it, by "+SECONDS" or "-SECONDS", or starts it at an RFC 3339 instant. */
#pragma once

#include "base/time.h"

void clock_init(void);
struct instant clock_now(void);

#ifdef YIZHAN_FAULTS
void clock_shift(int64_t seconds); /* from the real time; any thread */
#endif
