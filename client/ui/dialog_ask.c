/* The dialog with one line to type in. */
#include <stdlib.h>

#include "base/utf8.h"
#include "client/ui/dialog-private.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"

static void complain(struct dialog *dialog, const char *trouble)
{
    free(dialog->trouble);
    dialog->trouble = trouble ? memory_strdup(trouble) : NULL;
    dialog->field.invalid = trouble != NULL;
}

static unsigned submit(struct dialog *dialog)
{
    const char *text = input_text(&dialog->field), *trouble = NULL;
    if (dialog->required && !*text)
        trouble = _("A value is needed here");
    else if (dialog->check)
        trouble = dialog->check(dialog->context, text);
    complain(dialog, trouble);
    if (trouble)
        return SCREEN_REDRAW | SCREEN_BELL;
    return dialog_answer(dialog, &(struct dialog_answer){.key = K_ENTER, .text = text});
}

static unsigned ask_key(struct screen *screen, const struct key *key)
{
    struct dialog *dialog = dialog_of(screen);
    if (key->code == K_CANCEL || key->code == K_LEAVE)
        return dialog_cancel(dialog);
    if (key->code == K_ENTER || key->code == K_SAVE)
        return submit(dialog);
    switch (input_key(&dialog->field, key)) {
    case INPUT_CHANGED: complain(dialog, NULL); return SCREEN_REDRAW;
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static void ask_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct dialog *dialog = dialog_of(screen);
    int label = utf8_width(dialog->label), wanted = (int)MIN(dialog->field.edit.max, (size_t)40);
    struct area in = dialog_draw_box(dialog, canvas, body, 2, MAX(label + 2 + wanted + 1, 36));
    label = MIN(label, in.cols / 2);
    input_label(canvas, in.row, in.col, label, dialog->label, true);
    int width = in.cols - label - 2;
    if (dialog->field.edit.max)
        width = MIN(width, MAX((int)dialog->field.edit.max * 2, 8));
    input_draw(&dialog->field, canvas, in.row, in.col + label + 1, width, true);
    if (dialog->trouble && in.rows > 1)
        canvas_text(canvas, in.row + 1, in.col, in.cols, ROLE_ERROR, ALIGN_LEFT, dialog->trouble);
}

static void ask_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("OK"), 0);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
}

static void ask_plain(struct screen *screen, struct str *out)
{
    dialog_plain(dialog_of(screen), out);
}

static void ask_linear(struct screen *screen, struct linear *linear)
{
    struct dialog *dialog = dialog_of(screen);
    str_addf(&linear->text, "%s\n%s\n", dialog->title, dialog->text);
    if (dialog->trouble)
        str_addf(&linear->text, "! %s\n", dialog->trouble);
    linear->line = &dialog->field;
    linear->line_label = dialog->label;
}

static const struct screen_ops ask_ops = {
    .name = "ask",
    .overlay = true,
    .key = ask_key,
    .draw = ask_draw,
    .keys = ask_keys,
    .plain = ask_plain,
    .linear = ask_linear,
    .close = dialog_free,
};

const struct input *dialog_line(struct screen *screen)
{
    return screen->ops == &ask_ops ? &dialog_of(screen)->field : NULL;
}

uint64_t dialog_ask(struct ui *ui, const struct dialog_ask *ask, dialog_done *done, void *context)
{
    struct dialog *dialog = dialog_create(&ask_ops, ask->title, ask->text, done, context);
    input_init(&dialog->field, ask->kind, ask->max);
    dialog->has_field = true;
    dialog->field.required = dialog->required = ask->required;
    input_set(&dialog->field, ask->value);
    if (ask->kind != INPUT_TEXT) /* words are gone on with */
        input_select(&dialog->field);
    dialog->label = memory_strdup(ask->label ? ask->label : "");
    dialog->check = ask->check;
    ui_open(ui, &dialog->screen);
    return dialog->screen.id;
}
