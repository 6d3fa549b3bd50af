#include "server/areas/party/tariff.h"

int tariff_check_validity(struct act *act, struct day from, struct day to)
{
    if (to.n < from.n)
        return request_fail(act->request, ERR_INVALID, "valid_to", N_("The last day is before the first"),
                            NULL);
    return 0;
}
