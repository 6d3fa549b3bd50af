/* What stands beside payment methods, difference reasons and services in base data. */
#include "base/money.h"
#include "server/areas/base/area.h"
#include "server/areas/finance/accounts.h"
#include "server/areas/finance/area.h"

#include <string.h>

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

bool finance_method_of_advance(const char *method)
{
    const char *account = method ? finance_method_account(method) : NULL;
    return account && strncmp(account, ACCOUNT_ADVANCE, strlen(ACCOUNT_ADVANCE)) == 0;
}

int finance_advance_check(struct request *request, int64_t amount_fen, int64_t due_fen, int64_t advance_fen)
{
    char money[MONEY_TEXT_SIZE];
    money_print(money, sizeof(money), MAX(advance_fen, 0));
    if (amount_fen > due_fen)
        return request_fail(request, ERR_INVALID, "amount_fen", N_("An advance pays what is due, not more"),
                            NULL);
    if (amount_fen <= advance_fen)
        return 0;
    return request_fail(request, ERR_CONFLICT, "amount_fen",
                        N_("The customer's advance at this branch is {advance}: say how much of it to use"),
                        "advance", money, NULL);
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

const char *finance_shortage_account(const char *decision)
{
    struct base_detail detail;
    return base_find("shortage", decision, &detail) && !detail.disabled ? detail.account : NULL;
}

int64_t finance_shortage_limit(const char *decision)
{
    struct base_detail detail;
    return base_find("shortage", decision, &detail) && detail.limit_fen != NIL ? detail.limit_fen : 0;
}

bool finance_overage(const char *decision, const char **account_r, int64_t *limit_r)
{
    struct base_detail detail;
    if (!base_find("overage", decision, &detail) || detail.disabled)
        return false;
    *account_r = detail.account;
    *limit_r = detail.limit_fen == NIL ? 0 : detail.limit_fen;
    return true;
}

int finance_service_rate_bp(const char *service)
{
    struct base_detail detail;
    if (!base_find("service", service, &detail))
        return -1;
    return detail.vat_bp == NIL ? 0 : (int)detail.vat_bp;
}
