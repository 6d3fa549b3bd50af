/*
 * The codes of a set as a list of ticks, in groups by what stands before the dot (`rescue.dispatch` under rescue). Letters narrow the list. A code
 * may carry a reach behind @ (`vehicle.list@all`), which @ turns round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/linear.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_parts.h"
#include "model/catalogue.h"

struct tick {
    const struct choice *choice; /* NULL: the heading of a group, or a code that is offered no more */
    char *code;                  /* without its reach */
    const char *reach;           /* of reaches[], NULL: none */
    bool set, heading;
};

struct ticks {
    struct screen screen;
    struct app_context *app;
    struct sheet *sheet;
    size_t entry;
    VEC(struct tick) ticks;
    VEC(size_t) shown; /* places in `ticks` */
    size_t cursor, top;
    int page;
    struct input find;
    bool reaches, readonly;
};

static const char *const reaches[] = {"own", "branch", "below", "all"};

static struct ticks *ticks_of(struct screen *screen)
{
    return container_of(screen, struct ticks, screen);
}

static size_t group_len(const char *code)
{
    size_t len = strcspn(code, ".");
    return code[len] ? len : 0;
}

static struct tick *find(struct ticks *ticks, const char *code, size_t len)
{
    vec_each(struct tick, tick, &ticks->ticks) if (!tick->heading && strncmp(tick->code, code, len) == 0 &&
                                                   !tick->code[len]) return tick;
    return NULL;
}

static const char *reach_of(const char *text, size_t len)
{
    for (size_t i = 0; i < array_len(reaches); i++)
        if (strlen(reaches[i]) == len && strncmp(reaches[i], text, len) == 0)
            return reaches[i];
    return NULL;
}

static void add_tick(struct ticks *ticks, const struct choice *choice, const char *code, size_t len)
{
    char *copy = memory_zeroed(1, len + 1);
    memcpy(copy, code, len);
    vec_push(&ticks->ticks, (struct tick){.choice = choice, .code = copy});
}

static void set_value(struct ticks *ticks, const char *value)
{
    for (const char *at = value; at && *at;) {
        size_t len = strcspn(at, ","), code = strcspn(at, ",@");
        struct tick *tick = find(ticks, at, code);
        if (!tick) {
            add_tick(ticks, NULL, at, code);
            tick = &vec_last(&ticks->ticks);
        }
        tick->set = true;
        if (code < len)
            tick->reach = reach_of(at + code + 1, len - code - 1);
        at += len + (at[len] == ',');
    }
}

static int by_group(const void *a, const void *b)
{
    const struct tick *x = a, *y = b;
    return strcmp(x->code, y->code);
}

/* Codes with a dot stand in groups, by name; others keep the order they are offered in. */
static void group(struct ticks *ticks)
{
    bool grouped = ticks->ticks.count && group_len(ticks->ticks.items[0].code);
    if (!grouped)
        return;
    qsort(ticks->ticks.items, ticks->ticks.count, sizeof(struct tick), by_group);
    VEC(struct tick) all = {0};
    const char *last = "";
    vec_each(struct tick, tick, &ticks->ticks)
    {
        size_t len = group_len(tick->code);
        if (len != group_len(last) || strncmp(tick->code, last, len) != 0) {
            char *copy = memory_zeroed(1, len + 1);
            memcpy(copy, tick->code, len);
            vec_push(&all, (struct tick){.code = copy, .heading = true});
        }
        vec_push(&all, *tick);
        last = tick->code;
    }
    free(ticks->ticks.items);
    ticks->ticks.items = all.items;
    ticks->ticks.count = all.count;
    ticks->ticks.cap = all.cap;
}

static const char *heading_words(struct ticks *ticks, const struct tick *tick)
{
    const struct catalogue_entity *entity = catalogue_entity(ticks->app->catalogue, tick->code);
    return entity && entity->label ? _(entity->label) : tick->code;
}

static const char *words_of(struct ticks *ticks, const struct tick *tick)
{
    if (tick->heading)
        return heading_words(ticks, tick);
    return tick->choice ? choice_words(ticks->app, tick->choice) : tick->code;
}

static bool fits(struct ticks *ticks, const struct tick *tick, const char *typed)
{
    return !*typed || fuzzy_score(typed, tick->code) || fuzzy_score(typed, words_of(ticks, tick));
}

static void narrow(struct ticks *ticks)
{
    const char *typed = input_text(&ticks->find);
    vec_clear(&ticks->shown);
    for (size_t i = 0; i < ticks->ticks.count; i++) {
        const struct tick *tick = &ticks->ticks.items[i];
        if (tick->heading ? !*typed : fits(ticks, tick, typed))
            vec_push(&ticks->shown, i);
    }
    ticks->cursor = ticks->top = 0;
}

static struct tick *current(struct ticks *ticks)
{
    return ticks->cursor < ticks->shown.count ? &ticks->ticks.items[ticks->shown.items[ticks->cursor]] : NULL;
}

/* A heading turns its whole group: all on, or all off when they were on. */
static void turn(struct ticks *ticks, struct tick *tick)
{
    if (!tick->heading) {
        tick->set = !tick->set;
        return;
    }
    struct tick *end = ticks->ticks.items + ticks->ticks.count;
    bool all = true;
    for (struct tick *at = tick + 1; at < end && !at->heading; at++)
        all = all && at->set;
    for (struct tick *at = tick + 1; at < end && !at->heading; at++)
        at->set = !all;
}

static void turn_reach(struct tick *tick)
{
    if (tick->heading || !tick->set)
        return;
    for (size_t i = 0; i < array_len(reaches); i++)
        if (tick->reach == reaches[i]) {
            tick->reach = i + 1 < array_len(reaches) ? reaches[i + 1] : NULL;
            return;
        }
    tick->reach = reaches[0];
}

static void finish(struct ticks *ticks)
{
    struct str value cleanup(cleanup_str);
    str_init(&value, NULL);
    vec_each(const struct tick, tick, &ticks->ticks) if (tick->set && !tick->heading)
        str_addf(&value, "%s%s%s%s", value.len ? "," : "", tick->code, tick->reach ? "@" : "",
                 tick->reach ? tick->reach : "");
    if (!ticks->readonly)
        sheet_put(ticks->sheet, &ticks->sheet->entries.items[ticks->entry], value.data, NULL);
}

static void move(struct ticks *ticks, int by)
{
    int64_t to = (int64_t)ticks->cursor + by;
    to = MIN(to, (int64_t)ticks->shown.count - 1);
    ticks->cursor = to > 0 ? (size_t)to : 0;
}

static unsigned change(struct ticks *ticks, const struct key *key)
{
    struct tick *tick = current(ticks);
    if (!tick || ticks->readonly)
        return SCREEN_BELL;
    if (key->code == '@')
        turn_reach(tick);
    else
        turn(ticks, tick);
    if (key->code == ' ')
        move(ticks, 1);
    return SCREEN_REDRAW;
}

static unsigned ticks_key(struct screen *screen, const struct key *key)
{
    struct ticks *ticks = ticks_of(screen);
    switch (key->code) {
    case K_UP: move(ticks, -1); return SCREEN_REDRAW;
    case K_DOWN: move(ticks, 1); return SCREEN_REDRAW;
    case K_PAGE_UP: move(ticks, -ticks->page); return SCREEN_REDRAW;
    case K_PAGE_DOWN: move(ticks, ticks->page); return SCREEN_REDRAW;
    case ' ': return change(ticks, key);
    case '@': return ticks->reaches ? change(ticks, key) : SCREEN_BELL;
    case K_ENTER:
    case K_SAVE: finish(ticks); return SCREEN_REDRAW | SCREEN_CLOSE;
    default: break;
    }
    switch (input_key(&ticks->find, key)) {
    case INPUT_CHANGED: narrow(ticks); return SCREEN_REDRAW;
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static void draw_tick(struct ticks *ticks, struct canvas *canvas, int row, struct area area,
                      const struct tick *tick, bool focused)
{
    enum role role = focused ? ROLE_SELECT : tick->heading ? ROLE_HEAD : ROLE_NORMAL;
    int col = area.col;
    if (!tick->heading) {
        canvas_text(canvas, row, col, 4, role, ALIGN_LEFT, tick->set ? "[x] " : "[ ] ");
        col += 4;
    }
    canvas_text(canvas, row, col, area.col + area.cols - col, role, ALIGN_LEFT, words_of(ticks, tick));
    char code[160];
    snprintf(code, sizeof(code), "%s%s%s", tick->code, tick->reach ? "@" : "",
             tick->reach ? tick->reach : "");
    int width = MIN(utf8_width(code), area.cols / 2);
    if (!tick->heading)
        canvas_text(canvas, row, area.col + area.cols - width, width, focused ? role : ROLE_DIM, ALIGN_RIGHT,
                    code);
}

static void ticks_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct ticks *ticks = ticks_of(screen);
    int rows = body.rows - 1;
    ticks->page = MAX(rows, 1);
    if (ticks->cursor < ticks->top)
        ticks->top = ticks->cursor;
    if (ticks->cursor >= ticks->top + (size_t)ticks->page)
        ticks->top = ticks->cursor - (size_t)ticks->page + 1;
    input_label(canvas, body.row, body.col, 10, _("Find"), true);
    for (int i = 0; i < rows && ticks->top + (size_t)i < ticks->shown.count; i++) {
        size_t at = ticks->top + (size_t)i;
        draw_tick(ticks, canvas, body.row + 1 + i, body, &ticks->ticks.items[ticks->shown.items[at]],
                  at == ticks->cursor);
    }
    input_draw(&ticks->find, canvas, body.row, body.col + 11, MIN(30, body.cols - 12), true);
}

static void ticks_title(struct screen *screen, struct str *out)
{
    struct ticks *ticks = ticks_of(screen);
    const struct field *field = ticks->sheet->entries.items[ticks->entry].field;
    str_add(out, field->label ? _(field->label) : field->name);
}

static void ticks_crumb(struct screen *screen, struct str *out)
{
    struct ticks *ticks = ticks_of(screen);
    size_t set = 0, all = 0;
    vec_each(const struct tick, tick, &ticks->ticks)
    {
        set += tick->set && !tick->heading;
        all += !tick->heading;
    }
    str_addf(out, "%zu/%zu", set, all);
}

static void ticks_keys(struct screen *screen, struct key_bar *bar)
{
    struct ticks *ticks = ticks_of(screen);
    if (!ticks->readonly) {
        key_bar_add(bar, ' ', _("Tick"), 0);
        if (ticks->reaches)
            key_bar_add(bar, '@', _("Reach"), 3);
        key_bar_add(bar, K_ENTER, _("Done"), 1);
    }
    key_bar_add(bar, K_CANCEL, _("Cancel"), 2);
}

static size_t linear_count(void *context)
{
    return ((struct ticks *)context)->shown.count;
}

static size_t linear_cursor(void *context)
{
    return ((struct ticks *)context)->cursor;
}

static int64_t linear_id(void *context, size_t row)
{
    return (int64_t)((struct ticks *)context)->shown.items[row];
}

static struct tick *linear_tick(struct ticks *ticks, size_t row)
{
    return &ticks->ticks.items[ticks->shown.items[row]];
}

static void linear_text(void *context, size_t row, struct str *out)
{
    const struct tick *tick = linear_tick(context, row);
    str_add(out, words_of(context, tick));
    if (!tick->heading)
        str_addf(out, " (%s%s%s): %s", tick->code, tick->reach ? "@" : "", tick->reach ? tick->reach : "",
                 tick->set ? _("yes") : _("no"));
}

static void linear_go(void *context, size_t row)
{
    ((struct ticks *)context)->cursor = row;
}

static bool linear_heading(void *context, size_t row)
{
    return linear_tick(context, row)->heading;
}

static void ticks_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_rows rows = {linear_count, linear_cursor,  linear_id, linear_text,
                                            linear_go,    linear_heading, NULL};
    linear->rows = &rows;
    linear->rows_context = ticks_of(screen);
    linear->take = ' ';
}

static void ticks_plain(struct screen *screen, struct str *out)
{
    struct ticks *ticks = ticks_of(screen);
    for (size_t i = 0; i < ticks->shown.count; i++) {
        const struct tick *tick = &ticks->ticks.items[ticks->shown.items[i]];
        str_addf(out, "%s%s%s\n", i == ticks->cursor ? "> " : "",
                 tick->heading ? ""
                 : tick->set   ? "[x] "
                               : "[ ] ",
                 words_of(ticks, tick));
    }
}

static void ticks_close(struct screen *screen)
{
    struct ticks *ticks = ticks_of(screen);
    vec_each(struct tick, tick, &ticks->ticks) free(tick->code);
    vec_finish(&ticks->ticks);
    vec_finish(&ticks->shown);
    input_finish(&ticks->find);
    free(ticks);
}

static const struct screen_ops ticks_ops = {
    .name = "ticks",
    .key = ticks_key,
    .draw = ticks_draw,
    .title = ticks_title,
    .crumb = ticks_crumb,
    .keys = ticks_keys,
    .plain = ticks_plain,
    .linear = ticks_linear,
    .close = ticks_close,
};

void ticks_open(struct sheet *sheet, struct sheet_entry *entry)
{
    struct ticks *ticks = memory_zeroed(1, sizeof(*ticks));
    *ticks =
        (struct ticks){.app = sheet->app, .sheet = sheet, .entry = (size_t)(entry - sheet->entries.items)};
    ticks->screen.ops = &ticks_ops;
    ticks->readonly = sheet_entry_fixed(sheet, entry);
    ticks->reaches = entry->field->base && strcmp(entry->field->base, "permission") == 0;
    input_init(&ticks->find, INPUT_TEXT, 40);
    for (const struct choice *choice = choices_of(entry->field); choice->code; choice++)
        if (!choice->disabled)
            add_tick(ticks, choice, choice->code, strlen(choice->code));
    set_value(ticks, entry->value);
    group(ticks);
    narrow(ticks);
    ui_open(sheet->app->ui, &ticks->screen);
}
