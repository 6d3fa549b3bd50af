/* The accounts that postings name (chart of accounts of small enterprises; the rows are in schema/040_finance.sql). What depends on a payment
 * method or a difference reason stands with it in base data. */
#pragma once

#define ACCOUNT_RECEIVABLE "1122"        /* 应收账款 */
#define ACCOUNT_EMPLOYEE_DUE "1221"      /* 其他应收款: money an employee holds for us */
#define ACCOUNT_OVER_SHORT "190101"      /* 长短款: counted too much, and nobody knows yet whose it is */
#define ACCOUNT_PAYABLE "2202"           /* 应付账款 */
#define ACCOUNT_ADVANCE "2203"           /* 预收账款 */
#define ACCOUNT_COMMISSION_OWED "221101" /* 应付司机提成 */
#define ACCOUNT_OUTPUT_VAT "222101"      /* 销项税额 */
#define ACCOUNT_INCOME_SERVICE "5001"    /* 主营业务收入 */
#define ACCOUNT_COST_CONTRACTED "540101" /* 外协车辆成本 */
#define ACCOUNT_COST_COMMISSION "540102" /* 司机提成 */
