/* The accounts that postings name (chart of accounts of small enterprises; the rows are in schema/040_finance.sql). */
#pragma once

#define ACCOUNT_TILL "1001"             /* 库存现金 */
#define ACCOUNT_BANK "1002"             /* 银行存款 */
#define ACCOUNT_QR_CLEARING "1012"      /* 其他货币资金 */
#define ACCOUNT_RECEIVABLE "1122"       /* 应收账款 */
#define ACCOUNT_EMPLOYEE_DUE "1221"     /* 其他应收款: money an employee holds for us */
#define ACCOUNT_PAYABLE "2202"          /* 应付账款 */
#define ACCOUNT_ADVANCE "2203"          /* 预收账款 */
#define ACCOUNT_EMPLOYEE_PAY "2211"     /* 应付职工薪酬 */
#define ACCOUNT_OUTPUT_VAT "222101"     /* 应交税费—销项税额 */
#define ACCOUNT_INCOME_SERVICE "5001"   /* 主营业务收入 */
#define ACCOUNT_COST_SERVICE "5401"     /* 主营业务成本 */
#define ACCOUNT_DISCOUNT "5601"         /* 销售费用 */
#define ACCOUNT_BANK_CHARGE "5603"      /* 财务费用 */
#define ACCOUNT_LOSS "5711"             /* 营业外支出: bad debts, other differences */
