#include "client/views/desk.h"

#include <string.h>

enum { DESKS_MAX = 64 };

static const struct desk *desks[DESKS_MAX];
static size_t count;

void desk_register(const struct desk *desk)
{
    if (count < DESKS_MAX)
        desks[count++] = desk;
}

size_t desk_count(void)
{
    return count;
}

const struct desk *desk_at(size_t index)
{
    return index < count ? desks[index] : NULL;
}

const struct desk *desk_find(const char *name)
{
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(desks[i]->name, name) == 0)
            return desks[i];
    return NULL;
}

bool desk_allowed(const struct app_context *app, const struct desk *desk)
{
    return !desk->verb || app_may(app, desk->verb);
}
