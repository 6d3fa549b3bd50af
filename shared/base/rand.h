/*
 * A small generator (xoshiro256**, seeded by splitmix64) that gives the same numbers for the same seed on every machine:
 * for demo data, jitter and tests. Never for anything secret.
 */
#pragma once

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* Any seed will do, 0 too; next is evenly spread over all 64 bits. */
void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);

/* Evenly from low to high, both included; low when high < low. */
int64_t rng_range(struct rng *rng, int64_t low, int64_t high);
