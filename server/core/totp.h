/* One-time codes (RFC 6238: SHA-1, 30 s, six digits), checked by liboath. */
#pragma once

#include "base/time.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* Before threads: liboath wants to be woken once. */
void totp_init(void);

/* A new secret of 160 bits as base32 text without padding. */
char *totp_secret_make(struct arena *arena) must_check;

/* What a phone's app reads from a QR code. */
char *totp_uri(struct arena *arena, const char *user, const char *secret) must_check;

/* Whether the code is right for now or one step beside it and later than last_step (NIL: any); its step is for the next time. */
bool totp_verify(const char *secret, const char *code, struct instant now, int64_t last_step,
                 int64_t *step_r) must_check;
