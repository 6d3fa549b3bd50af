#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/dialog-private.h"
#include "client/ui/words.h"

enum { DIALOG_COLS = 60 };

struct dialog *dialog_of(struct screen *screen)
{
    return container_of(screen, struct dialog, screen);
}

struct dialog *dialog_create(const struct screen_ops *ops, const char *title, const char *text,
                             dialog_done *done, void *context)
{
    struct dialog *dialog = memory_zeroed(1, sizeof(*dialog));
    dialog->screen.ops = ops;
    dialog->title = memory_strdup(title ? title : "");
    dialog->text = memory_strdup(text ? text : "");
    dialog->done = done;
    dialog->context = context;
    choices_init(&dialog->choices);
    return dialog;
}

void dialog_free(struct screen *screen)
{
    struct dialog *dialog = dialog_of(screen);
    for (int i = 0; i < dialog->button_count; i++)
        free((char *)dialog->buttons[i].label);
    vec_each(struct choices_item, choice, &dialog->all)
    {
        free(choice->text);
        free(choice->detail);
    }
    vec_finish(&dialog->all);
    choices_finish(&dialog->choices);
    if (dialog->has_field)
        input_finish(&dialog->field);
    free(dialog->title);
    free(dialog->text);
    free(dialog->label);
    free(dialog->trouble);
    free(dialog);
}

bool dialog_scroll(struct dialog *dialog, const struct key *key)
{
    enum { PAGE = 5 };
    int by = key->code == K_UP          ? -1
             : key->code == K_DOWN      ? 1
             : key->code == K_PAGE_UP   ? -PAGE
             : key->code == K_PAGE_DOWN ? PAGE
                                        : 0;
    dialog->top = MAX(MIN(dialog->top + by, dialog->hidden), 0);
    return by && dialog->hidden;
}

unsigned dialog_answer(struct dialog *dialog, const struct dialog_answer *answer)
{
    if (dialog->screen.closing)
        return 0;
    dialog->screen.closing = true;
    if (dialog->done)
        dialog->done(dialog->context, answer);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

unsigned dialog_cancel(struct dialog *dialog)
{
    return dialog_answer(dialog, &(struct dialog_answer){.key = K_CANCEL, .text = ""});
}

static int text_cols(const char *text)
{
    int most = 0;
    while (*text) {
        size_t n = strcspn(text, "\n");
        int cols = utf8_width_n(text, n);
        most = MAX(most, cols);
        text += n + (text[n] == '\n');
    }
    return most;
}

struct area dialog_draw_box(struct dialog *dialog, struct canvas *canvas, struct area body, int extra,
                            int min_cols)
{
    int cols = MAX(MAX(text_cols(dialog->text), utf8_width(dialog->title) + 4), min_cols);
    cols = MIN(MIN(cols, DIALOG_COLS) + 4, body.cols);
    int whole = *dialog->text ? canvas_wrap_count(dialog->text, cols - 4) : 0;
    int text = MAX(MIN(whole, body.rows - 2 - extra), 0);
    dialog->hidden = whole - text;
    dialog->top = MAX(MIN(dialog->top, dialog->hidden), 0);
    int rows = MIN(text + extra + 2, body.rows);
    struct area box = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, dialog->title);
    if (text)
        canvas_paragraph(canvas, (struct area){in.row, in.col, text, in.cols}, ROLE_NORMAL, dialog->text,
                         dialog->top);
    if (text) /* on the border */
        canvas_more(canvas, (struct area){in.row, in.col, text, in.cols + 2}, dialog->top > 0,
                    dialog->top < dialog->hidden);
    return (struct area){in.row + text, in.col, in.rows - text, in.cols};
}

void dialog_plain(struct dialog *dialog, struct str *out)
{
    str_addf(out, "%s\n", dialog->title);
    if (*dialog->text)
        str_addf(out, "%s\n", dialog->text);
    for (int i = 0; i < dialog->button_count; i++)
        str_addf(out, "%c: %s\n", dialog->buttons[i].key, dialog->buttons[i].label);
    vec_each(struct choices_item, choice, &dialog->choices.items)
        str_addf(out, "%s %s\n", choice == choices_current(&dialog->choices) ? ">" : "-", choice->text);
    if (dialog->label)
        str_addf(out, "%s: %s\n", dialog->label,
                 dialog->field.kind == INPUT_SECRET ? "" : input_text(&dialog->field));
    if (dialog->trouble)
        str_addf(out, "! %s\n", dialog->trouble);
}

static void plain(struct screen *screen, struct str *out)
{
    dialog_plain(dialog_of(screen), out);
}

/* A message: read it, any key. */
static unsigned message_key(struct screen *screen, const struct key *key)
{
    struct dialog *dialog = dialog_of(screen);
    if (dialog_scroll(dialog, key))
        return SCREEN_REDRAW;
    return dialog_answer(dialog, &(struct dialog_answer){.key = K_ENTER, .text = ""});
}

static void message_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    dialog_draw_box(dialog_of(screen), canvas, body, 0, 20);
}

static void message_keys(struct screen *screen, struct key_bar *bar)
{
    key_bar_add(bar, K_ENTER, _("Continue"), 0);
    if (dialog_of(screen)->hidden)
        key_bar_add(bar, K_DOWN, _("Next"), 1);
}

static const struct screen_ops message_ops = {
    .name = "message",
    .overlay = true,
    .key = message_key,
    .draw = message_draw,
    .keys = message_keys,
    .plain = plain,
    .close = dialog_free,
};

void dialog_message(struct ui *ui, const char *title, const char *text, dialog_done *done, void *context)
{
    ui_open(ui, &dialog_create(&message_ops, title, text, done, context)->screen);
}

/* A question: its letters, in whatever width the input method sends them. */
static int letter_of(const struct key *key)
{
    if (key->kind != KEY_TEXT)
        return 0;
    int c = key->code >= 0xff01 && key->code <= 0xff5e ? key->code - 0xfee0 : key->code;
    return c < 0x80 ? tolower(c) : 0;
}

static unsigned confirm_key(struct screen *screen, const struct key *key)
{
    struct dialog *dialog = dialog_of(screen);
    int letter = letter_of(key);
    if (key->code == K_CANCEL || key->code == K_LEAVE)
        return dialog_cancel(dialog);
    if (dialog_scroll(dialog, key))
        return SCREEN_REDRAW;
    if (key->code == K_ENTER && !dialog->destructive)
        letter = dialog->buttons[0].key;
    for (int i = 0; letter && i < dialog->button_count; i++)
        if (dialog->buttons[i].key == letter)
            return dialog_answer(dialog, &(struct dialog_answer){.key = letter, .text = ""});
    return SCREEN_BELL;
}

static int draw_buttons(const struct dialog *dialog, struct canvas *canvas, struct area area)
{
    int row = 0, col = 0;
    for (int i = 0; i < dialog->button_count; i++) {
        char cap[8] = {'[', dialog->buttons[i].key, ']', ' '};
        int cols = 4 + utf8_width(dialog->buttons[i].label);
        if (col && col + cols > area.cols) {
            row++;
            col = 0;
        }
        if (canvas) {
            canvas_put(canvas, area.row + row, area.col + col, 4, ROLE_KEY, cap);
            canvas_put(canvas, area.row + row, area.col + col + 4, area.cols - col - 4, ROLE_NORMAL,
                       dialog->buttons[i].label);
        }
        col += cols + 2;
    }
    return row + 1;
}

static void confirm_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct dialog *dialog = dialog_of(screen);
    struct area room = {.cols = MIN(DIALOG_COLS, body.cols - 4)};
    int rows = draw_buttons(dialog, NULL, room), cols = 0;
    for (int i = 0; i < dialog->button_count; i++)
        cols += 6 + utf8_width(dialog->buttons[i].label);
    struct area in = dialog_draw_box(dialog, canvas, body, rows + 1, MIN(cols, room.cols));
    in.row += in.rows - rows;
    draw_buttons(dialog, canvas, in);
}

static void confirm_keys(struct screen *screen, struct key_bar *bar)
{
    struct dialog *dialog = dialog_of(screen);
    for (int i = 0; i < dialog->button_count; i++)
        key_bar_add(bar, dialog->buttons[i].key, dialog->buttons[i].label, i);
    key_bar_add(bar, K_CANCEL, _("Cancel"), dialog->button_count);
}

static const struct screen_ops confirm_ops = {
    .name = "confirm",
    .overlay = true,
    .key = confirm_key,
    .draw = confirm_draw,
    .keys = confirm_keys,
    .plain = plain,
    .close = dialog_free,
};

uint64_t dialog_confirm(struct ui *ui, const char *title, const char *text,
                        const struct dialog_button buttons[], int count, bool destructive, dialog_done *done,
                        void *context)
{
    struct dialog *dialog = dialog_create(&confirm_ops, title, text, done, context);
    dialog->destructive = destructive;
    for (int i = 0; i < count && i < (int)array_len(dialog->buttons); i++)
        dialog->buttons[dialog->button_count++] =
            (struct dialog_button){(char)tolower(buttons[i].key), memory_strdup(buttons[i].label)};
    if (destructive)
        ui->drop_input = true;
    ui_open(ui, &dialog->screen);
    return dialog->screen.id;
}

uint64_t dialog_yes_no(struct ui *ui, const char *title, const char *text, bool destructive,
                       dialog_done *done, void *context)
{
    struct dialog_button buttons[] = {{'y', _("Yes")}, {'n', _("No")}};
    return dialog_confirm(ui, title, text, buttons, array_len(buttons), destructive, done, context);
}

void dialog_withdraw(struct ui *ui, uint64_t dialog)
{
    struct screen *screen = dialog ? ui_find(ui, dialog) : NULL;
    if (screen && screen->ops == &confirm_ops && !screen->closing)
        ui_close(ui, screen);
}
