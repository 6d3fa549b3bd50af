/* Verbs of periods that are about none in particular. */
#pragma once

#include "model/field.h"

struct request;

enum { PERIOD_CREATE_NARGS = 1 };
extern const struct field period_create_args[PERIOD_CREATE_NARGS];
int period_create_run(struct request *request);
