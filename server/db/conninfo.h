/* Where the database is: libpq's conninfo text taken apart, so that every host of it can be tried with a deadline of its own. */
#pragma once

#include "base/util.h"

#include <libpq-fe.h>
#include <stddef.h>

/* The text with one word (user, dbname, host …) set to a value. malloc'd; NULL when the text cannot be read. */
char *conninfo_set(const char *conninfo, const char *word, const char *value) must_check;

/* 0, or -EINVAL with the reason in the log: for settings, before anything is started. */
int conninfo_check(const char *conninfo) must_check;

enum { CONNINFO_WORDS_MAX = 96, CONNINFO_HOST_MAX = 512 };

/* What PQconnectStartParams takes, for one of the hosts. Holds pointers into the conninfo it was made from. */
struct conninfo_words {
    const char *words[CONNINFO_WORDS_MAX];
    const char *values[CONNINFO_WORDS_MAX];
    size_t count;
    char host[CONNINFO_HOST_MAX], hostaddr[CONNINFO_HOST_MAX], port[16];
    char options[1024];
};

/* How many hosts a conninfo names: 1 when it names none. */
size_t conninfo_hosts(const PQconninfoOption *options);

/* For conninfo_words: keep the list of hosts, for libpq's own (blocking) way through it. */
#define CONNINFO_ALL_HOSTS SIZE_MAX

/* `settings` are "-c name=value …" for the start-up packet; they stand behind the conninfo's own and so win. -E2BIG when it does
 * not fit. */
int conninfo_words(const PQconninfoOption *options, size_t host, const char *name, const char *settings,
                   struct conninfo_words *words_r) must_check;
