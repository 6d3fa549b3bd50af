#include "client/desks/desks.h"

#include "client/desks/customer_view.h"
#include "client/desks/monitor.h"
#include "client/desks/notices.h"
#include "client/desks/ratings.h"
#include "client/desks/repair.h"
#include "client/desks/vehicles.h"

void desks_register(void)
{
    call_register();
    driver_register();
    customer_view_register();
    desk_register(&call_desk);
    desk_register(&dispatch_desk);
    desk_register(&driver_desk);
    desk_register(&vehicles_desk);
    desk_register(&onestop_desk);
    desk_register(&handin_desk);
    desk_register(&mymoney_desk);
    repair_view_register();
    desk_register(&monitor_desk);
    desk_register(&appointments_desk);
    desk_register(&notices_desk);
    desk_register(&results_desk);
    desk_register(&ratings_desk);
}
