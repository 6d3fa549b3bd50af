/* Makes and posts one document: one statement inserts it and posts its entry through the ledger's only door. */
#include "server/areas/finance/area.h"

#include "base/arena.h"
#include "server/core/change.h"

#include <string.h>

static const struct sql sql_post = {
    "finance_document_post",
    "WITH d AS (SELECT coalesce($19::bigint, nextval('document_id_seq')) AS id) "
    "INSERT INTO document (id, number, kind, state, branch_id, party_id, entity, row_id, charge_id, "
    "sequence, amount_fen, "
    "tax_fen, day, method, reason, red_of, entry_id, maker_id, checker_id, poster_id, posted_at, created_by, "
    "employee_id) "
    "SELECT d.id, $1 || to_char($11::date, 'YYMMDD') || '-' || d.id, $2, 'posted', $3::int, $4::bigint, $5, "
    "$6::bigint, "
    "$7::bigint, $8::int, $9::bigint, $10::bigint, $11::date, $12, $13, $14::bigint, "
    "CASE WHEN $15::text IS NOT NULL THEN ledger_post(jsonb_strip_nulls($15::jsonb || "
    "jsonb_build_object('document_id', "
    "d.id, 'red_of', (SELECT entry_id FROM document WHERE id = $14::bigint)))) END, $16::bigint, "
    "$17::bigint, "
    "$18::bigint, now(), $18::bigint, $20::bigint FROM d"};

static const struct sql sql_draw = {"finance_document_draw", "SELECT nextval('document_id_seq')"};

struct rows *finance_document_draw(struct request *request)
{
    return tx_read(request->tx, &sql_draw);
}

static const struct sql sql_reversed = {
    "finance_document_reversed",
    "UPDATE document SET state = 'reversed', version = version + 1, updated_at = now() "
    "WHERE id = $1 AND state = 'posted' RETURNING 1"};

const char *finance_document_letters(const char *kind)
{
    static const struct {
        const char *kind, *letters;
    } rows[] = {
        {"receivable", "AR"}, {"payable", "AP"}, {"receipt", "RC"},
        {"payment", "PM"},    {"refund", "RF"},  {"adjustment", "AD"},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        if (strcmp(rows[i].kind, kind) == 0)
            return rows[i].letters;
    }
    return "FD";
}

static void add_id(struct str *json, const char *name, int64_t id)
{
    if (id != NIL)
        str_addf(json, ",\"%s\":%lld", name, (long long)id);
}

static void add_text(struct str *json, const char *name, const char *text)
{
    if (!text)
        return;
    str_addf(json, ",\"%s\":", name);
    str_add_json(json, text);
}

static void add_line(struct str *json, const struct posting_line *line)
{
    str_addf(json, "{\"side\":\"%c\",\"amount_fen\":%lld", line->side, (long long)line->amount_fen);
    add_text(json, "account", line->account);
    add_id(json, "branch_id", line->branch_id);
    add_id(json, "party_id", line->party_id);
    add_id(json, "employee_id", line->employee_id);
    add_text(json, "line", line->business);
    str_add_char(json, '}');
}

const char *finance_entry_json(struct arena *arena, const struct document_post *post)
{
    struct str json;
    char day[DAY_TEXT_SIZE];
    size_t lines = 0;
    str_init(&json, arena);
    str_addf(&json, "{\"key\":\"document:%s:%lld:%lld:%s:%d\",\"day\":\"%s\"", post->entity,
             (long long)post->row_id, (long long)(post->charge_id == NIL ? 0 : post->charge_id), post->kind,
             post->sequence, day_print(day, sizeof(day), post->day));
    add_id(&json, "branch_id", post->branch_id);
    add_text(&json, "word", post->word);
    add_text(&json, "text", post->text);
    add_id(&json, "maker_id", post->maker_id);
    add_id(&json, "checker_id", post->checker_id);
    add_id(&json, "poster_id", post->poster_id);
    str_add(&json, ",\"lines\":[");
    for (size_t i = 0; i < post->nlines; i++) {
        if (post->lines[i].amount_fen == 0)
            continue;
        if (lines++)
            str_add_char(&json, ',');
        add_line(&json, &post->lines[i]);
    }
    str_add(&json, "]}");
    return lines ? json.data : NULL;
}

/* The trail's row and the live event, where the id is known before the statement runs. */
static void tell(struct request *request, const struct document_post *post)
{
    change_add(request, &(struct change){
                            .entity = "document",
                            .id = post->id,
                            .action = "post",
                            .version = 1,
                            .branch_id = post->branch_id,
                            .old_branch_id = NIL,
                            .reason = post->reason,
                            .now = arena_printf(request->arena,
                                                "{\"kind\":\"%s\",\"state\":\"posted\",\"amount_fen\":%lld}",
                                                post->kind, (long long)post->amount_fen),
                        });
}

void finance_document_post(struct request *request, const struct document_post *post)
{
    const char *entry = finance_entry_json(request->arena, post);
    tx_write(request->tx, &sql_post, p_text(finance_document_letters(post->kind)), p_text(post->kind),
             p_int(post->branch_id), p_int(post->party_id), p_text(post->entity), p_int(post->row_id),
             p_int(post->charge_id), p_int(post->sequence), p_int(post->amount_fen), p_int(post->tax_fen),
             p_date(post->day), p_text(post->method), p_text(post->reason), p_int(post->red_of),
             p_text(entry), p_int(post->maker_id), p_int(post->checker_id), p_int(post->poster_id),
             p_int(post->id ? post->id : NIL), p_int(post->employee_id ? post->employee_id : NIL));
    if (post->red_of != NIL)
        tx_write_one(request->tx, &sql_reversed, p_int(post->red_of));
    if (post->id)
        tell(request, post);
}
