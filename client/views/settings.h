/*
 * What a person sets for himself: language, colours, borders, bell, when the terminal locks, hints. Kept as the preference `settings`, so it is the
 * same wherever he sits down; the program applies it (app_command APP_SETTINGS).
 */
#pragma once

#include "client/views/context.h"

struct settings {
    const char *language; /* "" in these: as the terminal was started */
    const char *theme;
    const char *borders; /* "auto", "lines", "ascii" */
    bool quiet;          /* no bell */
    bool no_hints;
    bool no_late_bell; /* orders that turn late do not ring */
    int lock_minutes; /* 0: as the server says */
};

/* Good until the preferences change. */
struct settings settings_get(const struct app_context *app);

void settings_open(struct app_context *app);
void settings_register(void);

/* sessions.c, totp.c: where one is logged in, and one-time codes. */
void sessions_open(struct app_context *app);
void totp_open(struct app_context *app);
void security_register(void);
