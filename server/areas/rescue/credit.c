#include "server/areas/rescue/credit.h"

#include "base/arena.h"
#include "base/money.h"

static const struct sql sql_credit = {"rescue_credit", "SELECT c.* FROM customer_credit($1, NULL) c"};
static const struct sql sql_payers = {
    "rescue_credit_payers",
    "SELECT c.* FROM (SELECT customer_id FROM rescue_order WHERE id = $1 UNION "
    "SELECT payer_id FROM rescue_charge WHERE order_id = $1) p (id), customer_credit(p.id, $1) c"};

enum { COL_PARTY, COL_NAME, COL_LIMIT, COL_OWED, COL_COMING };

struct rows *credit_read(struct request *request, int64_t customer_id)
{
    return tx_read(request->tx, &sql_credit, p_int(customer_id));
}

struct rows *credit_read_payers(struct request *request, int64_t order_id)
{
    return tx_read(request->tx, &sql_payers, p_int(order_id));
}

static int64_t more_of(const struct credit_more more[], size_t count, int64_t party_id)
{
    int64_t fen = 0;
    for (size_t i = 0; i < count; i++) {
        if (more[i].party_id == party_id && more[i].fen != NIL)
            fen += more[i].fen;
    }
    return fen;
}

/* What is above the limit; 0: nothing, and nothing is said of amounts that no number takes. */
static int64_t over_of(struct rows *rows, size_t row, int64_t more_fen)
{
    int64_t sum;
    if (money_add(rows_int(rows, row, COL_OWED), rows_int(rows, row, COL_COMING), &sum) < 0 ||
        money_add(sum, more_fen, &sum) < 0 || money_add(sum, -rows_int(rows, row, COL_LIMIT), &sum) < 0)
        return 0;
    return MAX(sum, 0);
}

static void add_row(struct str *out, struct rows *rows, size_t row, int64_t more_fen, int64_t over_fen)
{
    str_addf(out, "%s{\"party_id\":%lld,\"name\":", out->len > 1 ? "," : "",
             (long long)rows_int(rows, row, COL_PARTY));
    str_add_json(out, rows_text(rows, row, COL_NAME));
    str_addf(out, ",\"limit_fen\":%lld,\"owed_fen\":%lld,\"coming_fen\":%lld",
             (long long)rows_int(rows, row, COL_LIMIT), (long long)rows_int(rows, row, COL_OWED),
             (long long)rows_int(rows, row, COL_COMING));
    str_addf(out, ",\"order_fen\":%lld,\"over_fen\":%lld}", (long long)more_fen, (long long)over_fen);
}

const char *credit_beyond(struct arena *arena, struct rows *rows, const struct credit_more more[],
                          size_t count)
{
    struct str out;
    str_init(&out, arena);
    str_add_char(&out, '[');
    for (size_t i = 0; i < rows_count(rows); i++) {
        int64_t more_fen = more_of(more, count, rows_int(rows, i, COL_PARTY));
        int64_t over_fen = over_of(rows, i, more_fen);
        if (over_fen > 0)
            add_row(&out, rows, i, more_fen, over_fen);
    }
    str_add_char(&out, ']');
    return str_steal(&out);
}

void credit_reply(struct act *act, struct rows *rows, const struct credit_more more[], size_t count)
{
    const char *beyond = credit_beyond(act->request->arena, rows, more, count);
    if (beyond[1] != ']')
        act_reply(act, "credit", beyond);
}
