/* `yizhan … call VERB [JSON|-]`: the protocol for scripts. Each reply object, rows and errors included, is one line of JSON on stdout, in
 * the order of the requests. Returns the exit code (sysexits) of the last request refused, or 0. */
#pragma once

#include "client/options.h"

int batch_run(const struct options *options);

/* `yizhan … export ENTITY [--format F] [--filter LINE] …`: a list into a file or to standard output. */
int batch_export(const struct options *options);

/* `yizhan … import ENTITY FILE [--dry-run] [--mapping JSON] …`: a file into a list. */
int batch_import(const struct options *options);
