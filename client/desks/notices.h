/* Third parties' orders and their word on finished ones: two lists with a line of what they show, chosen by digits. */
#pragma once

#include "client/views/desk.h"

extern const struct desk notices_desk, results_desk;
