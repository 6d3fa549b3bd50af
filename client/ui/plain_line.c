/* What a line means here and now. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/fuzzy.h"
#include "client/ui/plain-private.h"
#include "client/ui/words.h"

void plain_press(struct ui *ui, int code)
{
    char text[5] = "";
    struct key key;
    if (code >= K_BASE) {
        key = key_code(code);
    } else {
        text[utf8_encode((uint32_t)code, text)] = '\0';
        key = key_text(text);
    }
    ui_key(ui, &key);
}

void plain_type(struct ui *ui, const char *text)
{
    struct key key = {.kind = KEY_PASTE, .paste = text, .paste_len = strlen(text)};
    if (key.paste_len)
        ui_key(ui, &key);
}

static int small(const char **text)
{
    uint32_t cp = 0;
    size_t n = utf8_decode(*text, strlen(*text), &cp);
    *text += n ? n : **text != '\0';
    if (cp >= 0xff01 && cp <= 0xff5e)
        cp -= 0xfee0;
    return cp < 0x80 ? tolower((int)cp) : (int)cp;
}

bool plain_begins(const char *text, const char *with)
{
    while (*with)
        if (!*text || small(&text) != small(&with))
            return false;
    return true;
}

bool plain_same(const char *a, const char *b)
{
    while (*a && *b)
        if (small(&a) != small(&b))
            return false;
    return !*a && !*b;
}

/* ---- actions ---- */

static int hint_of(struct ui *ui, const char *line, bool whole)
{
    struct screen *top = ui_top(ui);
    struct key_bar bar = {0};
    int found = K_NONE, count = 0;
    if (top && top->ops->keys)
        top->ops->keys(top, &bar);
    vec_each(const struct key_hint, hint, &bar.hints)
    {
        char letter[5] = "";
        if (hint->code > ' ' && hint->code < K_BASE)
            letter[utf8_encode((uint32_t)hint->code, letter)] = '\0';
        if (whole ? strcmp(letter, line) == 0 || plain_same(hint->label, line)
                  : plain_begins(hint->label, line)) {
            found = found == K_NONE ? hint->code : found;
            count++;
        }
    }
    vec_finish(&bar.hints);
    return whole || count == 1 ? found : K_NONE;
}

/* Not the screen of help, which is for the eye. */
static bool is_help(const char *line)
{
    return plain_same(line, "help") || plain_same(line, _("help"));
}

static bool run_action(struct ui *ui, const char *line, bool whole)
{
    int code = hint_of(ui, line, whole);
    if (code == K_NONE || (!whole && strlen(line) < 2))
        return false;
    plain_press(ui, code);
    return true;
}

/* ---- rows ---- */

static bool find_row(struct plain *plain, const struct linear *linear, size_t number, size_t *row_r)
{
    size_t count = linear->rows->count(linear->rows_context), place = 0;
    vec_each(const struct plain_row, told, &plain->rows)
    {
        for (size_t i = 0; told->number == number && i < count; i++)
            if (linear->rows->id(linear->rows_context, i) == told->id)
                return *row_r = i, true;
    }
    for (size_t i = 0; i < count; i++) {
        place += !(linear->rows->heading && linear->rows->heading(linear->rows_context, i));
        if (place == number)
            return *row_r = i, true;
    }
    return false;
}

/* rest: what to do with the row; "": to take it; NULL: nothing, the cursor is to stand there. */
bool plain_take_row(struct plain *plain, struct ui *ui, size_t number, const char *rest)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    size_t row;
    bool there =
        plain_look(ui, arena, &linear) && linear.rows && number && find_row(plain, &linear, number, &row);
    if (!there) {
        plain_say(plain, _("! There is no row %zu"), number);
        arena_destroy(arena);
        return false;
    }
    linear.rows->go(linear.rows_context, row);
    int take = linear.looks ? K_NONE : linear.take ? linear.take : K_ENTER;
    arena_destroy(arena);
    if (rest && !*rest) {
        if (take != K_NONE)
            plain_press(ui, take);
        else
            ui_redraw(ui);
        return true;
    }
    if (rest && !run_action(ui, rest, true) && !run_action(ui, rest, false))
        plain_say(plain, _("! “%s” cannot be done here: help tells what can"), rest);
    return true;
}

static bool take_number(struct plain *plain, struct ui *ui, const char *line)
{
    char *rest;
    struct arena *arena = arena_create(0);
    struct linear linear;
    bool rows = plain_look(ui, arena, &linear) && linear.rows;
    arena_destroy(arena);
    if (!rows || !isdigit((unsigned char)*line))
        return false;
    size_t number = strtoul(line, &rest, 10);
    if (*rest && *rest != ' ')
        return false;
    plain_take_row(plain, ui, number, rest + strspn(rest, " "));
    return true;
}

/* ---- the filter and the command line ---- */

static void answer_line(struct ui *ui, const struct linear *linear, const char *text)
{
    if (!input_empty(linear->line) && *text)
        plain_press(ui, K_CTRL('U'));
    plain_type(ui, text);
    plain_press(ui, K_ENTER);
}

void plain_filter(struct plain *plain, struct ui *ui, const char *line)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    plain_press(ui, hint_of(ui, "/", true) == '/' ? '/' : K_FILTER);
    if (plain_look(ui, arena, &linear) && linear.line) {
        if (!*line && !input_empty(linear.line))
            plain_press(ui, K_CTRL('U'));
        answer_line(ui, &linear, line);
        plain->first = 0;
        plain_forget_rows(plain);
    }
    arena_destroy(arena);
}

void plain_go(struct plain *plain, struct ui *ui, const char *line)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    plain_press(ui, K_PALETTE);
    if (plain_look(ui, arena, &linear) && linear.line) {
        if (!input_empty(linear.line))
            plain_press(ui, K_CTRL('U'));
        plain_type(ui, line);
        plain->wait = PLAIN_COMMAND;
    }
    arena_destroy(arena);
}

/* Records that fit may have come. Where there is a doubt what is meant, the person chooses. */
static void settle_command(struct ui *ui)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    if (plain_look(ui, arena, &linear) && linear.line && linear.sure)
        plain_press(ui, K_ENTER);
    arena_destroy(arena);
}

void plain_settled(struct plain *plain, struct ui *ui)
{
    enum plain_wait wait = plain->wait;
    struct arena *arena = arena_create(0);
    struct screen *top = ui_top(ui);
    struct linear linear;
    plain->wait = PLAIN_NOTHING;
    if (wait == PLAIN_RECORDS)
        plain_found(plain, ui);
    else if (wait == PLAIN_COMMAND)
        settle_command(ui);
    top = ui_top(ui);
    if (plain->asked && (!top || top->id != plain->asked_of))
        plain->asked = plain->filling = plain->picking = plain->noting = false;
    bool form =
        !plain->asked && plain_look(ui, arena, &linear) && linear.form && linear.asks && !linear.waits;
    if (form && (top->id != plain->asked_of || linear.form->done)) {
        plain->asked_of = top->id;
        plain->field = linear.form->at(linear.form_context);
        plain_ask_next(plain, ui, true);
    }
    arena_destroy(arena);
}

/* ---- the line ---- */

/* "label: value", with the colon of either width. */
static bool set_named(struct plain *plain, struct ui *ui, const struct linear *linear, const char *line)
{
    const char *narrow = strchr(line, ':'), *wide = strstr(line, "：");
    const char *colon = !narrow || (wide && wide < narrow) ? wide : narrow;
    size_t index;
    if (!colon || !plain_find_field(linear, linear->arena, line, (size_t)(colon - line), &index))
        return false;
    const char *value = colon + (colon == wide ? strlen("：") : 1);
    plain_stop_asking(plain, ui);
    plain_set(plain, ui, index, value + strspn(value, " "));
    return true;
}

static bool ask_named(struct plain *plain, struct ui *ui, const struct linear *linear, const char *line)
{
    size_t index;
    if (!plain_find_field(linear, linear->arena, line, strlen(line), &index))
        return false;
    plain->filling = false;
    plain_ask(plain, ui, index);
    return true;
}

static void command(struct plain *plain, struct ui *ui, const struct linear *linear, const char *line)
{
    struct screen *top = ui_top(ui);
    if (!*line) {
        if (top && strcmp(top->ops->name, "message") == 0)
            plain_press(ui, K_ENTER);
        plain_again(plain);
        return;
    }
    if (*line == '/' && linear->rows && linear->table) {
        plain_filter(plain, ui, line + 1);
        return;
    }
    line += *line == '/' && line[1];
    bool done = take_number(plain, ui, line) || set_named(plain, ui, linear, line) ||
                (!is_help(line) && run_action(ui, line, true)) || plain_word(plain, ui, line) ||
                ask_named(plain, ui, linear, line) || run_action(ui, line, false);
    if (done)
        return;
    if (top && strcmp(top->ops->name, "menu") == 0)
        plain_go(plain, ui, line);
    else
        plain_say(plain, _("! “%s” is not understood: help tells what can be said here"), line);
}

/* A word behind a slash where anything else would be a value; two slashes are one that is meant. */
static bool slashed(struct plain *plain, struct ui *ui, const struct linear *linear, const char **line)
{
    if ((*line)[0] != '/')
        return false;
    (*line)++;
    if ((*line)[0] == '/')
        return false;
    if (plain_same(*line, "stop") && (plain->asked || plain->noting)) {
        plain_stop_asking(plain, ui);
        return true;
    }
    if (!is_help(*line))
        plain_stop_asking(plain, ui);
    command(plain, ui, linear, *line);
    return true;
}

static void take_line(struct plain *plain, struct ui *ui, const struct linear *linear, const char *line)
{
    bool value = (plain->asked && linear->form) || linear->line;
    if (value && slashed(plain, ui, linear, &line))
        return;
    if (plain->noting)
        plain_note(plain, ui, line);
    else if (plain->asked && linear->form)
        plain_value(plain, ui, line);
    else if (linear->line && !(linear->rows && take_number(plain, ui, line)))
        answer_line(ui, linear, line);
    else if (!linear->line)
        command(plain, ui, linear, line);
}

void plain_take(struct plain *plain, struct ui *ui, const char *line)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    struct screen *top = ui_top(ui);
    while (*line == ' ')
        line++;
    size_t len = strlen(line);
    while (len && (line[len - 1] == ' ' || line[len - 1] == '\r'))
        len--;
    const char *text = arena_strndup(arena, line, len);
    if (top) {
        if (plain->asked && top->id != plain->asked_of)
            plain->asked = plain->filling = plain->picking = plain->noting = false;
        plain_look(ui, arena, &linear);
        unsigned said = ui->said;
        size_t words = plain->words.len;
        take_line(plain, ui, &linear, text);
        if (ui->bell && said == ui->said && words == plain->words.len)
            plain_say(plain, "%s", _("! That cannot be done here now"));
        ui->dirty = true;
    }
    arena_destroy(arena);
}
