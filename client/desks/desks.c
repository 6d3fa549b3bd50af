#include "client/desks/desks.h"

void desks_register(void)
{
    call_register();
    desk_register(&call_desk);
    desk_register(&dispatch_desk);
    desk_register(&driver_desk);
    desk_register(&onestop_desk);
}
