/* What main may ask of this area: files of notices are taken up by a thread of its own. */
#pragma once

#include "server/entity/entity.h"

extern const struct area partner_area;

void partner_register(void); /* what it does by the clock; in main, before threads */

/* `folder` has one folder for each partner. `conninfo` of the workers' role; texts are copied. 0, or negative (logged) when it is no folder. */
must_check int notice_drop_start(const char *folder, const char *conninfo);
void notice_drop_stop(void);
