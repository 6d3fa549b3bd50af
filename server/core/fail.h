/* Refusals as JSON: code, English message, msgid and its parameters. */
#pragma once

#include "base/str.h"
#include "server/core/request.h"
#include "wire/error.h"

/* An error object without parameters. */
void fail_write(struct str *out, enum error_code code, const char *msgid);

/* That of the request, its members after those of code and message as said by request_fail. */
void fail_write_request(struct str *out, const struct request *request);

/* An error of ours: the log line and the answer share an incident id. */
int fail_internal(struct request *request, const char *what);

/* msgid with {name} filled in. */
void fail_fill(struct str *out, const char *msgid, const char *const *names, const char *const *values,
               size_t n);
