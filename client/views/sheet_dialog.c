#include "client/views/sheet_dialog.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_linear.h"

struct box {
    struct screen screen;
    struct app_context *app;
    struct sheet sheet;
    uint64_t below;
    char *title, *text;
    bool whole, waiting;
    sheet_submit *submit;
    void (*cancelled)(struct screen *below, void *context);
    void *context;
    struct field first; /* a copy: who asked may be gone before the box is */
};

static struct box *box_of(struct screen *screen)
{
    return container_of(screen, struct box, screen);
}

static void submit(struct box *box)
{
    struct screen *below = ui_find(box->app->ui, box->below);
    if (box->waiting || !sheet_check(&box->sheet))
        return;
    if (!below || box->sheet.readonly) {
        ui_close(box->app->ui, &box->screen);
        return;
    }
    box->waiting = true;
    box->submit(below, box->screen.id, sheet_changes(&box->sheet, box->whole), box->context);
}

static void leave(struct sheet *sheet)
{
    submit(container_of(sheet, struct box, sheet));
}

static const struct sheet_ops ops = {.leave = leave};

static void cancel(struct box *box)
{
    struct screen *below = ui_find(box->app->ui, box->below);
    box->screen.closing = true;
    sheet_drop(&box->sheet); /* the fields may go with what is told now */
    if (below && box->cancelled)
        box->cancelled(below, box->context);
}

static unsigned box_key(struct screen *screen, const struct key *key)
{
    struct box *box = box_of(screen);
    switch (sheet_key(&box->sheet, key)) {
    case SHEET_USED: return SCREEN_REDRAW;
    case SHEET_REFUSED: return SCREEN_BELL;
    default: break;
    }
    switch (key->code) {
    case K_SAVE: submit(box); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL: cancel(box); return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static enum screen_wait box_waiting(struct screen *screen)
{
    struct box *box = box_of(screen);
    return box->waiting ? SCREEN_WAITS_LONG : sheet_waiting(&box->sheet);
}

static int rows_wanted(struct box *box, int cols)
{
    int rows = 1;
    sheet_layout(&box->sheet, cols);
    vec_each(const struct sheet_entry, entry, &box->sheet.entries) rows = MAX(rows, entry->row + entry->rows);
    return rows;
}

static void box_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct box *box = box_of(screen);
    enum { COLS = 64 };
    int cols = MIN((int)COLS, body.cols - 2);
    int text = box->text ? canvas_wrap_count(box->text, cols - 4) : 0;
    int rows = MIN(rows_wanted(box, cols - 4) + text + (text > 0) + 2, body.rows);
    struct area area = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, area, ROLE_BORDER, box->title);
    box->sheet.room = body;
    if (text) {
        canvas_paragraph(canvas, (struct area){in.row, in.col, MIN(text, in.rows), in.cols}, ROLE_NORMAL,
                         box->text, 0);
        in.row += text + 1;
        in.rows -= text + 1;
    }
    if (in.rows > 0)
        sheet_draw(&box->sheet, canvas, in);
}

static void box_keys(struct screen *screen, struct key_bar *bar)
{
    struct box *box = box_of(screen);
    if (!box->sheet.readonly)
        key_bar_add(bar, K_SAVE, _("Confirm"), 0);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
    key_bar_add(bar, K_HELP, _("Help"), 5);
    sheet_keys(&box->sheet, bar);
}

static const char *box_help(struct screen *screen)
{
    const struct sheet_entry *entry = sheet_current(&box_of(screen)->sheet);
    return entry && entry->field->help ? _(entry->field->help) : NULL;
}

static void box_linear(struct screen *screen, struct linear *linear)
{
    struct box *box = box_of(screen);
    str_addf(&linear->text, "%s\n%s\n", box->title, box->text ? box->text : "");
    sheet_linear(&box->sheet, linear);
    linear->asks = !box->sheet.readonly;
    linear->waits = box->waiting;
}

static void box_plain(struct screen *screen, struct str *out)
{
    struct box *box = box_of(screen);
    str_addf(out, "%s\n", box->title);
    if (box->text)
        str_addf(out, "%s\n", box->text);
    sheet_plain(&box->sheet, out);
}

static void box_close(struct screen *screen)
{
    struct box *box = box_of(screen);
    sheet_finish(&box->sheet);
    free(box->title);
    free(box->text);
    free(box);
}

static const struct screen_ops box_ops = {
    .name = "sheet",
    .overlay = true,
    .key = box_key,
    .waiting = box_waiting,
    .draw = box_draw,
    .keys = box_keys,
    .help = box_help,
    .plain = box_plain,
    .linear = box_linear,
    .close = box_close,
};

static void first_field(struct sheet *sheet)
{
    vec_each(struct sheet_entry, entry,
             &sheet->entries) if (sheet_entry_shown(sheet, entry) && !sheet_entry_fixed(sheet, entry))
    {
        sheet_go(sheet, (size_t)(entry - sheet->entries.items));
        return;
    }
}

uint64_t sheet_dialog_open(struct app_context *app, struct screen *below, const struct sheet_dialog *what)
{
    struct box *box = memory_zeroed(1, sizeof(*box));
    *box = (struct box){.app = app,
                        .below = below->id,
                        .whole = what->whole,
                        .submit = what->submit,
                        .cancelled = what->cancelled,
                        .context = what->context};
    box->screen.ops = &box_ops;
    box->title = memory_strdup(what->title);
    box->text = what->text ? memory_strdup(what->text) : NULL;
    sheet_init(&box->sheet, app, &box->screen, &ops);
    box->sheet.readonly = what->readonly;
    if (what->first) {
        box->first = *what->first;
        sheet_add(&box->sheet, &box->first);
    }
    for (size_t i = 0; i < what->nfields; i++)
        sheet_add(&box->sheet, &what->fields[i]);
    if (what->values)
        sheet_load(&box->sheet, what->values, false);
    else
        sheet_defaults(&box->sheet);
    first_field(&box->sheet);
    if (what->draft)
        sheet_restore(&box->sheet, what->draft);
    ui_open(app->ui, &box->screen);
    return box->screen.id;
}

static struct box *box_find(struct app_context *app, uint64_t dialog)
{
    struct screen *screen = ui_find(app->ui, dialog);
    return screen && screen->ops == &box_ops ? box_of(screen) : NULL;
}

void sheet_dialog_close(struct app_context *app, uint64_t dialog)
{
    struct box *box = box_find(app, dialog);
    if (box)
        ui_close(app->ui, &box->screen);
}

bool sheet_dialog_accuse(struct app_context *app, uint64_t dialog, const char *name, const char *words)
{
    struct box *box = box_find(app, dialog);
    if (!box)
        return false;
    box->waiting = false;
    ahead_forget(&app->ui->ahead);
    ui_say(app->ui, ROLE_ERROR, "%s", words);
    ui_redraw(app->ui);
    return name && sheet_accuse(&box->sheet, name, words);
}

void sheet_dialog_tell_now(struct app_context *app, uint64_t dialog, const json_t *row)
{
    struct box *box = box_find(app, dialog);
    if (!box)
        return;
    sheet_tell_now(&box->sheet, row);
    ui_redraw(app->ui);
}

const char *sheet_dialog_label(struct app_context *app, uint64_t dialog, const char *name)
{
    struct box *box = box_find(app, dialog);
    const struct sheet_entry *entry = box ? sheet_find(&box->sheet, name) : NULL;
    return entry ? entry->label : NULL;
}

struct sheet *sheet_dialog_sheet(struct screen *screen)
{
    return screen->ops == &box_ops ? &box_of(screen)->sheet : NULL;
}
