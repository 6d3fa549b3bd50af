/* The interactive client: terminal, link, catalogue and screens on one libev loop. Returns the exit code. */
#pragma once

#include "client/options.h"

int app_run(const struct options *options);
