/* Every event's lines, as a table: what is given, what is posted. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "server/areas/finance/postings.h"

enum { BRANCH = 3, PAYER = 70, HEIR = 71, DRIVER = 9 };

static const struct posting_subject about = {
    .branch_id = BRANCH, .party_id = PAYER, .employee_id = DRIVER, .business = "rescue"};

enum event { RECEIVABLE, RECEIPT, DRIVER_CASH, HAND_IN, OVER, DIFFERENCE, CONTRACTED, COMMISSION, CARRY_OVER, OVER_SETTLED };

struct wanted {
    const char *account;
    char side;
    int64_t amount_fen;
    int64_t party_id, employee_id;
};

static const struct {
    const char *name;
    enum event event;
    int64_t amount_fen;
    int64_t due_fen;    /* receipts */
    int rate_bp;        /* receivable */
    const char *detail; /* account of the money, or of the reason */
    int result;
    struct wanted lines[4];
} cases[] = {
    {"priced at 6 %", RECEIVABLE, 45000, .rate_bp = 600,
     .lines = {{ACCOUNT_RECEIVABLE, 'D', 45000, PAYER, NIL},
               {ACCOUNT_INCOME_SERVICE, 'C', 42453, PAYER, NIL},
               {ACCOUNT_OUTPUT_VAT, 'C', 2547, PAYER, NIL}}},
    {"priced without VAT", RECEIVABLE, 45000,
     .lines = {{ACCOUNT_RECEIVABLE, 'D', 45000, PAYER, NIL},
               {ACCOUNT_INCOME_SERVICE, 'C', 45000, PAYER, NIL}}},
    {"priced at one fen", RECEIVABLE, 1, .rate_bp = 600,
     .lines = {{ACCOUNT_RECEIVABLE, 'D', 1, PAYER, NIL}, {ACCOUNT_INCOME_SERVICE, 'C', 1, PAYER, NIL}}},
    {"priced at nothing", RECEIVABLE, 0, .rate_bp = 600, .lines = {{0}}},
    {"red price", RECEIVABLE, -45000, .rate_bp = 600,
     .lines = {{ACCOUNT_RECEIVABLE, 'D', -45000, PAYER, NIL},
               {ACCOUNT_INCOME_SERVICE, 'C', -42453, PAYER, NIL},
               {ACCOUNT_OUTPUT_VAT, 'C', -2547, PAYER, NIL}}},
    {"a rate below nothing", RECEIVABLE, 100, .rate_bp = -1, .result = -EINVAL},
    {"no amount", RECEIVABLE, NIL, .rate_bp = 600, .result = -EINVAL},
    {"paid in full", RECEIPT, 45000, 45000, .detail = "1002",
     .lines = {{"1002", 'D', 45000, PAYER, NIL}, {ACCOUNT_RECEIVABLE, 'C', 45000, PAYER, NIL}}},
    {"paid in part", RECEIPT, 20000, 45000, .detail = "1001",
     .lines = {{"1001", 'D', 20000, PAYER, NIL}, {ACCOUNT_RECEIVABLE, 'C', 20000, PAYER, NIL}}},
    {"paid too much", RECEIPT, 50000, 45000, .detail = "1002",
     .lines = {{"1002", 'D', 50000, PAYER, NIL},
               {ACCOUNT_RECEIVABLE, 'C', 45000, PAYER, NIL},
               {ACCOUNT_ADVANCE, 'C', 5000, PAYER, NIL}}},
    {"paid when nothing is due", RECEIPT, 5000, 0, .detail = "1002",
     .lines = {{"1002", 'D', 5000, PAYER, NIL}, {ACCOUNT_ADVANCE, 'C', 5000, PAYER, NIL}}},
    {"red receipt", RECEIPT, -45000, -45000, .detail = "1002",
     .lines = {{"1002", 'D', -45000, PAYER, NIL}, {ACCOUNT_RECEIVABLE, 'C', -45000, PAYER, NIL}}},
    {"no account for the money", RECEIPT, 100, 100, .result = -EINVAL},
    {"taken by the driver", DRIVER_CASH, 30000, 45000,
     .lines = {{ACCOUNT_EMPLOYEE_DUE, 'D', 30000, NIL, DRIVER},
               {ACCOUNT_RECEIVABLE, 'C', 30000, PAYER, NIL}}},
    {"handed in by the driver", HAND_IN, 30000, .detail = "1001",
     .lines = {{"1001", 'D', 30000, NIL, DRIVER}, {ACCOUNT_EMPLOYEE_DUE, 'C', 30000, NIL, DRIVER}}},
    {"a shortage borne by his wages", HAND_IN, 5000, .detail = "2211",
     .lines = {{"2211", 'D', 5000, NIL, DRIVER}, {ACCOUNT_EMPLOYEE_DUE, 'C', 5000, NIL, DRIVER}}},
    {"more than he held", OVER, 700, .detail = "1001",
     .lines = {{"1001", 'D', 700, NIL, DRIVER}, {ACCOUNT_OVER_SHORT, 'C', 700, NIL, DRIVER}}},
    {"what was above it paid back", OVER_SETTLED, 700, .detail = "1001",
     .lines = {{ACCOUNT_OVER_SHORT, 'D', 700, NIL, DRIVER}, {"1001", 'C', 700, NIL, DRIVER}}},
    {"what was above it to nowhere", OVER_SETTLED, 700, .result = -EINVAL},
    {"discount", DIFFERENCE, 1000, .detail = "5601",
     .lines = {{"5601", 'D', 1000, PAYER, NIL}, {ACCOUNT_RECEIVABLE, 'C', 1000, PAYER, NIL}}},
    {"bad debt", DIFFERENCE, 45000, .detail = "571101",
     .lines = {{"571101", 'D', 45000, PAYER, NIL}, {ACCOUNT_RECEIVABLE, 'C', 45000, PAYER, NIL}}},
    {"no account for the reason", DIFFERENCE, 1000, .result = -EINVAL},
    {"contracted vehicle", CONTRACTED, 22000,
     .lines = {{ACCOUNT_COST_CONTRACTED, 'D', 22000, PAYER, NIL}, {ACCOUNT_PAYABLE, 'C', 22000, PAYER, NIL}}},
    {"driver's commission", COMMISSION, 3000,
     .lines = {{ACCOUNT_COST_COMMISSION, 'D', 3000, NIL, DRIVER},
               {ACCOUNT_COMMISSION_OWED, 'C', 3000, NIL, DRIVER}}},
    {"what he owes carried over", CARRY_OVER, 4500, .detail = ACCOUNT_RECEIVABLE,
     .lines = {{ACCOUNT_RECEIVABLE, 'D', 4500, HEIR, NIL}, {ACCOUNT_RECEIVABLE, 'C', 4500, PAYER, NIL}}},
    {"what he paid in advance", CARRY_OVER, -700, .detail = ACCOUNT_ADVANCE,
     .lines = {{ACCOUNT_ADVANCE, 'D', 700, PAYER, NIL}, {ACCOUNT_ADVANCE, 'C', 700, HEIR, NIL}}},
    {"carried over on no account", CARRY_OVER, 4500, .result = -EINVAL},
};

static int post(struct posting_draft *draft, size_t i)
{
    switch (cases[i].event) {
    case RECEIVABLE: return posting_receivable(draft, &about, cases[i].amount_fen, cases[i].rate_bp, NULL);
    case RECEIPT:
        return posting_receipt(draft, &about, cases[i].detail, cases[i].amount_fen, cases[i].due_fen);
    case DRIVER_CASH: return posting_driver_cash(draft, &about, cases[i].amount_fen, cases[i].due_fen);
    case HAND_IN: return posting_hand_in(draft, &about, cases[i].detail, cases[i].amount_fen);
    case OVER_SETTLED: return posting_over_settled(draft, &about, cases[i].detail, cases[i].amount_fen);
    case OVER: return posting_over(draft, &about, cases[i].detail, cases[i].amount_fen);
    case DIFFERENCE: return posting_difference(draft, &about, cases[i].detail, cases[i].amount_fen);
    case CONTRACTED: return posting_contracted_cost(draft, &about, cases[i].amount_fen);
    case COMMISSION: return posting_commission(draft, &about, cases[i].amount_fen);
    case CARRY_OVER: return posting_carry_over(draft, &about, HEIR, cases[i].detail, cases[i].amount_fen);
    }
    return 1;
}

static void each_event(void **state)
{
    for (size_t i = 0; i < array_len(cases); i++) {
        struct posting_draft draft = {0};
        print_message("  %s\n", cases[i].name);
        assert_int_equal(post(&draft, i), cases[i].result);
        size_t n = 0;
        for (; n < array_len(cases[i].lines) && cases[i].lines[n].account; n++) {
            const struct wanted *wanted = &cases[i].lines[n];
            assert_true(n < draft.count);
            const struct posting_line *line = &draft.lines[n];
            assert_string_equal(line->account, wanted->account);
            assert_int_equal(line->side, wanted->side);
            assert_int_equal(line->amount_fen, wanted->amount_fen);
            assert_int_equal(line->party_id, wanted->party_id);
            assert_int_equal(line->employee_id, wanted->employee_id);
            assert_int_equal(line->branch_id, BRANCH);
            assert_string_equal(line->business, "rescue");
        }
        assert_int_equal(draft.count, n);
    }
}

/* Whatever the amount and rate: what is made balances, and so does its red mirror with it. */
static void always_balanced(void **state)
{
    static const int rates[] = {0, 1, 100, 300, 600, 900, 1300, 9999};
    for (int64_t gross = -2000; gross <= 2000; gross += 7) {
        for (size_t r = 0; r < array_len(rates); r++) {
            struct posting_draft draft = {0};
            int64_t tax = 0, sum = 1;
            assert_int_equal(posting_receivable(&draft, &about, gross, rates[r], &tax), 0);
            assert_int_equal(posting_balance(draft.lines, draft.count, &sum), 0);
            assert_int_equal(sum, 0);
            size_t half = draft.count;
            assert_int_equal(posting_red(&draft, draft.lines, half), 0);
            for (size_t i = 0; i < half; i++) {
                assert_string_equal(draft.lines[i].account, draft.lines[half + i].account);
                assert_int_equal(draft.lines[i].side, draft.lines[half + i].side);
                assert_int_equal(draft.lines[i].amount_fen, -draft.lines[half + i].amount_fen);
            }
        }
    }
}

/* Two charges of one order in one entry; and a full entry takes nothing more, not even a part. */
static void one_after_another(void **state)
{
    struct posting_draft draft = {0};
    assert_int_equal(posting_receivable(&draft, &about, 1000, 600, NULL), 0);
    assert_int_equal(posting_contracted_cost(&draft, &about, 500), 0);
    assert_int_equal(draft.count, 5);
    while (posting_receivable(&draft, &about, 1000, 600, NULL) == 0)
        assert_true(draft.count <= POSTING_LINES_MAX);
    size_t count = draft.count;
    assert_true(count > POSTING_LINES_MAX - 3);
    assert_int_equal(posting_receivable(&draft, &about, 1000, 600, NULL), -ERANGE);
    assert_int_equal(draft.count, count);
    assert_int_equal(posting_red(&draft, draft.lines, count), -ERANGE);
    assert_int_equal(draft.count, count);
}

static void without_dimension(void **state)
{
    struct posting_draft draft = {0};
    struct posting_subject nobody = {.branch_id = BRANCH, .party_id = NIL, .employee_id = NIL};
    struct posting_subject nowhere = {.branch_id = NIL, .party_id = PAYER, .employee_id = DRIVER};
    assert_int_equal(posting_receivable(&draft, &nobody, 1, 0, NULL), -EINVAL);
    assert_int_equal(posting_receivable(&draft, &nowhere, 1, 0, NULL), -EINVAL);
    assert_int_equal(posting_driver_cash(&draft, &nobody, 1, 1), -EINVAL);
    assert_int_equal(posting_hand_in(&draft, &nobody, "1001", 1), -EINVAL);
    assert_int_equal(posting_over(&draft, &nobody, "1001", 1), -EINVAL);
    assert_int_equal(posting_commission(&draft, &nobody, 1), -EINVAL);
    assert_int_equal(draft.count, 0);
}

static void huge_amounts(void **state)
{
    struct posting_draft draft = {0};
    int64_t sum;
    struct posting_line lines[2] = {{.side = 'D', .amount_fen = INT64_MAX}, {.side = 'D', .amount_fen = 1}};
    assert_int_equal(posting_receipt(&draft, &about, "1002", INT64_MAX, 1), 0);
    assert_int_equal(posting_balance(draft.lines, draft.count, &sum), 0);
    assert_int_equal(sum, 0);
    assert_int_equal(posting_balance(lines, 2, &sum), -ERANGE);
}

static void words(void **state)
{
    assert_string_equal(posting_word("receipt"), "收");
    assert_string_equal(posting_word("payment"), "付");
    assert_string_equal(posting_word("refund"), "付");
    assert_string_equal(posting_word("receivable"), "转");
    assert_string_equal(posting_word("adjustment"), "转");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event),        cmocka_unit_test(always_balanced),
        cmocka_unit_test(one_after_another), cmocka_unit_test(without_dimension),
        cmocka_unit_test(huge_amounts),      cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
