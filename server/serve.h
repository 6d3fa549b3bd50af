/* The running server: TLS files, the loop, signals, the end. */
#pragma once

#include "base/util.h"

#include <stdbool.h>

struct account;
struct place;
struct settings;

/* Listens, becomes the account, says `ready HOST:PORT` on stdout, and runs until SIGTERM has drained it. config is read again on SIGHUP. 0, or
 * negative with the reason in the log. */
int serve(struct settings *settings, const char *config, const struct place *place,
          const struct account *account) must_check;
