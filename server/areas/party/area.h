/* Whoever we deal with: customers, suppliers, channels, operators, and the prices agreed with them. */
#pragma once

#include "server/entity/entity.h"

extern const struct area party_area;
