#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "server/net/address.h"

enum { HOST_BYTES = 8 };

const char *address_group(const char *address, char out[ADDRESS_GROUP_SIZE])
{
    struct in6_addr network;
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, address, &network) != 1) {
        snprintf(out, ADDRESS_GROUP_SIZE, "%s", address);
        return out;
    }
    memset(network.s6_addr + sizeof(network.s6_addr) - HOST_BYTES, 0, HOST_BYTES);
    inet_ntop(AF_INET6, &network, text, sizeof(text));
    snprintf(out, ADDRESS_GROUP_SIZE, "%s/64", text);
    return out;
}
