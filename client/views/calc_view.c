#include "client/views/calc_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/calc.h"

enum { COLS = 40, ROWS = 9, TYPED_MOST = 120, TAPE_MOST = 50 };

struct calculator {
    struct screen screen;
    struct app_context *app;
    uint64_t below;
    struct input typed;
    VEC(char *) tape; /* "12*3 = 36" */
    int places;
    calc_done *done;
    void *context;
};

static struct calculator *calculator_of(struct screen *screen)
{
    return container_of(screen, struct calculator, screen);
}

/* NULL: it is no sum (yet). */
static const char *result_of(const struct calculator *calculator, char *buf, size_t size)
{
    const char *text = input_text(&calculator->typed);
    return *text && calc(text, calculator->places, buf, size) == 0 ? buf : NULL;
}

static void keep(struct calculator *calculator, const char *result)
{
    struct str line;
    str_init(&line, NULL);
    str_addf(&line, "%s = %s", input_text(&calculator->typed), result);
    if (calculator->tape.count == TAPE_MOST) {
        free(calculator->tape.items[0]);
        memmove(calculator->tape.items, calculator->tape.items + 1, (TAPE_MOST - 1) * sizeof(char *));
        calculator->tape.count--;
    }
    vec_push(&calculator->tape, str_steal(&line));
    input_set(&calculator->typed, result);
    input_select(&calculator->typed);
}

/* = goes on with the result; Enter hands it over. */
static unsigned settle(struct calculator *calculator, bool hand_over)
{
    char buf[64];
    const char *result = result_of(calculator, buf, sizeof(buf));
    struct screen *below = ui_find(calculator->app->ui, calculator->below);
    if (!result) {
        calculator->typed.invalid = true;
        ui_say(calculator->app->ui, ROLE_ERROR, "%s", _("This is no sum: 12*3.5+8, (4+5)/2"));
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    if (!hand_over || !calculator->done || !below) {
        keep(calculator, result);
        return SCREEN_REDRAW;
    }
    calculator->screen.closing = true;
    calculator->done(below, result, calculator->context);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

static unsigned key(struct screen *screen, const struct key *pressed)
{
    struct calculator *calculator = calculator_of(screen);
    bool begun = *input_text(&calculator->typed) != '\0';
    switch (pressed->code) {
    case K_ENTER:
    case K_SAVE: return settle(calculator, true);
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    case '=':
        if (begun)
            return settle(calculator, false);
        break;
    default: break;
    }
    if (pressed->kind == KEY_TEXT && strchr("+-*/", *pressed->text))
        calculator->typed.selected = false; /* a sum goes on with the result, a digit begins another */
    switch (input_key(&calculator->typed, pressed)) {
    case INPUT_CHANGED:
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static void draw_tape(const struct calculator *calculator, struct canvas *canvas, struct area in)
{
    size_t room = (size_t)MAX(in.rows - 2, 0), count = calculator->tape.count;
    size_t first = count > room ? count - room : 0;
    for (size_t i = first; i < count; i++)
        canvas_text(canvas, in.row + (int)(room - (count - i)), in.col, in.cols, ROLE_DIM, ALIGN_RIGHT,
                    calculator->tape.items[i]);
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct calculator *calculator = calculator_of(screen);
    char buf[64];
    int rows = MIN((int)ROWS, body.rows), cols = MIN((int)COLS, body.cols);
    struct area box = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, _("Calculator"));
    const char *result = result_of(calculator, buf, sizeof(buf));
    draw_tape(calculator, canvas, in);
    input_draw(&calculator->typed, canvas, in.row + in.rows - 2, in.col, in.cols - 1, true);
    if (result) {
        canvas_text(canvas, in.row + in.rows - 1, in.col, 2, ROLE_DIM, ALIGN_LEFT, "=");
        canvas_text(canvas, in.row + in.rows - 1, in.col + 2, in.cols - 2, ROLE_SUM, ALIGN_RIGHT, result);
    }
}

static void keys(struct screen *screen, struct key_bar *bar)
{
    key_bar_add(bar, K_ENTER, calculator_of(screen)->done ? _("Take") : _("Result"), 0);
    key_bar_add(bar, '=', _("Go on with it"), 2);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
}

static void add_text(struct calculator *calculator, struct str *out)
{
    char buf[64];
    const char *result = result_of(calculator, buf, sizeof(buf));
    vec_each(char *, line, &calculator->tape) str_addf(out, "%s\n", *line);
    str_addf(out, "> %s%s%s\n", input_text(&calculator->typed), result ? " = " : "", result ? result : "");
}

static void plain(struct screen *screen, struct str *out)
{
    add_text(calculator_of(screen), out);
}

static void linear(struct screen *screen, struct linear *out)
{
    struct calculator *calculator = calculator_of(screen);
    add_text(calculator, &out->text);
    out->line = &calculator->typed;
    out->line_label = _("Calculator");
}

static void closed(struct screen *screen)
{
    struct calculator *calculator = calculator_of(screen);
    vec_each(char *, line, &calculator->tape) free(*line);
    vec_finish(&calculator->tape);
    input_finish(&calculator->typed);
    free(calculator);
}

static const struct screen_ops ops = {
    .name = "calculator",
    .overlay = true,
    .key = key,
    .draw = draw,
    .keys = keys,
    .plain = plain,
    .linear = linear,
    .close = closed,
};

void calc_open(struct app_context *app, struct screen *below, const char *text, int places, calc_done *done,
               void *context)
{
    struct calculator *calculator = memory_zeroed(1, sizeof(*calculator));
    *calculator = (struct calculator){
        .app = app, .below = below ? below->id : 0, .places = places, .done = done, .context = context};
    calculator->screen.ops = &ops;
    input_init(&calculator->typed, INPUT_AMOUNT, TYPED_MOST);
    input_set(&calculator->typed, text);
    input_select(&calculator->typed);
    ui_open(app->ui, &calculator->screen);
}
