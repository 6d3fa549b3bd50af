/* yizhand: parses its options, brings the database up, serves. */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "base/log.h"
#include "server/areas/registry.h"
#include "server/core/core.h"
#include "server/entity/words.h"
#include "server/place.h"
#include "server/privilege.h"
#include "server/seed/seed.h"
#include "server/serve.h"
#include "server/settings.h"

struct options {
    const char *config, *state, *listen, *database;
    bool demo, check;
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"state", required_argument, NULL, 's'},
    {"listen", required_argument, NULL, 'l'},
    {"database", required_argument, NULL, 'd'},
    {"demo", no_argument, NULL, 'D'},
    {"check-config", no_argument, NULL, 'C'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL},
};

static void usage(FILE *out)
{
    fputs("yizhand [--config FILE] [--state DIR] [--listen HOST:PORT] [--database CONNINFO] [--demo] "
          "[--check-config]\n"
          "  --config FILE        settings, see yizhand.conf(5)\n"
          "  --state DIR          certificates and, without a database, the private cluster\n"
          "  --listen HOST:PORT   where to listen; port 0 picks one\n"
          "  --database CONNINFO  the database to use\n"
          "  --demo               fill an empty database with the demo company\n"
          "  --check-config       read the settings and end\n"
          "  --version, --help\n",
          out);
}

static struct options read_options(int argc, char **argv)
{
    struct options options = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
        switch (option) {
        case 'c': options.config = optarg; break;
        case 's': options.state = optarg; break;
        case 'l': options.listen = optarg; break;
        case 'd': options.database = optarg; break;
        case 'D': options.demo = true; break;
        case 'C': options.check = true; break;
        case 'V': printf("yizhand %s\n", YIZHAN_VERSION); exit(EX_OK);
        case 'h': usage(stdout); exit(EX_OK);
        default: usage(stderr); exit(EX_USAGE);
        }
    }
    if (optind < argc) {
        usage(stderr);
        exit(EX_USAGE);
    }
    return options;
}

static int load_settings(const struct options *options, struct settings *settings)
{
    if (settings_load(options->config, settings) < 0)
        return -1;
    settings_override(&settings->state, options->state);
    settings_override(&settings->listen, options->listen);
    settings_override(&settings->database, options->database);
    enum log_level level;
    if (log_level_parse(settings->log_level, &level) == 0)
        log_set_level(level);
    return 0;
}

static int run(const struct options *options, struct settings *settings)
{
    struct place place;
    if (place_open(settings, &place) < 0)
        return EX_UNAVAILABLE;
    struct account account;
    int result = EX_UNAVAILABLE;
    if (account_choose(settings, place.embedded, &account) < 0)
        result = EX_CONFIG;
    else if (place_migrate(&place) == 0 && (!options->demo || seed_demo(place.owner) == 0))
        result = serve(settings, options->config, &place, &account) == 0 ? EX_OK : EX_UNAVAILABLE;
    place_close(&place);
    return result;
}

int main(int argc, char **argv)
{
    struct options options = read_options(argc, argv);
    struct settings settings;
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    /* A core file would hold what people typed. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (load_settings(&options, &settings) < 0)
        return EX_CONFIG;
    core_register_verbs();
    registry_register();
    words_load();
    int result = options.check ? EX_OK : run(&options, &settings);
    if (options.check)
        puts("the settings are good");
    settings_finish(&settings);
    return result;
}
