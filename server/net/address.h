/* By whom strangers are counted. */
#pragma once

#include <stddef.h>

enum { ADDRESS_GROUP_SIZE = 64 };

/* The address itself; of IPv6 its network (/64), in which everybody has as many addresses as he likes. Gives `out` back. */
const char *address_group(const char *address, char out[ADDRESS_GROUP_SIZE]);
