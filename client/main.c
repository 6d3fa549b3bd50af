/* yizhan: what the words on the command line ask for: the terminal, or a command for scripts. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "client/app.h"
#include "client/batch.h"
#include "client/options.h"
#include "wire/json.h"

int main(int argc, char **argv)
{
    struct options options;
    int code = 0;
    signal(SIGPIPE, SIG_IGN);
    json_init();
    if (options_parse(argc, argv, &options, &code))
        return code;
    if (options.nrest && strcmp(options.rest[0], "call") == 0)
        return batch_run(&options);
    if (options.nrest && strcmp(options.rest[0], "export") == 0)
        return batch_export(&options);
    if (options.nrest && strcmp(options.rest[0], "import") == 0)
        return batch_import(&options);
    if (options.nrest) {
        fprintf(stderr, "yizhan: no such command: %s (try --help)\n", options.rest[0]);
        return EX_USAGE;
    }
    return app_run(&options);
}
