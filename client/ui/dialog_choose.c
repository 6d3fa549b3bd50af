#include "base/utf8.h"
#include "client/ui/dialog-private.h"
#include "client/ui/linear.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"

/* Leaves what the typed letters fit, in the order given: a list to choose from does not jump about. */
static void narrow(struct dialog *dialog)
{
    const char *typed = input_text(&dialog->field);
    choices_clear(&dialog->choices);
    vec_each(struct choices_item, choice,
             &dialog->all) if (fuzzy_score(typed, choice->text) ||
                               (choice->detail && fuzzy_score(typed, choice->detail)))
        choices_add(&dialog->choices, choice->id, choice->text, choice->detail);
}

static unsigned take(struct dialog *dialog)
{
    const struct choices_item *choice = choices_current(&dialog->choices);
    char *text = memory_strdup(choice->text);
    unsigned flags =
        dialog_answer(dialog, &(struct dialog_answer){.key = K_ENTER, .id = choice->id, .text = text});
    cleanup_free(&text);
    return flags;
}

static unsigned choose_key(struct screen *screen, const struct key *key)
{
    struct dialog *dialog = dialog_of(screen);
    if (key->code == K_LEAVE)
        return dialog_cancel(dialog);
    switch (choices_key(&dialog->choices, key)) {
    case CHOICES_TAKEN: return take(dialog);
    case CHOICES_CLOSED: return dialog_cancel(dialog);
    case CHOICES_USED: return SCREEN_REDRAW;
    default: break;
    }
    switch (input_key(&dialog->field, key)) {
    case INPUT_CHANGED: narrow(dialog); return SCREEN_REDRAW;
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static int widest(const struct dialog *dialog)
{
    int cols = 24;
    vec_each(const struct choices_item, choice, &dialog->all)
    {
        int needed = 3 + utf8_width(choice->text) + (choice->detail ? 2 + utf8_width(choice->detail) : 0);
        cols = MAX(cols, needed);
    }
    return cols;
}

static void choose_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct dialog *dialog = dialog_of(screen);
    int rows = (int)MIN(MAX(dialog->all.count, (size_t)1), (size_t)12);
    struct area in = dialog_draw_box(dialog, canvas, body, rows + 1, widest(dialog));
    if (in.rows < 2)
        return;
    choices_draw(&dialog->choices, canvas, (struct area){in.row + 1, in.col, in.rows - 1, in.cols});
    input_draw(&dialog->field, canvas, in.row, in.col, in.cols - 1, true);
}

static void choose_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Choose"), 0);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
}

static void choose_plain(struct screen *screen, struct str *out)
{
    dialog_plain(dialog_of(screen), out);
}

static void choose_linear(struct screen *screen, struct linear *linear)
{
    struct dialog *dialog = dialog_of(screen);
    str_add(&linear->text, dialog->title);
    linear_choices(linear, &dialog->choices);
    linear->line = &dialog->field;
    linear->line_label = _("Choose");
}

static const struct screen_ops choose_ops = {
    .name = "choose",
    .overlay = true,
    .key = choose_key,
    .draw = choose_draw,
    .keys = choose_keys,
    .plain = choose_plain,
    .linear = choose_linear,
    .close = dialog_free,
};

void dialog_choose(struct ui *ui, const char *title, struct choices *choices, dialog_done *done,
                   void *context)
{
    struct dialog *dialog = dialog_create(&choose_ops, title, NULL, done, context);
    input_init(&dialog->field, INPUT_TEXT, 64);
    dialog->has_field = true;
    vec_each(struct choices_item, choice, &choices->items) vec_push(&dialog->all, *choice);
    size_t cursor = choices->cursor;
    vec_clear(&choices->items); /* their texts are the dialog's now */
    choices_clear(choices);
    narrow(dialog);
    dialog->choices.cursor = cursor;
    ui_open(ui, &dialog->screen);
}
