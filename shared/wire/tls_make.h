/* Certificates made on first start, so that there is never a start without TLS. */
#pragma once

#include "base/util.h"
#include <stddef.h>

/* Days. */
enum { TLS_MAKE_CA_DAYS = 3653, TLS_MAKE_LEAF_DAYS = 825, TLS_MAKE_RENEW_DAYS = 30 };

/*
 * Makes ca.crt, ca.key, server.crt and server.key in dir (made if missing), P-256, keys of mode 0600, each file whole
 * or not at all. What is there stays while it is good: the leaf is made anew when it ends in under 30 days, does not fit its key
 * or authority, or lacks one of the names; the authority only when it ends so soon or cannot be used.
 * The leaf is good for localhost, this host's name, 127.0.0.1, ::1 and names (DNS names or IP addresses; unspecified addresses
 * such as 0.0.0.0 are passed over). 0, -EINVAL for a name that is none, else -errno, -EPROTO when OpenSSL fails.
 */
int tls_make_files(const char *dir, const char *const names[], size_t n) must_check;
