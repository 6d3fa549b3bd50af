/* How customers rate the work: averages by driver, by branch, month by month. */
#pragma once

#include "client/views/desk.h"

extern const struct desk ratings_desk;
