/*
 * What a server does with its embedded cluster, and nothing else: starts it, says where it is, stops it when its input ends.
 *     embedded_probe STATE POOL [USER]
 * Prints `ready CONNINFO` with the conninfo of the superuser, then waits.
 */
#include "server/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        return 64;
    struct embedded_options options = {
        .state_dir = argv[1], .pool = atoi(argv[2]), .user = argc > 3 ? argv[3] : NULL};
    struct embedded *embedded;
    if (embedded_start(&options, &embedded) != 0)
        return 1;
    printf("ready %s\n", embedded_conninfo(embedded, EMBEDDED_SUPER));
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0)
        ;
    embedded_stop(embedded);
    return 0;
}
