#include "client/desks/paycode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/qr.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "model/pay_link.h"

enum { WORDS_COLS = 28, HEAD_ROWS = 1, FOOT_ROWS = 1 };

struct code {
    struct screen screen;
    struct app_context *app;
    uint64_t below;
    int64_t order_id, fen;
    char *number, *link;
    char *filled; /* what the code says; NULL: there is none yet */
    char *trouble;
    struct qr *qr;
    void (*paid)(struct screen *below, int64_t order_id, int64_t fen);
};

static struct code *code_of(struct screen *screen)
{
    return container_of(screen, struct code, screen);
}

static void complain(struct code *code, const char *words)
{
    free(code->trouble);
    code->trouble = memory_strdup(words);
}

static void make(struct code *code)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    qr_destroy(code->qr);
    free(code->filled);
    code->qr = NULL;
    code->filled = NULL;
    if (!code->link || code->fen == NIL || code->fen <= 0)
        return;
    code->filled = memory_strdup(pay_link_fill(arena, code->link, code->number, code->fen));
    code->qr = qr_create(code->filled);
}

/* ---- the amount */

static const char *check_amount(void *context, const char *text)
{
    int64_t fen;
    (void)context;
    return money_parse(text, &fen) == 0 && fen > 0 && fen < 1000000000 ? NULL : _("An amount is needed here");
}

static void on_amount(void *context, const struct dialog_answer *answer)
{
    struct code *code = context;
    int64_t fen;
    if (answer->key == K_ENTER && money_parse(answer->text, &fen) == 0)
        code->fen = fen;
    make(code);
}

static void ask_amount(struct code *code)
{
    char money[MONEY_TEXT_SIZE];
    dialog_ask(
        code->app->ui,
        &(struct dialog_ask){.title = _("Pay by code"),
                             .text = _("What the customer is to pay now."),
                             .label = _("Amount"),
                             .kind = INPUT_AMOUNT,
                             .max = 14,
                             .required = true,
                             .value = code->fen == NIL ? NULL : money_print(money, sizeof(money), code->fen),
                             .check = check_amount},
        on_amount, code);
}

/* ---- where it is paid */

static void take_link(struct code *code, const char *link)
{
    if (!*link) {
        complain(code,
                 _("This branch has no payment link, and none above it. An admin writes it down with the "
                   "branch."));
        return;
    }
    code->link = memory_strdup(link);
    make(code);
    if (code->fen == NIL || code->fen <= 0)
        ask_amount(code);
}

static void on_needs(struct screen *screen, const struct answer *answer, void *context)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct code *code = code_of(screen);
    (void)context;
    if (answer->code == ERR_NONE)
        take_link(code, order_text(answer->object, "pay_link"));
    else
        complain(code, answer_text(arena, NULL, answer));
    ui_redraw(code->app->ui);
}

/* ---- the screen */

static unsigned key(struct screen *screen, const struct key *pressed)
{
    struct code *code = code_of(screen);
    struct screen *below = ui_find(code->app->ui, code->below);
    switch (pressed->code) {
    case 'a':
        if (!code->link)
            return SCREEN_BELL;
        ask_amount(code);
        return SCREEN_REDRAW;
    case K_ENTER:
        if (!code->qr || !code->paid || !below)
            return SCREEN_BELL;
        int64_t id = code->order_id, fen = code->fen;
        void (*paid)(struct screen *, int64_t, int64_t) = code->paid;
        ui_close(code->app->ui, screen);
        paid(below, id, fen);
        return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static bool fits(const struct code *code, bool ascii, int rows, int cols)
{
    int wanted_rows, wanted_cols;
    if (!code->qr)
        return false;
    qr_needs(code->qr, ascii, &wanted_rows, &wanted_cols);
    return wanted_rows <= rows && wanted_cols <= cols;
}

/* In a small window it takes every row: the lines around it are needed for the code. */
static bool whole(const struct screen *screen, const struct canvas *canvas)
{
    const struct code *code = container_of(screen, const struct code, screen);
    struct area body = ui_body(screen->ui);
    return code->qr && !fits(code, canvas->ascii, body.rows - HEAD_ROWS, body.cols) &&
           fits(code, canvas->ascii, canvas->rows - HEAD_ROWS - FOOT_ROWS, canvas->cols);
}

static const char *head(const struct code *code, struct arena *arena)
{
    char money[MONEY_TEXT_SIZE];
    return arena_printf(arena, "%s  ¥ %s", code->number,
                        code->fen == NIL ? "?" : money_print(money, sizeof(money), code->fen));
}

static const char *words(const struct code *code, struct arena *arena)
{
    if (code->trouble)
        return code->trouble;
    if (!code->link)
        return "…";
    if (!code->qr)
        return _("What is to be paid is not known: a asks for the amount.");
    return arena_printf(arena, "%s\n\n%s", _("The customer pays by this code with his telephone."),
                        code->filled);
}

static void draw_whole(const struct code *code, struct canvas *canvas, struct arena *arena)
{
    int rows, cols;
    qr_needs(code->qr, canvas->ascii, &rows, &cols);
    canvas_text(canvas, 0, 0, canvas->cols, ROLE_HEAD, ALIGN_CENTRE, head(code, arena));
    qr_draw(code->qr, canvas, (struct area){HEAD_ROWS, (canvas->cols - cols) / 2, rows, cols});
    canvas_text(canvas, canvas->rows - 1, 0, canvas->cols, ROLE_DIM, ALIGN_CENTRE,
                code->paid ? _("Enter paid · a amount · Esc back") : _("a amount · Esc back"));
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct code *code = code_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int rows, cols;
    if (whole(screen, canvas)) {
        draw_whole(code, canvas, arena);
        return;
    }
    canvas_text(canvas, body.row, body.col, body.cols, ROLE_HEAD, ALIGN_LEFT, head(code, arena));
    struct area area = {body.row + HEAD_ROWS, body.col, body.rows - HEAD_ROWS, body.cols}, text = area;
    bool drawn = code->qr && qr_draw(code->qr, canvas, area);
    if (drawn) {
        qr_needs(code->qr, canvas->ascii, &rows, &cols);
        text.col += cols + 2;
        text.cols -= cols + 2;
        if (text.cols < WORDS_COLS)
            return;
    } else if (code->qr) {
        qr_needs(code->qr, canvas->ascii, &rows, &cols);
        text.row +=
            canvas_paragraph(canvas, text, ROLE_WARNING,
                             arena_printf(arena, _("The window is too small for the code: it needs %dx%d."),
                                          cols, rows + HEAD_ROWS + FOOT_ROWS),
                             0);
        text.rows = body.row + body.rows - text.row;
    }
    if (text.rows > 0)
        canvas_paragraph(canvas, text, code->trouble ? ROLE_ERROR : ROLE_NORMAL, words(code, arena), 0);
}

static void keys(struct screen *screen, struct key_bar *bar)
{
    const struct code *code = code_of(screen);
    if (code->qr && code->paid)
        key_bar_add(bar, K_ENTER, _("Paid"), 0);
    if (code->link)
        key_bar_add(bar, 'a', _("Amount"), 1);
    key_bar_add(bar, K_CANCEL, _("Back"), 2);
}

static void linear(struct screen *screen, struct linear *out)
{
    struct code *code = code_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    str_addf(&out->text, "%s\n%s\n", head(code, arena), words(code, arena));
    out->waits = !code->link && !code->trouble;
}

static void closed(struct screen *screen)
{
    struct code *code = code_of(screen);
    qr_destroy(code->qr);
    free(code->number);
    free(code->link);
    free(code->filled);
    free(code->trouble);
    free(code);
}

static const struct screen_ops ops = {
    .name = "paycode",
    .key = key,
    .draw = draw,
    .whole = whole,
    .close = closed,
    .heading = N_("Pay by code"),
    .keys = keys,
    .about = N_("The customer reads the code with his telephone and pays there. Nothing is noted by itself: "
                "when he has paid, Enter notes it. a changes the amount."),
    .linear = linear,
};

void paycode_open(struct app_context *app, struct screen *below, const struct paycode *what)
{
    struct code *code = memory_zeroed(1, sizeof(*code));
    *code = (struct code){.app = app,
                          .below = below->id,
                          .order_id = what->order_id,
                          .fen = what->fen,
                          .number = memory_strdup(what->number),
                          .paid = what->paid};
    code->screen.ops = &ops;
    open_screen(app, &code->screen);
    if (what->link)
        take_link(code, what->link);
    else
        ask(app, &code->screen, "rescue.needs", json_pack("{s:I}", "id", (json_int_t)what->order_id),
            CALL_READ, NULL, on_needs, NULL);
}
