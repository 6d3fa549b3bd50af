/*
 * The monitor of orders and that of appointments: the generic list under a line of states with live counts, the most urgent first. Digits choose a
 * state; all actions, marks and filters are the list's.
 */
#pragma once

#include "client/views/desk.h"

extern const struct desk monitor_desk, appointments_desk;
