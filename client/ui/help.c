#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/utf8.h"
#include "client/ui/help.h"
#include "client/ui/input.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"

/* A line of the source, and a line as it is wrapped for the width of now. */
struct source {
    char *text, *link;
    int code;
};

struct wrapped {
    const char *text;
    size_t len;
    size_t source;
    bool heading;
};

struct help {
    struct screen screen;
    char *title;
    VEC(struct source) sources;
    VEC(struct wrapped) lines;
    int cols; /* the lines are wrapped for */
    int rows;
    size_t top, cursor;
    bool searching;
    struct input search;
};

static struct help *help_of(struct screen *screen)
{
    return container_of(screen, struct help, screen);
}

struct wrap_state {
    struct help *help;
    size_t source;
    const char *text; /* the line in the source, which lives as long as the help */
    bool heading;
    const char *copy; /* what is being wrapped: the line, with an end */
};

static void add_line(void *context, const char *text, size_t len)
{
    struct wrap_state *state = context;
    const char *kept = state->text + (text - state->copy);
    vec_push(&state->help->lines, ((struct wrapped){kept, len, state->source, state->heading}));
}

static void wrap_source(struct help *help, size_t at)
{
    struct str line;
    str_init(&line, NULL);
    const char *text = help->sources.items[at].text;
    for (bool more = true; more;) {
        size_t n = strcspn(text, "\n");
        bool heading = help->sources.items[at].code == K_NONE && strncmp(text, "# ", 2) == 0;
        struct wrap_state state = {help, at, text + (heading ? 2 : 0), heading};
        str_clear(&line);
        str_add_n(&line, state.text, n - (heading ? 2 : 0));
        state.copy = line.data;
        canvas_wrap(line.data, help->cols, add_line, &state);
        more = text[n] == '\n';
        text += n + more;
    }
    str_finish(&line);
}

/* The line under the cursor stays the same part of the text when the width changes. */
static void wrap(struct help *help, int cols)
{
    if (cols == help->cols)
        return;
    size_t source = help->lines.count ? help->lines.items[help->cursor].source : 0;
    help->cols = cols;
    help->cursor = 0;
    vec_clear(&help->lines);
    for (size_t i = 0; i < help->sources.count; i++) {
        if (i == source)
            help->cursor = help->lines.count;
        wrap_source(help, i);
    }
}

static unsigned move(struct help *help, long by)
{
    long last = (long)help->lines.count - 1, to = (long)help->cursor + by;
    help->cursor = last < 0 || to < 0 ? 0 : (size_t)MIN(to, last);
    return SCREEN_REDRAW;
}

static bool line_has(const struct wrapped *line, const char *wanted)
{
    size_t n = strlen(wanted);
    for (size_t at = 0; at + n <= line->len; at++)
        if (strncasecmp(line->text + at, wanted, n) == 0)
            return true;
    return false;
}

/* From the line behind the cursor round to it again. */
static unsigned find(struct help *help)
{
    const char *wanted = input_text(&help->search);
    for (size_t i = 1; *wanted && i <= help->lines.count; i++) {
        size_t at = (help->cursor + i) % help->lines.count;
        if (line_has(&help->lines.items[at], wanted)) {
            help->cursor = at;
            return SCREEN_REDRAW;
        }
    }
    ui_say(help->screen.ui, ROLE_WARNING, "%s", _("Nothing found"));
    return SCREEN_REDRAW;
}

static unsigned search_key(struct help *help, const struct key *key)
{
    if (key->code == K_CANCEL || key->code == K_ENTER) {
        help->searching = false;
        return key->code == K_ENTER ? find(help) : SCREEN_REDRAW;
    }
    return input_key(&help->search, key) == INPUT_REFUSED ? SCREEN_BELL : SCREEN_REDRAW;
}

static const struct source *current(const struct help *help)
{
    return help->lines.count ? &help->sources.items[help->lines.items[help->cursor].source] : NULL;
}

static bool leads_on(const struct source *source)
{
    return source && (source->code != K_NONE || source->link);
}

static unsigned follow(struct help *help, const char *link)
{
    struct ui *ui = help->screen.ui;
    if (!ui->follow)
        return SCREEN_BELL;
    char *kept = memory_strdup(link);
    ui->follow(ui->context, kept);
    free(kept);
    return SCREEN_REDRAW;
}

/* The help goes first, so that the key reaches the screen it speaks of. */
static unsigned run(struct help *help)
{
    const struct source *source = current(help);
    if (!leads_on(source))
        return SCREEN_BELL;
    if (source->link)
        return follow(help, source->link);
    int code = source->code;
    struct ui *ui = help->screen.ui;
    struct key key = key_code(code);
    if (code < K_BASE) {
        char text[5] = "";
        text[utf8_encode((uint32_t)code, text)] = '\0';
        key = key_text(text);
    }
    help->screen.closing = true;
    ui_key(ui, &key);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

/* To the next line that can be run or followed, round to the first. */
static unsigned next_link(struct help *help)
{
    for (size_t i = 1; i <= help->lines.count; i++) {
        size_t at = (help->cursor + i) % help->lines.count;
        if (leads_on(&help->sources.items[help->lines.items[at].source])) {
            help->cursor = at;
            return SCREEN_REDRAW;
        }
    }
    return SCREEN_BELL;
}

static unsigned help_key(struct screen *screen, const struct key *key)
{
    struct help *help = help_of(screen);
    if (help->searching)
        return search_key(help, key);
    switch (key->code) {
    case K_UP: return move(help, -1);
    case K_DOWN: return move(help, 1);
    case K_PAGE_UP: return move(help, -help->rows);
    case ' ':
    case K_PAGE_DOWN: return move(help, help->rows);
    case K_HOME: return move(help, -(long)help->cursor);
    case K_END: return move(help, (long)help->lines.count);
    case K_ENTER: return run(help);
    case K_TAB: return next_link(help);
    case K_FILTER:
    case '/':
        help->searching = true;
        input_set(&help->search, NULL);
        return SCREEN_REDRAW;
    case 'n': return find(help);
    case 'q':
    case K_HELP: return SCREEN_CLOSE | SCREEN_REDRAW;
    case '?': return 0;
    default: return SCREEN_UNUSED;
    }
}

static void draw_line(const struct help *help, struct canvas *canvas, struct area area, int row, size_t at)
{
    const struct wrapped *line = &help->lines.items[at];
    bool can_run = leads_on(&help->sources.items[line->source]);
    struct str text;
    str_init(&text, NULL);
    str_add_n(&text, line->text, line->len);
    enum role role = line->heading ? ROLE_HEAD : ROLE_NORMAL;
    canvas_put(canvas, row, area.col + 2, area.cols - 2, role, text.data);
    str_finish(&text);
    if (at == help->cursor) {
        canvas_put(canvas, row, area.col, 1, ROLE_KEY, "▸");
        if (can_run)
            canvas_paint(canvas, row, area.col + 2, area.cols - 2, ROLE_SELECT);
        canvas_cursor(canvas, row, area.col);
    }
}

static void help_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct help *help = help_of(screen);
    size_t rows = (size_t)MAX(body.rows - (help->searching ? 1 : 0), 1);
    wrap(help, MAX(body.cols - 3, 1));
    help->rows = (int)rows;
    if (help->cursor < help->top)
        help->top = help->cursor;
    if (help->cursor >= help->top + rows)
        help->top = help->cursor - rows + 1;
    for (size_t i = 0; i < rows && help->top + i < help->lines.count; i++)
        draw_line(help, canvas, body, body.row + (int)i, help->top + i);
    canvas_more(canvas, (struct area){body.row, body.col, (int)rows, body.cols}, help->top > 0,
                help->top + rows < help->lines.count);
    if (help->searching) {
        int row = body.row + body.rows - 1;
        canvas_put(canvas, row, body.col, 1, ROLE_KEY, "/");
        input_draw(&help->search, canvas, row, body.col + 1, MIN(body.cols - 3, 40), true);
    }
}

static void help_title(struct screen *screen, struct str *out)
{
    str_add(out, help_of(screen)->title);
}

static void help_keys(struct screen *screen, struct key_bar *bar)
{
    struct help *help = help_of(screen);
    const struct source *here = current(help);
    if (help->searching) {
        key_bar_add(bar, K_ENTER, _("Search"), 0);
        key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
        return;
    }
    if (leads_on(here))
        key_bar_add(bar, K_ENTER, here->link ? _("Open") : _("Run"), 0);
    key_bar_add(bar, K_TAB, _("Next link"), 4);
    key_bar_add(bar, '/', _("Search"), 2);
    key_bar_add(bar, 'n', _("Next"), 3);
    key_bar_add(bar, K_CANCEL, _("Close"), 1);
}

static void help_plain(struct screen *screen, struct str *out)
{
    struct help *help = help_of(screen);
    vec_each(struct source, source, &help->sources) str_addf(out, "%s\n", source->text);
}

static void help_close(struct screen *screen)
{
    struct help *help = help_of(screen);
    vec_each(struct source, source, &help->sources)
    {
        free(source->text);
        free(source->link);
    }
    vec_finish(&help->sources);
    vec_finish(&help->lines);
    input_finish(&help->search);
    free(help->title);
    free(help);
}

static const struct screen_ops help_ops = {
    .name = "help",
    .key = help_key,
    .draw = help_draw,
    .title = help_title,
    .keys = help_keys,
    .plain = help_plain,
    .close = help_close,
};

void help_open(struct ui *ui, const char *title, const struct help_line lines[], size_t count)
{
    struct help *help = memory_zeroed(1, sizeof(*help));
    help->screen.ops = &help_ops;
    help->title = memory_strdup(title);
    input_init(&help->search, INPUT_TEXT, 100);
    for (size_t i = 0; i < count; i++)
        vec_push(&help->sources,
                 ((struct source){memory_strdup(lines[i].text),
                                  lines[i].link ? memory_strdup(lines[i].link) : NULL, lines[i].code}));
    wrap(help, MAX(ui_body(ui).cols - 3, 1)); /* keys may come before it is drawn */
    ui_open(ui, &help->screen);
}

void help_add(struct help_lines *lines, const char *text, int code, const char *link)
{
    vec_push(&lines->lines, ((struct help_line){arena_strdup(lines->arena, text), code,
                                                link ? arena_strdup(lines->arena, link) : NULL}));
}
