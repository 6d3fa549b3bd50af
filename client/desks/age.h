/* How long something has waited and how late it is, in as few cells as a list has for it. */
#pragma once

#include "base/time.h"

enum { AGE_TEXT_SIZE = 32 };

/* "5m", "1h20", "3d4h", "17d", the same in every language, rounded down; of a negative span "-5m". Returns buf. */
const char *age_print(char *buf, size_t size, int64_t seconds);

/* Whole seconds from one to the other; NIL when either is null. */
int64_t age_between(struct instant from, struct instant to);

/* What is left until `due`, or by how much it is over: "8m", "+3m". "" when nothing is due. */
const char *age_left(char *buf, size_t size, struct instant due, struct instant now);
bool age_is_over(struct instant due, struct instant now);

/* Less than a fifth of the time from `since` to `due` is left, or ten minutes where `since` is not known. */
bool age_is_near(struct instant since, struct instant due, struct instant now);
