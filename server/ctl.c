/* yizhanctl: what an operator does beside the running server. */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "server/areas/registry.h"
#include "server/core/core.h"
#include "server/ctl.h"
#include "server/db/connection.h"
#include "server/place.h"
#include "server/settings.h"

struct command {
    const char *name;
    const char *arguments;
    const char *help;
    bool alone; /* needs no database */
    int (*run)(struct ctl *ctl);
};

static const struct command commands[] = {
    {"check", "",
     "re-add the ledger, verify every invariant and the chain of seals; the exit status is 1 when a row is "
     "wrong",
     false, ctl_check},
    {"jobs", "", "list the scheduled work and how it went", false, ctl_jobs},
    {"sessions", "", "list who is logged in", false, ctl_sessions},
    {"migrate", "", "bring the schema up to date", false, ctl_migrate},
    {"passwd", "LOGIN",
     "set a password, read from standard input; in an empty database makes the first administrator", false,
     ctl_passwd},
    {"seed", "N", "add demo orders and customers, N times as many", false, ctl_seed},
    {"man", "settings|verbs|entities",
     "print that section of the manual in mdoc, made from the server's tables", true, ctl_man},
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},   {"state", required_argument, NULL, 's'},
    {"database", required_argument, NULL, 'd'}, {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},           {NULL},
};

enum { PATIENCE_MS = 15 * 60 * 1000, CONNECT_MS = 10 * 1000 };

static void usage(FILE *out)
{
    fputs("yizhanctl [--config FILE] [--state DIR | --database CONNINFO] COMMAND\n", out);
    for (size_t i = 0; i < array_len(commands); i++)
        fprintf(out, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].help);
}

struct connection *ctl_connect(const char *conninfo)
{
    struct connection *connection = connection_create(conninfo, "yizhanctl");
    if (connection_open(connection, time_monotonic_ms() + CONNECT_MS) == 0)
        return connection;
    fputs("yizhanctl: the database is away\n", stderr);
    exit(EX_UNAVAILABLE);
}

struct tx *ctl_begin(struct ctl *ctl, struct connection *connection)
{
    return tx_begin(connection, ctl->arena, time_monotonic_ms() + PATIENCE_MS);
}

int ctl_tx_failed(struct tx *tx)
{
    fprintf(stderr, "yizhanctl: %s\n", tx_message(tx));
    return EX_UNAVAILABLE;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; name && i < array_len(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    usage(stderr);
    exit(EX_USAGE);
}

/* "none" keeps the server from migrating; here is who does it in its place. */
static void become_owner(struct settings *settings)
{
    if (settings->database_owner && strcmp(settings->database_owner, "none") == 0) {
        free(settings->database_owner);
        settings->database_owner = NULL;
    }
}

static int run(const struct command *command, struct ctl *ctl)
{
    struct place place = {0};
    if (command->alone)
        return command->run(ctl);
    if (place_open(ctl->settings, &place) < 0)
        return EX_UNAVAILABLE;
    ctl->place = &place;
    int result = command->run(ctl);
    place_close(&place);
    return result;
}

int main(int argc, char **argv)
{
    const char *config = NULL, *state = NULL, *database = NULL;
    int option;
    setlocale(LC_CTYPE, "C.UTF-8");
    while ((option = getopt_long(argc, argv, "+", long_options, NULL)) >= 0) {
        switch (option) {
        case 'c': config = optarg; break;
        case 's': state = optarg; break;
        case 'd': database = optarg; break;
        case 'V': printf("yizhanctl %s\n", YIZHAN_VERSION); return EX_OK;
        case 'h': usage(stdout); return EX_OK;
        default: usage(stderr); return EX_USAGE;
        }
    }
    const struct command *command = find_command(argv[optind]);
    struct settings settings;
    if (settings_load(config, &settings) < 0)
        return EX_CONFIG;
    settings_override(&settings.state, state);
    settings_override(&settings.database, database);
    become_owner(&settings);
    log_set_level(LOG_LEVEL_WARN);
    core_register_verbs();
    registry_register();
    struct ctl ctl = {.settings = &settings,
                      .arena = arena_create(0),
                      .argc = argc - optind - 1,
                      .argv = argv + optind + 1};
    int result = run(command, &ctl);
    arena_destroy(ctl.arena);
    settings_finish(&settings);
    return result;
}
