/* What the command line and the environment ask for. */
#pragma once

#include <stdbool.h>

struct options {
    char host[256], port[16];
    const char *ca;            /* --ca, YIZHAN_CA; NULL: the system's */
    const char *user;          /* --user, YIZHAN_USER; NULL: asked for */
    const char *lang;          /* --lang; NULL: LANGUAGE, LC_ALL, LC_MESSAGES or LANG decide */
    const char *theme;         /* --theme */
    const char *borders;       /* --borders auto|lines|ascii */
    const char *password_file; /* --password-file */
    const char *terminal;      /* --terminal: this device's name in the trail; NULL: the host name */
    const char *position_command; /* --position-command; NULL: none */
    const char *photo_command;    /* --photo-command */
    int position_seconds;         /* --position-every */
    bool plain;
    char **rest; /* words after the options */
    int nrest;
};

/* 0: go on; else the process ends with *code_r (--help and --version end with 0). */
int options_parse(int argc, char **argv, struct options *options, int *code_r);

/* The password from --password-file or YIZHAN_PASSWORD (which is then wiped from the environment); NULL when neither is given.
 * malloc'd: wipe it. *fault_r names an unreadable file. */
char *options_password(const struct options *options, const char **fault_r);
