/* The arguments of a request against its verb's row: the gate's third question, after permission. */
#pragma once

#include "server/core/request.h"

/* 0, or what request_fail gave: `invalid` with the field. Values are left in their stored form (plates, codes, phones normalised). */
int arguments_check(struct request *request) must_check;

/* One member against one field row; the same answer. For handlers with arguments of their own (lines, generic fields). `name` stands in
 * the refusal: "items.2.quantity". */
int argument_check(struct request *request, json_t *object, const struct field *field,
                   const char *name) must_check;

/* The key alone, where the verb wants one: request->key. */
int arguments_check_key(struct request *request) must_check;
