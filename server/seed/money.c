/* What finance does with a finished order: audit, price, receive, clear, each by its own people, with the documents and entries of the steps. */
#include "server/seed/seed-private.h"

#include <errno.h>
#include <string.h>

#include "base/money.h"
#include "server/areas/finance/postings.h"

struct part {
    int64_t id, payer_id, share_fen, amount_fen, received_fen;
    const char *money_state;
    int sequence;
};

struct account {
    struct seed *seed;
    struct order *order;
    struct part parts[2];
    size_t count;
    int64_t clerk;          /* who audited */
    int64_t receivables[2]; /* the documents that a return takes back */
    int failed;
};

/* Finance works by day. */
static struct instant office_time(struct seed *seed, struct instant at)
{
    int minute = seed_minute(seed, at);
    if (minute < 9 * 60)
        return later(at, MINUTES(9 * 60 - minute + seed_between(seed, 0, 120)));
    if (minute >= 18 * 60)
        return later(at, MINUTES(33 * 60 - minute + seed_between(seed, 0, 120)));
    return at;
}

static struct instant next_time(struct seed *seed, struct instant from, int64_t least, int64_t most)
{
    return office_time(seed, later(from, seed_between(seed, least, most)));
}

/* ---- documents */

static void begin_document(const struct account *account, const struct part *part, const char *kind,
                           const char *title, struct instant at, struct document_post *post)
{
    const struct order *order = account->order;
    *post = (struct document_post){
        .kind = kind,
        .entity = "rescue",
        .row_id = order->id,
        .charge_id = part->id,
        .branch_id = order->row.branch_id,
        .party_id = part->payer_id,
        .day = seed_day(account->seed, at),
        .red_of = NIL,
        .word = posting_word(kind),
        .text = arena_printf(account->seed->scratch, "%s %s", title, order->row.number),
        .checker_id = NIL,
    };
}

static const char *document_number(struct seed *seed, const struct document_post *post)
{
    int year, month, date;
    day_split(post->day, &year, &month, &date);
    return arena_printf(seed->scratch, "%s%02d%02d%02d-%lld", finance_document_letters(post->kind),
                        year % 100, month, date, (long long)post->id);
}

static void tell(struct seed *seed, const struct document_post *post, struct instant at)
{
    trail_tell(
        seed, &(struct told){.at = at,
                             .who = post->poster_id,
                             .row_id = post->id,
                             .branch_id = post->branch_id,
                             .version = 1,
                             .entity = "document",
                             .verb = "document.post",
                             .reason = post->reason,
                             .now = arena_printf(seed->arena,
                                                 "{\"kind\":\"%s\",\"state\":\"posted\",\"amount_fen\":%lld}",
                                                 post->kind, (long long)post->amount_fen)});
}

/* Waits in the table of documents to be made; the entry is posted with it. */
static void put_document(struct account *account, struct part *part, struct document_post *post,
                         const struct posting_draft *draft, struct instant at)
{
    struct seed *seed = account->seed;
    struct str *rows = &seed->tables[TABLE_DOCUMENT].rows;
    char day[DAY_TEXT_SIZE];
    post->id = seed_id(seed, TABLE_DOCUMENT);
    post->sequence = ++part->sequence;
    post->lines = draft->lines;
    post->nlines = draft->count;
    row_begin(rows);
    row_int(rows, post->id);
    row_text(rows, document_number(seed, post));
    row_text(rows, post->kind);
    row_int(rows, post->branch_id);
    row_int(rows, post->party_id);
    row_int(rows, post->row_id);
    row_int(rows, post->charge_id);
    row_int(rows, post->sequence);
    row_int(rows, post->amount_fen);
    row_int(rows, post->tax_fen);
    row_text(rows, day_print(day, sizeof(day), post->day));
    row_text(rows, post->method);
    row_text(rows, post->reason);
    row_int(rows, post->red_of);
    row_int(rows, post->maker_id);
    row_int(rows, post->checker_id);
    row_int(rows, post->poster_id);
    row_time(rows, at);
    row_text(rows, finance_entry_json(seed->scratch, post));
    row_end(rows);
    tell(seed, post, at);
    arena_reset(seed->scratch);
}

static struct posting_subject about(const struct order *order, int64_t party_id)
{
    return (struct posting_subject){order->row.branch_id, party_id, order->row.driver_id, "rescue"};
}

static void post_receivable(struct account *account, struct part *part, struct instant at)
{
    struct order *order = account->order;
    struct posting_subject subject = about(order, part->payer_id);
    struct posting_draft draft = {0};
    struct document_post post;
    begin_document(account, part, "receivable", "救援应收", at, &post);
    account->failed |=
        posting_receivable(&draft, &subject, part->amount_fen, order->tariff->rate_bp, &post.tax_fen);
    post.amount_fen = part->amount_fen;
    post.maker_id = order->row.audited_by;
    post.checker_id = post.poster_id = order->row.priced_by;
    put_document(account, part, &post, &draft, at);
}

static void post_cost(struct account *account, struct instant at)
{
    struct order *order = account->order;
    struct posting_subject subject = about(order, order->row.supplier_id);
    struct posting_draft draft = {0};
    struct document_post post;
    if (order->row.supplier_id == NIL || order->row.cost_fen == NIL || order->row.cost_fen == 0)
        return;
    begin_document(account, &account->parts[0], "payable", "外协成本", at, &post);
    account->failed |= posting_contracted_cost(&draft, &subject, order->row.cost_fen);
    post.party_id = order->row.supplier_id;
    post.amount_fen = order->row.cost_fen;
    post.maker_id = order->row.audited_by;
    post.checker_id = post.poster_id = order->row.priced_by;
    put_document(account, &account->parts[0], &post, &draft, at);
}

/* Takes back a receivable: the same lines, negative. */
static void post_red(struct account *account, struct part *part, int64_t red_of, int64_t who,
                     const char *reason, struct instant at)
{
    struct order *order = account->order;
    struct posting_subject subject = about(order, part->payer_id);
    struct posting_draft first = {0}, draft = {0};
    struct document_post post;
    int64_t tax = 0;
    begin_document(account, part, "receivable", "红冲", at, &post);
    account->failed |= posting_receivable(&first, &subject, part->amount_fen, order->tariff->rate_bp, &tax);
    account->failed |= posting_red(&draft, first.lines, first.count);
    post.amount_fen = -part->amount_fen;
    post.tax_fen = -tax;
    post.reason = reason;
    post.red_of = red_of;
    post.maker_id = post.poster_id = who;
    put_document(account, part, &post, &draft, at);
}

static void post_receipt(struct account *account, struct part *part, int64_t amount_fen, const char *method,
                         int64_t who, struct instant at)
{
    struct order *order = account->order;
    struct posting_subject subject = about(order, part->payer_id);
    struct posting_draft draft = {0};
    struct document_post post;
    int64_t due = part->amount_fen - part->received_fen;
    begin_document(account, part, "receipt", "救援收款", at, &post);
    if (finance_method_by_driver(method)) {
        account->failed |= posting_driver_cash(&draft, &subject, amount_fen, due);
        order->row.driver_fen += amount_fen;
    } else
        account->failed |= posting_receipt(&draft, &subject, finance_method_account(method), amount_fen, due);
    post.amount_fen = amount_fen;
    post.method = method;
    post.maker_id = post.poster_id = who;
    post.checker_id = order->row.priced_by;
    put_document(account, part, &post, &draft, at);
    part->received_fen += amount_fen;
}

static void post_difference(struct account *account, struct part *part, const char *reason, int64_t who,
                            struct instant at)
{
    struct order *order = account->order;
    struct posting_subject subject = about(order, part->payer_id);
    struct posting_draft draft = {0};
    struct document_post post;
    int64_t due = part->amount_fen - part->received_fen;
    begin_document(account, part, "adjustment", "救援核销差额", at, &post);
    account->failed |= posting_difference(&draft, &subject, finance_difference_account(reason), due);
    post.amount_fen = due;
    post.reason = reason;
    post.maker_id = post.poster_id = who;
    post.checker_id = order->row.received_by;
    put_document(account, part, &post, &draft, at);
}

/* ---- charges */

static void begin_parts(struct account *account)
{
    struct order *order = account->order;
    account->parts[0] = (struct part){.id = seed_id(account->seed, TABLE_CHARGE),
                                      .payer_id = order->row.customer_id,
                                      .share_fen = NIL,
                                      .money_state = "unaudited"};
    account->count = 1;
    if (!order->owner)
        return;
    account->parts[1] = account->parts[0];
    account->parts[1].id = seed_id(account->seed, TABLE_CHARGE);
    account->parts[1].payer_id = order->owner->id;
    account->parts[1].share_fen = order->owner_fen;
    account->count = 2;
}

/* What is fixed is taken first, the other pays the rest. */
static void split(struct account *account, int64_t price_fen)
{
    for (size_t i = account->count; i-- > 0;) {
        struct part *part = &account->parts[i];
        part->amount_fen = part->share_fen == NIL ? price_fen : part->share_fen;
        part->money_state = part->amount_fen ? "priced" : "cleared";
        price_fen -= part->amount_fen;
    }
}

static void set_state(struct account *account, const char *state)
{
    account->order->row.money_state = state;
    for (size_t i = 0; i < account->count; i++)
        account->parts[i].money_state = state;
}

/* Without a price only the rows that intake made are there. */
static void write_parts(struct account *account)
{
    struct seed_table *table = &account->seed->tables[TABLE_CHARGE];
    table->columns =
        "id, order_id, payer_id, share_fen, method, money_state, amount_fen, received_fen, documents";
    for (size_t i = 0; i < account->count; i++) {
        const struct part *part = &account->parts[i];
        if (!account->order->owner && part->sequence == 0 && instant_is_nil(account->order->row.priced_at))
            continue;
        row_begin(&table->rows);
        row_int(&table->rows, part->id);
        row_int(&table->rows, account->order->id);
        row_int(&table->rows, part->payer_id);
        row_int(&table->rows, part->share_fen);
        row_text(&table->rows, NULL);
        row_text(&table->rows, part->money_state);
        row_int(&table->rows, part->amount_fen);
        row_int(&table->rows, part->received_fen);
        row_int(&table->rows, part->sequence);
        row_end(&table->rows);
    }
}

/* ---- the steps; false: not yet, or no further */

static bool confirm(struct account *account, struct instant *at)
{
    struct order *order = account->order;
    struct rescue was = order->row;
    bool disputed = seed_chance(account->seed, 3);
    if (strcmp(was.result, "pending") != 0)
        return true;
    *at = later(*at, seed_between(account->seed, HOURS(2), HOURS(50)));
    if (before(account->seed->now, *at))
        return false;
    order->row.result = disputed ? "disputed" : "confirmed";
    order->row.result_remarks = disputed ? "公里数有异议" : NULL;
    const struct person *who = disputed ? people_login(account->seed, "partner")
                                        : people_find(account->seed, order->branch, "order_clerk");
    order_told(account->seed, order, &was, disputed ? "rescue.dispute" : "rescue.confirm_result", who->id,
               *at, NULL);
    return !disputed;
}

static const char *choose_method(struct seed *seed, const struct order *order)
{
    static const char *const private_ways[] = {"qr", "qr", "card", "cash", "transfer"};
    static const char *const firm_ways[] = {"transfer", "on_account", "statement"};
    if (order->row.taken_method)
        return order->row.taken_method;
    return order->client->branch == HEAD_OFFICE ? seed_pick(seed, firm_ways) : seed_pick(seed, private_ways);
}

static bool audit(struct account *account, struct instant *at)
{
    struct seed *seed = account->seed;
    struct order *order = account->order;
    struct rescue was = order->row, *row = &order->row;
    *at = next_time(seed, *at, HOURS(3), HOURS(60));
    if (before(seed->now, *at))
        return false;
    account->clerk = people_find(seed, order->branch, "accountant")->id;
    row->price_fen = row->proposal_fen;
    if (row->price_fen > 20000 && !row->taken_fen && seed_chance(seed, 8))
        row->price_fen -= seed_between(seed, 1, 3) * 1000;
    row->method = choose_method(seed, order);
    row->audited_by = account->clerk;
    row->audited_at = *at;
    set_state(account, "audited");
    order_told(seed, order, &was, "rescue.audit", account->clerk, *at, NULL);
    return true;
}

static bool price(struct account *account, struct instant *at)
{
    struct seed *seed = account->seed;
    struct order *order = account->order;
    struct rescue was = order->row, *row = &order->row;
    *at = next_time(seed, *at, HOURS(1), HOURS(40));
    if (before(seed->now, *at))
        return false;
    row->priced_by = people_find(seed, HEAD_OFFICE, "finance_manager")->id;
    row->priced_at = *at;
    split(account, row->price_fen);
    row->money_state = row->price_fen ? "priced" : "cleared";
    row->clear_reason = row->price_fen ? NULL : "no_charge";
    order_told(seed, order, &was, "rescue.price", row->priced_by, *at, NULL);
    for (size_t i = 0; i < account->count; i++) {
        account->receivables[i] = seed->tables[TABLE_DOCUMENT].last_id + 1;
        if (account->parts[i].amount_fen)
            post_receivable(account, &account->parts[i], *at);
    }
    post_cost(account, *at);
    return row->price_fen > 0;
}

/* The customer objects: one step back, red documents, and priced anew lower. */
static bool price_again(struct account *account, struct instant *at)
{
    struct seed *seed = account->seed;
    struct order *order = account->order;
    struct rescue was = order->row, *row = &order->row;
    int64_t who = row->priced_by;
    if (account->count > 1 || row->supplier_id != NIL || row->price_fen < 20000 || row->taken_fen > 0 ||
        !seed_chance(seed, 2))
        return true;
    *at = next_time(seed, *at, HOURS(2), HOURS(30));
    if (before(seed->now, *at))
        return true;
    set_state(account, "audited");
    row->priced_by = NIL;
    row->priced_at = INSTANT_NIL;
    order_told(seed, order, &was, "rescue.return", who, *at, "price_wrong");
    post_red(account, &account->parts[0], account->receivables[0], who, "price_wrong", *at);
    account->parts[0].amount_fen = 0;
    row->price_fen -= 5000;
    return price(account, at);
}

static bool receive(struct account *account, struct instant *at)
{
    struct seed *seed = account->seed;
    struct order *order = account->order;
    struct rescue *row = &order->row;
    int64_t cashier = people_find(seed, order->branch, "cashier")->id;
    bool firm = order->client->branch == HEAD_OFFICE;
    for (size_t i = 0; i < account->count; i++) {
        struct part *part = &account->parts[i];
        bool halves = firm && seed_chance(seed, 5);
        for (int turn = 0; turn < (halves ? 2 : 1); turn++) {
            struct rescue was = *row;
            int64_t due = part->amount_fen - part->received_fen, amount = halves && turn == 0 ? due / 2 : due;
            bool short_of = !halves && account->count == 1 && part->amount_fen > 10000 &&
                            part->amount_fen % 1000 && seed_chance(seed, 25);
            *at = next_time(seed, *at, HOURS(1), firm ? HOURS(260) : HOURS(50));
            if (before(seed->now, *at))
                return false;
            if (short_of)
                amount -= part->amount_fen % 1000; /* the odd yuan are let go */
            post_receipt(account, part, amount, i ? "qr" : row->method, cashier, *at);
            part->money_state = !halves || turn ? "received" : "priced";
            row->received_fen += amount;
            row->received_by = cashier;
            row->received_at = *at;
            row->money_state = i + 1 == account->count ? part->money_state : "priced";
            order_told(seed, order, &was, "rescue.receive", cashier, *at, NULL);
        }
    }
    return true;
}

static void clear(struct account *account, struct instant at)
{
    struct seed *seed = account->seed;
    struct order *order = account->order;
    struct rescue was = order->row, *row = &order->row;
    int64_t who = people_find(seed, order->branch, "accountant")->id;
    at = next_time(seed, at, HOURS(1), HOURS(70));
    if (before(seed->now, at))
        return;
    for (size_t i = 0; i < account->count; i++) {
        struct part *part = &account->parts[i];
        if (part->received_fen < part->amount_fen) {
            post_difference(account, part, "rounding", who, at);
            row->clear_reason = "rounding";
        }
    }
    row->cleared_by = who;
    row->cleared_at = at;
    set_state(account, "cleared");
    order_told(seed, order, &was, "rescue.clear", who, at, row->clear_reason);
}

int money_run(struct seed *seed, struct order *order)
{
    struct account account = {.seed = seed, .order = order};
    struct instant at = order->row.done_at;
    if (!order->row.money_state && !order->owner)
        return 0;
    if (order->row.money_state && order->row.proposal_fen <= 2 * order->owner_fen)
        order->owner = NULL; /* too little to share: the customer pays all */
    begin_parts(&account);
    if (order->row.money_state && confirm(&account, &at) && audit(&account, &at) && price(&account, &at) &&
        price_again(&account, &at) && receive(&account, &at))
        clear(&account, at);
    write_parts(&account);
    return account.failed ? -EINVAL : 0;
}
