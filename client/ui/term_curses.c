#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "client/ui/term-private.h"

/* curses takes over signals when it starts; they belong to the program's loop. */
static const int curses_signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

static SCREEN *new_screen(struct term *term, const char *type)
{
    if (!curses_knows(type, term->memory))
        return NULL;
    struct sigaction kept[array_len(curses_signals)];
    for (size_t i = 0; i < array_len(curses_signals); i++)
        sigaction(curses_signals[i], NULL, &kept[i]);
    SCREEN *screen = newterm(type, term->to_memory, term->from_tty);
    for (size_t i = 0; i < array_len(curses_signals); i++)
        sigaction(curses_signals[i], &kept[i], NULL);
    return screen;
}

/* A terminal that says it has 16 million colours has a description that can name them. */
static SCREEN *new_direct_screen(struct term *term, const char *type)
{
    static const char *const families[] = {"xterm", "tmux",      "screen", "konsole",
                                           "vte",   "alacritty", "foot",   "st"};
    const char *says = getenv("COLORTERM");
    char direct[32];
    if (!says || (strcmp(says, "truecolor") != 0 && strcmp(says, "24bit") != 0))
        return NULL;
    for (size_t i = 0; i < array_len(families); i++) {
        size_t len = strlen(families[i]);
        if (strncmp(type, families[i], len) != 0 || (type[len] && type[len] != '-'))
            continue;
        snprintf(direct, sizeof(direct), "%s-direct", families[i]);
        return new_screen(term, direct);
    }
    return NULL;
}

/* An unknown TERM most often is some xterm. */
int curses_start(struct term *term, const char *type)
{
    use_env(FALSE);
    SCREEN *screen = type && *type ? new_direct_screen(term, type) : NULL;
    if (!screen && type && *type)
        screen = new_screen(term, type);
    if (!screen && (!type || strcmp(type, "dumb") != 0))
        screen = new_screen(term, "xterm");
    if (!screen)
        return -ENOENT;
    term->screen = screen;
    set_term(screen);
    if (!*curses_text("cup") || !*curses_text("clear")) {
        curses_stop(term);
        return -ENOENT;
    }
    typeahead(-1); /* a frame is sent whole, or not at all */
    nonl();
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    term->own_colours = term->colours = has_colors() && start_color() == OK;
    if (term->colours)
        term->own_colours = use_default_colors() == OK;
    term->many_colours = term->colours && COLORS >= 256;
    term->all_colours = term->colours && COLORS > 256;
    return 0;
}

void curses_stop(struct term *term)
{
    if (term->screen)
        delscreen(term->screen);
    term->screen = NULL;
}

void curses_leave(struct term *term)
{
    set_term(term->screen);
    curs_set(1);
    endwin();
    term_collect(term);
}

void curses_resize(struct term *term)
{
    set_term(term->screen);
    resize_term(term->rows, term->cols);
    clearok(curscr, TRUE);
}

static int colour(const struct term *term, short few, short many, int rgb, int own)
{
    if (term->all_colours && rgb)
        return MAX(rgb & ~STYLE_RGB, 8); /* the first eight are the terminal's own, whatever they look like */
    if (term->all_colours && many >= 8)
        return MAX(theme_rgb(many), 8);
    int wanted = term->many_colours ? many : few;
    return wanted < 0 && !term->own_colours ? own : wanted;
}

void curses_pairs(struct term *term)
{
    if (!term->colours)
        return;
    set_term(term->screen);
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct style *style = theme_style(term->theme, (enum role)role);
        init_extended_pair(role + 1, colour(term, style->fg, style->fg_256, style->fg_rgb, COLOR_WHITE),
                           colour(term, style->bg, style->bg_256, style->bg_rgb, COLOR_BLACK));
    }
    for (int n = 0; !term->many_colours && n < MIN(COLORS, 16) && ROLE_COUNT + 1 + n < COLOR_PAIRS; n++)
        init_extended_pair(ROLE_COUNT + 1 + n, n, term->own_colours ? -1 : COLOR_BLACK);
}

/* The keys of this description, beside those every terminal has. */
void curses_define_keys(struct term *term)
{
    static const struct {
        const char *capability;
        int code;
    } keys[] = {
        {"kf1", K_F1},       {"kf2", K_F2},       {"kf3", K_F3},       {"kf4", K_F4},
        {"kf5", K_F5},       {"kf6", K_F6},       {"kf7", K_F7},       {"kf8", K_F8},
        {"kf9", K_F9},       {"kf10", K_F10},     {"kf11", K_F11},     {"kf12", K_F12},
        {"kcuu1", K_UP},     {"kcud1", K_DOWN},   {"kcub1", K_LEFT},   {"kcuf1", K_RIGHT},
        {"khome", K_HOME},   {"kend", K_END},     {"kpp", K_PAGE_UP},  {"knp", K_PAGE_DOWN},
        {"kdch1", K_DELETE}, {"kich1", K_INSERT}, {"kcbt", K_BACKTAB}, {"kent", K_ENTER},
    };
    for (size_t i = 0; i < array_len(keys); i++)
        keys_define(&term->keys, curses_text(keys[i].capability), keys[i].code);
}

const char *term_colours(const struct term *term)
{
    return !term->colours || term->theme == THEME_MONO ? "1"
           : term->all_colours                         ? "16M"
           : term->many_colours                        ? "256"
           : COLORS >= 16                              ? "16"
                                                       : "8";
}

int term_colour_count(const struct term *term)
{
    return !term->colours || term->theme == THEME_MONO ? 0
           : term->all_colours                         ? 1 << 24
           : term->many_colours                        ? 256
           : COLORS >= 16                              ? 16
                                                       : 8;
}

bool term_ascii(const struct term *term)
{
    return term->narrow;
}

static attr_t attributes(const struct style *style)
{
    attr_t attr = A_NORMAL;
    if (style->attributes & STYLE_BOLD)
        attr |= A_BOLD;
    if (style->attributes & STYLE_DIM)
        attr |= A_DIM;
    if (style->attributes & STYLE_UNDERLINE)
        attr |= A_UNDERLINE;
    if (style->attributes & STYLE_REVERSE)
        attr |= A_REVERSE;
    return attr;
}

static short pair_of(const struct term *term, enum role role, const struct style *style)
{
    bool coloured =
        term->many_colours ? style->fg_256 >= 0 || style->bg_256 >= 0 : style->fg >= 0 || style->bg >= 0;
    return term->colours && coloured ? (short)(role + 1) : 0;
}

static int own_colour(const struct term *term, uint32_t colour, int none)
{
    int value = (int)(colour & 0xffffff);
    if (!colour)
        return term->own_colours ? -1 : none;
    if (colour & COLOUR_INDEX)
        return term->all_colours && value >= 8 ? MAX(theme_rgb(value), 8) : value;
    return term->all_colours ? MAX(value, 8) : theme_nearest(value, 256);
}

/* Cells with colours of their own, as pictures have: where there are few pairs only the ink counts. */
static int pair_of_cell(const struct term *term, const struct cell *cell, const struct style *style)
{
    if (!term->colours || (!cell->ink && !cell->paper))
        return pair_of(term, (enum role)cell->role, style);
    if (!term->many_colours)
        return ROLE_COUNT + 1 + (int)(cell->ink & 15);
    int pair =
        alloc_pair(own_colour(term, cell->ink, COLOR_WHITE), own_colour(term, cell->paper, COLOR_BLACK));
    return MAX(pair, 0);
}

static void put_cell(const struct term *term, int row, int col, const struct cell *cell)
{
    wchar_t chars[CELL_CHARS + 1];
    memcpy(chars, cell->chars, sizeof(cell->chars));
    chars[CELL_CHARS] = L'\0';
    if (term->narrow)
        chars[0] = glyph_narrow(chars[0]);
    const struct style *style = theme_style(term->theme, (enum role)cell->role);
    int pair = pair_of_cell(term, cell, style);
    cchar_t out;
    setcchar(&out, chars, attributes(style), 0, &pair);
    mvadd_wchnstr(row, col, &out, 1);
}

static void put_row(struct term *term, const struct canvas *canvas, int row)
{
    int cols = MIN(canvas->cols, term->cols);
    for (int col = 0; col < cols; col++) {
        const struct cell *cell = canvas_cell(canvas, row, col);
        bool same =
            term->shown_valid && memcmp(cell, canvas_cell(&term->shown, row, col), sizeof(*cell)) == 0;
        bool whole = cell->width == 1 || (cell->width == 2 && col + 1 < cols);
        if (!same && whole)
            put_cell(term, row, col, cell);
    }
}

static void update(struct term *term, const struct canvas *canvas)
{
    bool cursor = canvas->cursor_row >= 0;
    if (cursor != term->cursor_shown)
        curs_set(cursor ? 1 : 0);
    term->cursor_shown = cursor;
    if (cursor)
        move(canvas->cursor_row, canvas->cursor_col);
    wnoutrefresh(stdscr);
    doupdate();
}

void curses_frame(struct term *term, const struct canvas *canvas)
{
    set_term(term->screen);
    if (!term->shown_valid)
        clearok(curscr, TRUE);
    int rows = MIN(canvas->rows, term->rows);
    for (int row = 0; row < rows; row++)
        put_row(term, canvas, row);
    update(term, canvas);
}

void curses_row(struct term *term, const struct canvas *canvas, int row)
{
    set_term(term->screen);
    put_row(term, canvas, row);
    update(term, canvas);
}
