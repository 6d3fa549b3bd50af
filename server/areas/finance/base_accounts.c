/* What stands beside payment methods, difference reasons and services in base data. */
#include "server/areas/base/area.h"
#include "server/areas/finance/area.h"

const char *finance_method_account(const char *method)
{
    struct base_detail detail;
    return base_find("payment_method", method, &detail) && !detail.disabled ? detail.account : NULL;
}

bool finance_method_by_driver(const char *method)
{
    struct base_detail detail;
    return base_find("payment_method", method, &detail) && detail.by_driver;
}

const char *finance_difference_account(const char *reason)
{
    struct base_detail detail;
    return base_find("clear_difference", reason, &detail) && !detail.disabled ? detail.account : NULL;
}

int64_t finance_difference_limit(const char *reason)
{
    struct base_detail detail;
    return base_find("clear_difference", reason, &detail) && detail.limit_fen != NIL ? detail.limit_fen : 0;
}

const char *finance_difference_role(const char *reason)
{
    struct base_detail detail;
    return base_find("clear_difference", reason, &detail) ? detail.limit_role : NULL;
}

int finance_service_rate_bp(const char *service)
{
    struct base_detail detail;
    if (!base_find("service", service, &detail))
        return -1;
    return detail.vat_bp == NIL ? 0 : (int)detail.vat_bp;
}
