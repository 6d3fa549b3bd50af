#include "server/areas/rescue/driver_paper.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/areas/finance/postings.h"

static const struct sql sql_posted = {
    "driver_paper_posted",
    "SELECT d.id, d.sequence, l.account, l.side, l.amount_fen, l.branch_id, l.party_id, l.employee_id, "
    "l.line FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.entity = $2 "
    "AND d.row_id = $1 AND d.state = 'posted' AND d.red_of IS NULL ORDER BY l.n"};

enum { POSTED_LINES_MAX = 4 };

const char *driver_paper_number(struct act *act, char letter, struct day day)
{
    int year, month, date;
    day_split(day, &year, &month, &date);
    return arena_printf(act->request->arena, "%c%02d%02d%02d%05lld", letter, year % 100, month, date,
                        (long long)act_row_id(act));
}

void driver_paper_tell(struct act *act, const struct driver_paper *paper, struct notice notice)
{
    char money[MONEY_TEXT_SIZE];
    money_print(money, sizeof(money), paper->amount_fen);
    if (notice.role)
        notice.branch_id = paper->branch_id;
    notice.level = "info";
    notice.args =
        arena_printf(act->request->arena, "{\"number\":\"%s\",\"amount\":\"%s\"}", paper->number, money);
    if (notice.employee_id != paper->driver_id) {
        notice.entity = act->entity->name;
        notice.row_id = act_row_id(act);
    }
    notice_send(act->request, &notice);
}

int driver_paper_judge(struct act *act, const struct driver_paper *paper)
{
    int64_t me = act->request->session->employee_id;
    if (paper->created_by != me && paper->driver_id != me)
        return 0;
    return request_fail(act->request, ERR_FORBIDDEN, NULL,
                        N_("Who asked for it, and whose money it is, does not decide it"), NULL);
}

struct rows *driver_paper_posted(struct act *act)
{
    return tx_read(act->request->tx, &sql_posted, p_int(act->id), p_text(act->entity->name));
}

int driver_paper_post_red(struct act *act, struct document_post *document, struct rows *posted)
{
    size_t count = rows_count(posted);
    struct posting_line lines[POSTED_LINES_MAX];
    struct posting_draft *draft = arena_new(act->request->arena, struct posting_draft);
    if (document->id == NIL || count == 0 || count > array_len(lines))
        return -1;
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct posting_line){.account = rows_text(posted, i, 2),
                                         .side = *rows_text(posted, i, 3),
                                         .amount_fen = rows_int(posted, i, 4),
                                         .branch_id = rows_int(posted, i, 5),
                                         .party_id = rows_int(posted, i, 6),
                                         .employee_id = rows_int(posted, i, 7),
                                         .business = rows_text(posted, i, 8)};
    if (posting_red(draft, lines, count) < 0)
        return -1;
    document->sequence = (int)rows_int(posted, 0, 1) + 1;
    document->red_of = rows_int(posted, 0, 0);
    document->reason = act->reason;
    document->lines = draft->lines;
    document->nlines = draft->count;
    finance_document_post(act->request, document);
    return 0;
}
