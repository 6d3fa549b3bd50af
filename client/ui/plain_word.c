/* What can be said anywhere: words, in English or in the person's language. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/plain-private.h"
#include "client/ui/words.h"

typedef void word_run(struct plain *plain, struct ui *ui, const char *rest);

struct word {
    const char *name; /* msgid */
    const char *help; /* msgid */
    word_run *run;
    int key; /* where there is no run */
};

static const char *hint_name(const struct key_hint *hint, char *buf, size_t size)
{
    return hint->code > ' ' && hint->code < 0x7f ? key_label(hint->code, buf, size) : "";
}

static void help(struct plain *plain, struct ui *ui, const char *rest);

static void again(struct plain *plain, struct ui *ui, const char *rest)
{
    (void)ui, (void)rest;
    plain_again(plain);
}

/* The page of a list; of anything else what the screen itself does by these keys. */
static void turn(struct plain *plain, struct ui *ui, int by)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    if (!plain_look(ui, arena, &linear) || !linear.table) {
        plain_press(ui, by > 0 ? K_NEXT : K_PREVIOUS);
    } else {
        size_t count = linear.rows->count(linear.rows_context);
        bool last = plain->first + plain->page >= count;
        if (by > 0 && last)
            plain_say(plain, "%s", _("This is the end of the list"));
        else if (by > 0)
            plain->first += plain->page;
        else
            plain->first -= MIN(plain->first, plain->page);
        if (plain->first < count)
            linear.rows->go(linear.rows_context, plain->first); /* asks for more where the end is near */
        plain_forget_rows(plain);
    }
    arena_destroy(arena);
}

static void next(struct plain *plain, struct ui *ui, const char *rest)
{
    (void)rest;
    turn(plain, ui, 1);
}

static void previous(struct plain *plain, struct ui *ui, const char *rest)
{
    (void)rest;
    turn(plain, ui, -1);
}

static void page_rows(struct plain *plain, struct ui *ui, const char *rest)
{
    unsigned long rows = strtoul(rest, NULL, 10);
    (void)ui;
    plain->page = rows >= 1 && rows <= 200 ? rows : plain->page;
    plain_forget_rows(plain);
}

static void quit(struct plain *plain, struct ui *ui, const char *rest)
{
    (void)ui, (void)rest;
    plain->quit = true;
}

static void fill(struct plain *plain, struct ui *ui, const char *rest)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    if (plain_look(ui, arena, &linear) && linear.form) {
        plain->field = linear.form->at(linear.form_context);
        plain_ask_next(plain, ui, true);
    } else {
        plain_say(plain, "%s", _("There are no fields here"));
    }
    (void)rest;
    arena_destroy(arena);
}

static void tell_fields(struct plain *plain, struct ui *ui, const char *rest)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    struct linear_field field;
    bool known = plain_look(ui, arena, &linear) && linear.form;
    for (size_t i = 0; known && i < linear.form->count(linear.form_context); i++)
        if (linear.form->field(linear.form_context, arena, i, &field))
            plain_say(plain, "%s%s: %s", field.label, field.required ? _(" (required)") : "",
                      field.secret || !field.value ? "" : field.value);
    (void)rest;
    arena_destroy(arena);
}

/* A row of a list, label by label. */
static void show(struct plain *plain, struct ui *ui, const char *rest)
{
    size_t number = strtoul(rest, NULL, 10);
    struct arena *arena = arena_create(0);
    struct linear linear;
    struct str text;
    str_init(&text, arena);
    if (plain_look(ui, arena, &linear) && linear.table && table_has_row(linear.table) &&
        (!number || plain_take_row(plain, ui, number, NULL))) {
        table_plain(linear.table, &text);
        str_add_n(&plain->words, text.data, text.len);
    }
    arena_destroy(arena);
}

/* "3 5-7" */
static void mark(struct plain *plain, struct ui *ui, const char *rest)
{
    for (char *end; *rest; rest = end) {
        size_t from = strtoul(rest, &end, 10), to = from;
        if (end == rest)
            return;
        if (*end == '-')
            to = strtoul(end + 1, &end, 10);
        for (size_t i = from; i <= to && i - from < 200; i++)
            if (plain_take_row(plain, ui, i, NULL))
                plain_press(ui, ' ');
        while (*end == ' ' || *end == ',')
            end++;
    }
}

static void open_row(struct plain *plain, struct ui *ui, const char *rest)
{
    size_t number = strtoul(rest, NULL, 10);
    if (number)
        plain_take_row(plain, ui, number, "");
    else
        plain_press(ui, K_ENTER);
}

static void type(struct plain *plain, struct ui *ui, const char *rest)
{
    (void)plain;
    plain_type(ui, rest);
}

static void press(struct plain *plain, struct ui *ui, const char *rest)
{
    static const struct {
        const char *name;
        int code;
    } names[] = {
        {"Up", K_UP},         {"Down", K_DOWN},      {"Left", K_LEFT},     {"Right", K_RIGHT},
        {"PgUp", K_PAGE_UP},  {"PgDn", K_PAGE_DOWN}, {"Home", K_HOME},     {"End", K_END},
        {"Enter", K_ENTER},   {"Tab", K_TAB},        {"S-Tab", K_BACKTAB}, {"Backspace", K_BACKSPACE},
        {"Delete", K_DELETE}, {"Insert", K_INSERT},  {"Esc", K_CANCEL},    {"Space", ' '}};
    int code = K_NONE;
    if (toupper((unsigned char)rest[0]) == 'F' && atoi(rest + 1) >= 1 && atoi(rest + 1) <= 12)
        code = K_F1 + atoi(rest + 1) - 1;
    else if (rest[0] == '^' && rest[1])
        code = K_CTRL(toupper((unsigned char)rest[1]));
    for (size_t i = 0; i < array_len(names); i++)
        if (plain_same(names[i].name, rest))
            code = names[i].code;
    uint32_t cp = 0;
    if (code == K_NONE && *rest && utf8_decode(rest, strlen(rest), &cp) == strlen(rest))
        code = (int)cp;
    if (code != K_NONE)
        plain_press(ui, code);
    else
        plain_say(plain, "%s", _("Which key? F1 to F12, Up, Down, Enter, Tab, Esc, ^X, a letter …"));
}

static const struct word words[] = {
    {N_("help"), N_("what can be said here"), help, 0},
    {N_("again"), N_("everything here once more"), again, 0},
    {N_("next"), N_("the next page of a list, or the next record"), next, 0},
    {N_("previous"), N_("the page before, or the record before"), previous, 0},
    {N_("rows"), N_("rows 20: so many rows to a page"), page_rows, 0},
    {N_("open"), N_("open 3, or 3 alone: what row 3 stands for"), open_row, 0},
    {N_("show"), N_("show 3: row 3, label by label"), show, 0},
    {N_("mark"), N_("mark 3 5-7: rows for an action on several"), mark, 0},
    {N_("filter"), N_("filter words, or /words: only rows that fit; filter alone: all again"), plain_filter,
     0},
    {N_("fields"), N_("all fields with their values; the name of one asks for it, name: value sets it"),
     tell_fields, 0},
    {N_("fill"), N_("asks for one field after the other; an empty line keeps, a hyphen empties, /stop ends"),
     fill, 0},
    {N_("save"), N_("saves or confirms"), NULL, K_SAVE},
    {N_("new"), N_("a new record"), NULL, K_NEW},
    {N_("refresh"), N_("fetches anew"), NULL, K_REFRESH},
    {N_("history"), N_("another view of this, such as its history"), NULL, K_VIEW},
    {N_("go"), N_("go words: what the command line does with them; in the menu the words alone are enough"),
     plain_go, 0},
    {N_("tasks"), N_("another open task"), NULL, K_CTRL('T')},
    {N_("back"), N_("one level back"), NULL, K_CANCEL},
    {N_("leave"), N_("leaves the screen"), NULL, K_LEAVE},
    {N_("stop"), N_("stops what runs"), NULL, K_CTRL('C')},
    {N_("language"), N_("the next language"), NULL, K_CTRL('E')},
    {N_("key"), N_("key F4: presses a key of the screens"), press, 0},
    {N_("type"), N_("type words: types them where the cursor is"), type, 0},
    {N_("quit"), N_("ends the program"), quit, 0},
};

static bool is_word(const char *line, const char *name, const char **rest_r)
{
    size_t len = strcspn(line, " ");
    struct str first;
    str_init(&first, NULL);
    str_add_n(&first, line, len);
    bool same = plain_same(first.data, name) || plain_same(first.data, _(name));
    str_finish(&first);
    *rest_r = line + len + strspn(line + len, " ");
    return same;
}

bool plain_word(struct plain *plain, struct ui *ui, const char *line)
{
    const char *rest;
    for (size_t i = 0; i < array_len(words); i++) {
        if (!is_word(line, words[i].name, &rest) || (words[i].key && *rest))
            continue;
        if (words[i].run)
            words[i].run(plain, ui, rest);
        else
            plain_press(ui, words[i].key);
        return true;
    }
    return false;
}

bool plain_urgent(struct plain *plain, struct ui *ui, const char *line)
{
    const char *rest;
    line += *line == '/';
    bool stop = is_word(line, "stop", &rest);
    if (stop)
        plain_press(ui, K_CTRL('C'));
    else if (is_word(line, "quit", &rest))
        plain->quit = true;
    return stop || plain->quit;
}

static void help(struct plain *plain, struct ui *ui, const char *rest)
{
    struct screen *top = ui_top(ui);
    struct key_bar bar = {0};
    char buf[16];
    (void)rest;
    if (top && screen_help(top))
        plain_say(plain, "%s", screen_help(top));
    if (top && top->ops->keys)
        top->ops->keys(top, &bar);
    plain_say(plain, "%s", _("To be done here:"));
    vec_each(const struct key_hint, hint, &bar.hints)
    {
        const char *letter = hint_name(hint, buf, sizeof(buf));
        plain_say(plain, "%s%s%s", letter, *letter ? ": " : "", hint->label);
    }
    vec_finish(&bar.hints);
    plain_say(plain, "%s", _("To be said anywhere:"));
    for (size_t i = 0; i < array_len(words); i++)
        plain_say(plain, "%s: %s", _(words[i].name), _(words[i].help));
}
