/*
 * The configuration file (libconfuse) as one table of rows: name, type, default, bounds, help. The reader, --check-config and the man page
 * yizhand.conf(5) are made from the same rows.
 */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* Whom the server runs as where root starts it and nobody else is named. */
#define SETTINGS_USER "yizhan"

struct settings {
    char *listen;
    char *state;
    char *database, *database_owner, *database_tail;
    char *database_user, *user;
    char *tls_cert, *tls_key, *tls_client_ca;
    char *tls_names; /* parted by spaces */
    bool tls_12;
    long workers, long_workers, hash_workers;
    long queue;
    long connections, connections_per_address;
    long idle_seconds;
    long request_seconds, long_seconds, drain_seconds;
    char *sms_url, *sms_user, *sms_password, *sms_sender;
    char *gammu_database;
    char *mail_url, *mail_user, *mail_password, *mail_from;
    char *hook_listen, *hook_token;
    char *notice_drop;
    char *log_level, *statement_log;
};

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_SWITCH };

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;    /* in struct settings */
    const char *text; /* default of a text; NULL: not set */
    long number;      /* default of a number or switch */
    long min, max;
    bool live; /* taken over by SIGHUP */
    const char *help;
};

extern const struct setting settings_table[];
extern const size_t settings_count;

/* Defaults, then the file (NULL: none). 0, or negative with what is wrong on stderr. */
int settings_load(const char *path, struct settings *settings) must_check;
void settings_finish(struct settings *settings);

/* Replaces a text, as the command line does; NULL changes nothing. */
void settings_override(char **text, const char *value);
