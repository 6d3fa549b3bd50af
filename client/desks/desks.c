#include "client/desks/desks.h"

void desks_register(void)
{
    desk_register(&call_desk);
}
