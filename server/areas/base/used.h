/* Codes of base data on records. */
#pragma once

#include "server/entity/entity.h"

/* Refuses where a record of any entity holds the code of that kind; for guards, once the record was read. */
must_check int base_refuse_used(struct act *act, const char *kind, const char *code);
