#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"

enum { PALETTE_ROWS = 12, PALETTE_COLS = 64, LINE_MAX_CHARS = 400 };

struct hit {
    const struct palette_entry *entry; /* NULL: a heading */
    const char *heading;
    int score;
    size_t order;
};

struct palette {
    struct screen screen;
    char *title;
    struct input line;
    VEC(struct palette_entry) entries, found; /* texts are copies */
    VEC(struct hit) hits;
    struct palette_entry lead; /* what the line would do; no text: nothing special */
    bool alone;
    size_t cursor, scroll;
    size_t earlier; /* how many lines back; 0: the line is being typed */
    int rows;
    bool chosen; /* the person moved in the list: Enter means the entry */
    struct palette_ops ops;
    void *context;
};

static struct palette *palette_of(struct screen *screen)
{
    return container_of(screen, struct palette, screen);
}

static char *copy(const char *text)
{
    return text ? memory_strdup(text) : NULL;
}

static void free_entry(struct palette_entry *entry)
{
    free((char *)entry->text);
    free((char *)entry->detail);
    free((char *)entry->search);
    free((char *)entry->group);
    *entry = (struct palette_entry){0};
}

static struct palette_entry copy_entry(const struct palette_entry *entry)
{
    return (struct palette_entry){entry->id,           copy(entry->text), copy(entry->detail),
                                  copy(entry->search), entry->weight,     copy(entry->group)};
}

static int score_entry(const char *typed, const struct palette_entry *entry)
{
    int score = fuzzy_score(typed, entry->text);
    if (entry->search)
        score = MAX(score, fuzzy_begins(typed, entry->search));
    return score;
}

static int compare_hits(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->score != y->score)
        return y->score - x->score;
    if (x->entry->weight != y->entry->weight)
        return y->entry->weight - x->entry->weight;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Those that were found stand under their headings, in the order they came. */
static void add_found(struct palette *palette)
{
    const char *group = NULL;
    vec_each(struct palette_entry, entry, &palette->found)
    {
        if (entry->group && (!group || strcmp(group, entry->group) != 0))
            vec_push(&palette->hits, ((struct hit){.heading = entry->group}));
        group = entry->group;
        vec_push(&palette->hits, ((struct hit){.entry = entry}));
    }
}

static void skip_heading(struct palette *palette, int step)
{
    size_t count = palette->hits.count;
    palette->cursor = MIN(palette->cursor, count ? count - 1 : 0);
    while (count && !palette->hits.items[palette->cursor].entry) {
        if (step < 0 && palette->cursor == 0)
            step = 1;
        palette->cursor += (size_t)(long)step; /* a heading is never the last */
    }
}

static void rank(struct palette *palette)
{
    const char *typed = input_text(&palette->line);
    vec_clear(&palette->hits);
    for (size_t i = 0; !palette->alone && i < palette->entries.count; i++) {
        const struct palette_entry *entry = &palette->entries.items[i];
        int score = score_entry(typed, entry);
        if (score)
            vec_push(&palette->hits, ((struct hit){.entry = entry, .score = score, .order = i}));
    }
    if (palette->hits.count)
        qsort(palette->hits.items, palette->hits.count, sizeof(struct hit), compare_hits);
    if (palette->lead.text) {
        vec_push(&palette->hits, ((struct hit){0}));
        memmove(&palette->hits.items[1], palette->hits.items, (palette->hits.count - 1) * sizeof(struct hit));
        palette->hits.items[0] = (struct hit){.entry = &palette->lead};
    }
    add_found(palette);
    skip_heading(palette, 1);
}

static void forget_found(struct palette *palette)
{
    vec_each(struct palette_entry, entry, &palette->found) free_entry(entry);
    vec_clear(&palette->found);
}

static void palette_close(struct screen *screen)
{
    struct palette *palette = palette_of(screen);
    forget_found(palette);
    free_entry(&palette->lead);
    vec_finish(&palette->found);
    vec_each(struct palette_entry, entry, &palette->entries) free_entry(entry);
    vec_finish(&palette->entries);
    vec_finish(&palette->hits);
    input_finish(&palette->line);
    free(palette->title);
    free(palette);
}

static unsigned answer(struct palette *palette, const struct palette_entry *entry, const char *line)
{
    if (palette->screen.closing)
        return 0;
    palette->screen.closing = true;
    palette->ops.done(palette->context, entry, line);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

static unsigned take(struct palette *palette)
{
    const char *line = input_text(&palette->line);
    if (palette->hits.count)
        return answer(palette, palette->hits.items[palette->cursor].entry, line);
    return *line ? answer(palette, NULL, line) : SCREEN_BELL;
}

static unsigned typed(struct palette *palette)
{
    palette->cursor = palette->scroll = 0;
    palette->chosen = false;
    forget_found(palette);
    free_entry(&palette->lead);
    palette->alone = false;
    if (palette->ops.typed)
        palette->ops.typed(palette->context, palette->screen.id, input_text(&palette->line));
    rank(palette);
    return SCREEN_REDRAW;
}

static unsigned move(struct palette *palette, long by)
{
    long last = (long)palette->hits.count - 1, to = (long)palette->cursor + by;
    palette->cursor = last < 0 || to < 0 ? 0 : (size_t)MIN(to, last);
    skip_heading(palette, by < 0 ? -1 : 1);
    palette->chosen = true;
    return SCREEN_REDRAW;
}

/* Among the lines typed before: back with Up from the first entry, forth with Down. */
static unsigned recall(struct palette *palette, size_t back)
{
    const char *line = back ? palette->ops.earlier(palette->context, back - 1) : "";
    if (!line)
        return SCREEN_BELL;
    input_set(&palette->line, line);
    palette->earlier = back;
    return typed(palette);
}

static unsigned up(struct palette *palette)
{
    bool first = palette->cursor == 0 && !palette->chosen;
    return first && palette->ops.earlier ? recall(palette, palette->earlier + 1) : move(palette, -1);
}

static unsigned down(struct palette *palette)
{
    return palette->earlier && !palette->chosen ? recall(palette, palette->earlier - 1) : move(palette, 1);
}

static unsigned complete(struct palette *palette)
{
    const struct palette_entry *entry =
        palette->hits.count ? palette->hits.items[palette->cursor].entry : NULL;
    const char *line = palette->ops.complete
                           ? palette->ops.complete(palette->context, entry, input_text(&palette->line))
                           : NULL;
    if (!line)
        return SCREEN_BELL;
    input_set(&palette->line, line);
    return typed(palette);
}

static unsigned palette_key(struct screen *screen, const struct key *key)
{
    struct palette *palette = palette_of(screen);
    switch (key->code) {
    case K_UP: return up(palette);
    case K_DOWN: return down(palette);
    case K_TAB: return complete(palette);
    case K_PAGE_UP: return move(palette, -palette->rows);
    case K_PAGE_DOWN: return move(palette, palette->rows);
    case K_ENTER: return take(palette);
    case K_CANCEL:
    case K_LEAVE:
    case K_PALETTE: return answer(palette, NULL, NULL);
    default: break;
    }
    switch (input_key(&palette->line, key)) {
    case INPUT_CHANGED: palette->earlier = 0; return typed(palette);
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static void draw_hit(const struct palette *palette, struct canvas *canvas, struct area area, int row,
                     size_t at)
{
    const struct palette_entry *entry = palette->hits.items[at].entry;
    if (!entry) {
        canvas_text(canvas, row, area.col, area.cols, ROLE_HEAD, ALIGN_LEFT, palette->hits.items[at].heading);
        return;
    }
    bool here = at == palette->cursor;
    enum role role = here ? ROLE_SELECT : ROLE_NORMAL;
    int detail = entry->detail ? MIN(utf8_width(entry->detail), area.cols / 2) : 0;
    int text = area.cols - 2 - (detail ? detail + 1 : 0);
    canvas_text(canvas, row, area.col, 2, role, ALIGN_LEFT, here ? "▸" : "");
    canvas_text(canvas, row, area.col + 2, text, role, ALIGN_LEFT, entry->text);
    if (detail)
        canvas_text(canvas, row, area.col + 2 + text, detail + 1, here ? role : ROLE_DIM, ALIGN_RIGHT,
                    entry->detail);
}

static void draw_hits(struct palette *palette, struct canvas *canvas, struct area area)
{
    size_t rows = (size_t)MAX(area.rows, 1);
    palette->rows = (int)rows;
    if (palette->cursor < palette->scroll)
        palette->scroll = palette->cursor;
    if (palette->cursor >= palette->scroll + rows)
        palette->scroll = palette->cursor - rows + 1;
    for (size_t i = 0; i < rows && palette->scroll + i < palette->hits.count; i++)
        draw_hit(palette, canvas, area, area.row + (int)i, palette->scroll + i);
    canvas_more(canvas, (struct area){area.row, area.col, area.rows, area.cols + 2}, palette->scroll > 0,
                palette->scroll + rows < palette->hits.count);
    if (!palette->hits.count)
        canvas_text(canvas, area.row, area.col, area.cols, ROLE_DIM, ALIGN_LEFT,
                    _("Enter runs the line as it is"));
}

static void palette_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct palette *palette = palette_of(screen);
    int cols = MIN(PALETTE_COLS, body.cols), rows = MIN(PALETTE_ROWS + 3, body.rows);
    struct area box = {body.row, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, palette->title);
    draw_hits(palette, canvas, (struct area){in.row + 1, in.col, in.rows - 1, in.cols});
    canvas_put(canvas, in.row, in.col, 2, ROLE_KEY, "> ");
    input_draw(&palette->line, canvas, in.row, in.col + 2, in.cols - 3, true);
}

static void palette_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Run"), 0);
    key_bar_add(bar, K_DOWN, _("Next"), 2);
    key_bar_add(bar, K_TAB, _("Fill in"), 3);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 1);
}

static size_t linear_count(void *context)
{
    return ((struct palette *)context)->hits.count;
}

static size_t linear_cursor(void *context)
{
    return ((struct palette *)context)->cursor;
}

static int64_t linear_id(void *context, size_t row)
{
    const struct palette_entry *entry = ((struct palette *)context)->hits.items[row].entry;
    return entry ? (int64_t)(intptr_t)entry : 0;
}

static void linear_text(void *context, size_t row, struct str *out)
{
    const struct palette_entry *entry = ((struct palette *)context)->hits.items[row].entry;
    if (entry)
        str_addf(out, entry->detail ? "%s (%s)" : "%s", entry->text, entry->detail);
}

static void linear_go(void *context, size_t row)
{
    ((struct palette *)context)->cursor = row;
    ((struct palette *)context)->chosen = true;
}

static bool linear_heading(void *context, size_t row)
{
    return !((struct palette *)context)->hits.items[row].entry;
}

/* Nothing fits, or one thing does, or the line is the very code or name of the first. */
static bool is_sure(const struct palette *palette)
{
    const char *line = input_text(&palette->line);
    const struct palette_entry *first = palette->hits.count ? palette->hits.items[0].entry : NULL;
    return palette->lead.text || palette->hits.count < 2 || !first || strcmp(first->text, line) == 0 ||
           (first->detail && strcmp(first->detail, line) == 0);
}

static void palette_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_rows rows = {linear_count, linear_cursor,  linear_id, linear_text,
                                            linear_go,    linear_heading, NULL};
    struct palette *palette = palette_of(screen);
    linear->rows = &rows;
    linear->rows_context = palette;
    linear->line = &palette->line;
    linear->line_label = palette->title;
    linear->sure = is_sure(palette);
}

static void palette_plain(struct screen *screen, struct str *out)
{
    struct palette *palette = palette_of(screen);
    str_addf(out, "> %s\n", input_text(&palette->line));
    for (size_t i = 0; i < palette->hits.count && i < PALETTE_ROWS; i++) {
        const struct palette_entry *entry = palette->hits.items[i].entry;
        if (!entry)
            str_addf(out, "%s\n", palette->hits.items[i].heading);
        else
            str_addf(out, "%s %s%s%s\n", i == palette->cursor ? ">" : "-", entry->text,
                     entry->detail ? "  " : "", entry->detail ? entry->detail : "");
    }
}

static const struct screen_ops palette_screen = {
    .name = "palette",
    .overlay = true,
    .key = palette_key,
    .draw = palette_draw,
    .keys = palette_keys,
    .plain = palette_plain,
    .linear = palette_linear,
    .close = palette_close,
};

const struct input *palette_line(struct screen *screen)
{
    return screen->ops == &palette_screen ? &palette_of(screen)->line : NULL;
}

uint64_t palette_open(struct ui *ui, const char *title, const struct palette_entry entries[], size_t count,
                      const struct palette_ops *ops, void *context)
{
    struct palette *palette = memory_zeroed(1, sizeof(*palette));
    palette->screen.ops = &palette_screen;
    palette->title = memory_strdup(title);
    palette->ops = *ops;
    palette->context = context;
    palette->rows = PALETTE_ROWS;
    input_init(&palette->line, INPUT_TEXT, LINE_MAX_CHARS);
    for (size_t i = 0; i < count; i++)
        vec_push(&palette->entries, copy_entry(&entries[i]));
    rank(palette);
    ui_open(ui, &palette->screen);
    return palette->screen.id;
}

void palette_found(struct ui *ui, uint64_t screen, const struct palette_entry entries[], size_t count)
{
    struct screen *open = ui_find(ui, screen);
    if (!open || open->ops != &palette_screen)
        return;
    struct palette *palette = palette_of(open);
    forget_found(palette);
    for (size_t i = 0; i < count; i++)
        vec_push(&palette->found, copy_entry(&entries[i]));
    rank(palette);
    ui_redraw(ui);
}

void palette_lead(struct ui *ui, uint64_t screen, const struct palette_entry *lead, bool alone)
{
    struct screen *open = ui_find(ui, screen);
    if (!open || open->ops != &palette_screen)
        return;
    struct palette *palette = palette_of(open);
    free_entry(&palette->lead);
    if (lead)
        palette->lead = copy_entry(lead);
    palette->alone = alone;
}
