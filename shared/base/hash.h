/* A hash that strangers cannot aim at: SipHash-1-3 with a key drawn at random once per process. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The same within a process only: never to be stored or sent. Any thread. */
uint64_t hash_bytes(const void *bytes, size_t n);
