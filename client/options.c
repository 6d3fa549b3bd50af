#include "client/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/util.h"
#include "wire/limits.h"

enum { PASSWORD_MAX = 1024 };

static const char usage[] =
    "usage: yizhan [OPTIONS]                   the screens\n"
    "       yizhan [OPTIONS] call VERB [JSON]  one request; its reply as a line of JSON\n"
    "       yizhan [OPTIONS] call VERB -       a request per line of standard input\n"
    "       yizhan [OPTIONS] export ENTITY …   a list into a file; `yizhan export` says more\n"
    "       yizhan [OPTIONS] import ENTITY FILE …  a file into a list; `yizhan import` says more\n"
    "\n"
    "  -s, --server HOST:PORT    the server (YIZHAN_SERVER; 127.0.0.1:7719)\n"
    "  -c, --ca FILE             certificate authority that signed the server's certificate (YIZHAN_CA)\n"
    "  -u, --user NAME           login name (YIZHAN_USER)\n"
    "  -l, --lang LANG           en, zh_CN or zh_TW\n"
    "  -p, --plain               linear mode: a label and a value per line, for screen readers\n"
    "      --theme NAME          dark, light, mono, contrast or own\n"
    "      --borders KIND        auto, lines or ascii\n"
    "      --terminal NAME       name of this device in the audit trail (the host name)\n"
    "      --position-command CMD  a program that says where a driver's phone is\n"
    "      --position-every SECONDS  how often it is asked while he is on duty (60)\n"
    "      --photo-command CMD   a program that takes a picture and writes it to its output\n"
    "      --password-file FILE  first line is the password (else YIZHAN_PASSWORD)\n"
    "  -V, --version\n"
    "  -h, --help\n";

enum {
    OPTION_THEME = 256,
    OPTION_BORDERS,
    OPTION_TERMINAL,
    OPTION_POSITION,
    OPTION_EVERY,
    OPTION_PHOTO,
    OPTION_PASSWORD_FILE
};
enum { POSITION_SECONDS = 60, POSITION_SECONDS_LEAST = 1, POSITION_SECONDS_MOST = 3600 };

static const struct option rows[] = {
    {"server", required_argument, NULL, 's'},
    {"ca", required_argument, NULL, 'c'},
    {"user", required_argument, NULL, 'u'},
    {"lang", required_argument, NULL, 'l'},
    {"plain", no_argument, NULL, 'p'},
    {"theme", required_argument, NULL, OPTION_THEME},
    {"borders", required_argument, NULL, OPTION_BORDERS},
    {"terminal", required_argument, NULL, OPTION_TERMINAL},
    {"position-command", required_argument, NULL, OPTION_POSITION},
    {"position-every", required_argument, NULL, OPTION_EVERY},
    {"photo-command", required_argument, NULL, OPTION_PHOTO},
    {"password-file", required_argument, NULL, OPTION_PASSWORD_FILE},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* "host", "host:port", "[::1]:port", "::1" */
static bool options_address(const char *text, struct options *options)
{
    const char *colon = strrchr(text, ':'), *host = text;
    size_t host_len = strlen(text);
    snprintf(options->port, sizeof options->port, "%d", WIRE_PORT);
    if (text[0] == '[') {
        const char *end = strchr(text, ']');
        if (!end || (end[1] && end[1] != ':'))
            return false;
        host = text + 1;
        host_len = (size_t)(end - host);
        colon = end[1] ? end + 1 : NULL;
    } else if (colon && strchr(text, ':') == colon) {
        host_len = (size_t)(colon - text);
    } else {
        colon = NULL;
    }
    if (!host_len || host_len >= sizeof options->host ||
        (colon && (!colon[1] || strlen(colon + 1) >= sizeof options->port)))
        return false;
    memcpy(options->host, host, host_len);
    options->host[host_len] = '\0';
    if (colon)
        snprintf(options->port, sizeof options->port, "%s", colon + 1);
    return true;
}

static bool options_lang_known(const char *lang)
{
    return strcmp(lang, "en") == 0 || strcmp(lang, "zh_CN") == 0 || strcmp(lang, "zh_TW") == 0;
}

static int options_refuse(int *code_r, const char *what, const char *value)
{
    fprintf(stderr, "yizhan: %s: %s\n", what, value);
    *code_r = EX_USAGE;
    return 1;
}

int options_parse(int argc, char **argv, struct options *options, int *code_r)
{
    const char *server = getenv("YIZHAN_SERVER");
    *options = (struct options){
        .ca = getenv("YIZHAN_CA"), .user = getenv("YIZHAN_USER"), .position_seconds = POSITION_SECONDS};
    int option;
    while ((option = getopt_long(argc, argv, "+s:c:u:l:pVh", rows, NULL)) != -1) {
        switch (option) {
        case 's': server = optarg; break;
        case 'c': options->ca = optarg; break;
        case 'u': options->user = optarg; break;
        case 'l': options->lang = optarg; break;
        case 'p': options->plain = true; break;
        case OPTION_THEME: options->theme = optarg; break;
        case OPTION_BORDERS: options->borders = optarg; break;
        case OPTION_TERMINAL: options->terminal = optarg; break;
        case OPTION_POSITION: options->position_command = optarg; break;
        case OPTION_EVERY: options->position_seconds = atoi(optarg); break;
        case OPTION_PHOTO: options->photo_command = optarg; break;
        case OPTION_PASSWORD_FILE: options->password_file = optarg; break;
        case 'V':
            printf("yizhan %s\n", YIZHAN_VERSION);
            *code_r = 0;
            return 1;
        case 'h':
            fputs(usage, stdout);
            *code_r = 0;
            return 1;
        default:
            fputs(usage, stderr);
            *code_r = EX_USAGE;
            return 1;
        }
    }
    if (!options_address(server ? server : "127.0.0.1", options))
        return options_refuse(code_r, "not a HOST:PORT", server);
    if (options->lang && !options_lang_known(options->lang))
        return options_refuse(code_r, "no such language (en, zh_CN, zh_TW)", options->lang);
    if (options->position_seconds < POSITION_SECONDS_LEAST ||
        options->position_seconds > POSITION_SECONDS_MOST)
        return options_refuse(code_r, "not 1 to 3600 seconds", "--position-every");
    options->rest = argv + optind;
    options->nrest = argc - optind;
    return 0;
}

char *options_password(const struct options *options, const char **fault_r)
{
    *fault_r = NULL;
    if (!options->password_file) {
        char *given = getenv("YIZHAN_PASSWORD");
        char *copy = given ? memory_strdup(given) : NULL;
        if (given)
            explicit_bzero(given, strlen(given));
        unsetenv("YIZHAN_PASSWORD");
        return copy;
    }
    FILE *file = fopen(options->password_file, "re");
    char *line = memory_zeroed(1, PASSWORD_MAX);
    if (!file || !fgets(line, PASSWORD_MAX, file)) {
        *fault_r = options->password_file;
        free(line);
        line = NULL;
    } else {
        line[strcspn(line, "\r\n")] = '\0';
    }
    if (file)
        fclose(file);
    return line;
}
