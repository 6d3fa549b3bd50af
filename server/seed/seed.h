/*
 * The demo company: branches, people, vehicles, customers, 90 days of rescue orders with their money and their trail. The same seed and
 * the same moment give the same company. Over the owner's connection, in one transaction, before anybody listens.
 */
#pragma once

#include "base/time.h"
#include "base/util.h"

#include <stdint.h>

struct seed_options {
    const char *owner;  /* conninfo */
    uint64_t seed;      /* 0: the shipped one */
    struct instant now; /* the moment the company is at; null: the clock's */
};

/* Fills an empty database; does nothing where the demo company is already, and refuses where another is. 0, or negative with the reason
 * in the log. */
int seed_company(const struct seed_options *options) must_check;

/* The same with the shipped seed, at this moment. */
int seed_demo(const char *owner) must_check;

/* Brings orders and persons to so many times those of the demo company, which is made first where it is not there. The further ones are made
 * in bulk: they are in every state before the money is priced, and have neither documents nor a trail. */
int seed_times(const char *owner, int times) must_check;

/* The password of every login. */
#define SEED_PASSWORD "relay-station-demo"
