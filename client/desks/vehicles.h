/* The vehicle monitor, for the registry of desks. */
#pragma once

#include "client/views/desk.h"

extern const struct desk vehicles_desk;
