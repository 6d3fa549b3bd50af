#include "client/views/menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/command.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "wire/json.h"

struct line {
    const char *label; /* msgid */
    const char *code;
    const char *entity;
    const struct desk *desk;
    bool heading;
    int number;
};

/* A company is set up in this order (roles → … → customers). */
static const char *const first_steps[] = {"role", "branch", "employee", "vehicle", "customer"};

struct menu {
    struct screen screen;
    struct app_context *app;
    VEC(struct line) lines;
    size_t cursor, top;
    int page, columns;
    int typed;   /* a number being typed; 0: none */
    int done[5]; /* first steps: -1 not known, 0 nothing there, 1 done */
};

static struct menu *menu_of(struct screen *screen)
{
    return container_of(screen, struct menu, screen);
}

static void add_line(struct menu *menu, struct line line, int *number)
{
    if (!line.heading)
        line.number = ++*number;
    vec_push(&menu->lines, line);
}

static void add_desks(struct menu *menu, int *number)
{
    bool any = false;
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (!desk->open || !desk_allowed(menu->app, desk))
            continue;
        if (!any)
            add_line(menu, (struct line){.label = N_("Desks"), .heading = true}, number);
        any = true;
        add_line(menu, (struct line){.label = desk->label, .code = desk->code, .desk = desk}, number);
    }
}

static void add_items(struct menu *menu, const struct catalogue_item *items, size_t count, int *number)
{
    for (size_t i = 0; i < count; i++) {
        const struct catalogue_item *item = &items[i];
        const struct desk *desk = desk_find(item->desk);
        if (item->nchildren) {
            add_line(menu, (struct line){.label = item->label, .heading = true}, number);
            add_items(menu, item->children, item->nchildren, number);
        } else if (item->entity && catalogue_entity(menu->app->catalogue, item->entity)) {
            add_line(menu, (struct line){.label = item->label, .code = item->key, .entity = item->entity},
                     number);
        } else if (desk && desk_allowed(menu->app, desk)) {
            add_line(menu, (struct line){.label = item->label, .code = item->key, .desk = desk}, number);
        }
    }
}

static void skip_heading(struct menu *menu, int step)
{
    size_t count = menu->lines.count;
    for (size_t tries = 0; tries < count && menu->lines.items[menu->cursor].heading; tries++)
        menu->cursor = (menu->cursor + count + (size_t)step) % count;
}

static void build(struct menu *menu)
{
    int number = 0;
    vec_clear(&menu->lines);
    add_desks(menu, &number);
    add_items(menu, menu->app->catalogue->menu, menu->app->catalogue->nmenu, &number);
    if (menu->cursor >= menu->lines.count)
        menu->cursor = 0;
    if (menu->lines.count)
        skip_heading(menu, 1);
}

/* ---- first steps ---- */

static bool sets_up(const struct menu *menu)
{
    for (size_t i = 0; i < array_len(first_steps); i++)
        if (!app_may(menu->app, verb_of(first_steps[i], "create")))
            return false;
    return true;
}

static bool steps_left(const struct menu *menu)
{
    for (size_t i = 0; i < array_len(menu->done); i++)
        if (menu->done[i] == 0)
            return true;
    return false;
}

static void on_counted(struct screen *screen, const struct answer *answer, void *context)
{
    int *done = context;
    (void)screen;
    if (!answer->code)
        *done = json_array_size(json_object_get(answer->object, "rows")) > 0;
}

static void look_at_steps(struct menu *menu)
{
    if (!sets_up(menu))
        return;
    for (size_t i = 0; i < array_len(first_steps); i++)
        if (menu->done[i] != 1)
            ask(menu->app, &menu->screen, verb_of(first_steps[i], "list"),
                json_pack("{s:i, s:[s]}", "limit", 1, "columns", "id"), CALL_READ, NULL, on_counted,
                &menu->done[i]);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    look_at_steps(menu_of(screen));
}

/* ---- keys ---- */

static void move(struct menu *menu, int step)
{
    size_t count = menu->lines.count;
    if (!count)
        return;
    menu->cursor = (menu->cursor + count + (size_t)step) % count;
    skip_heading(menu, step);
}

static unsigned go_to(struct menu *menu, size_t line)
{
    if (!menu->lines.count)
        return SCREEN_BELL;
    menu->cursor = MIN(line, menu->lines.count - 1);
    skip_heading(menu, 1);
    return SCREEN_REDRAW;
}

/* To the column beside, where there is one. */
static unsigned move_across(struct menu *menu, int step)
{
    size_t rows = (size_t)MAX(menu->page, 1), count = menu->lines.count;
    size_t column = (menu->cursor - menu->top) / rows;
    size_t last = count ? MIN((count - menu->top - 1) / rows, (size_t)MAX(menu->columns, 1) - 1) : 0;
    if (step < 0 ? column == 0 : column >= last)
        return SCREEN_BELL;
    return go_to(menu, step < 0 ? menu->cursor - rows : menu->cursor + rows);
}

static void open_line(struct menu *menu)
{
    if (menu->cursor >= menu->lines.count)
        return;
    const struct line *line = &menu->lines.items[menu->cursor];
    const struct catalogue_entity *entity = catalogue_entity(menu->app->catalogue, line->entity);
    menu->typed = 0;
    if (line->desk)
        open_desk(menu->app, line->desk, OPEN_TASK);
    else if (entity)
        open_list(menu->app, entity, NULL, OPEN_TASK);
}

/* "1" then "2" goes to line 12, if there is one. */
static void type_number(struct menu *menu, int digit)
{
    int wanted = menu->typed * 10 + digit;
    for (int tries = 0; tries < 2; tries++, wanted = digit)
        for (size_t i = 0; i < menu->lines.count; i++)
            if (menu->lines.items[i].number == wanted && wanted) {
                menu->cursor = i;
                menu->typed = wanted;
                return;
            }
    menu->typed = 0;
}

static bool is_letter(const struct key *key)
{
    return key->kind == KEY_TEXT && key->code > ' ' && key->code != '?' && key->code != '@' &&
           !(key->code >= '0' && key->code <= '9');
}

static unsigned menu_key(struct screen *screen, const struct key *key)
{
    struct menu *menu = menu_of(screen);
    switch (key->code) {
    case K_UP: move(menu, -1); return SCREEN_REDRAW;
    case K_DOWN: move(menu, 1); return SCREEN_REDRAW;
    case K_PAGE_DOWN:
    case K_PAGE_UP:
        for (int i = 0; i < menu->page - 1; i++)
            move(menu, key->code == K_PAGE_UP ? -1 : 1);
        return SCREEN_REDRAW;
    case K_LEFT:
    case K_RIGHT: return move_across(menu, key->code == K_LEFT ? -1 : 1);
    case K_HOME: return go_to(menu, 0);
    case K_END: return go_to(menu, menu->lines.count);
    case K_ENTER: open_line(menu); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL:
        if (ui_task_count(screen->ui) > 1 && key->code == K_CANCEL)
            return SCREEN_BELL;
        menu->app->command(menu->app, APP_QUIT);
        return SCREEN_REDRAW;
    default: break;
    }
    if (key->kind == KEY_TEXT && key->code >= '0' && key->code <= '9') {
        type_number(menu, key->code - '0');
        return SCREEN_REDRAW;
    }
    if (!is_letter(key))
        return SCREEN_UNUSED;
    command_open(menu->app, key->text);
    return SCREEN_REDRAW;
}

/* ---- drawing ---- */

enum { COLUMN_COLS = 38 };

static void draw_line(struct canvas *canvas, int row, int col, int cols, const struct line *line,
                      bool current)
{
    char number[16];
    if (line->heading) {
        canvas_text(canvas, row, col, cols, ROLE_HEAD, ALIGN_LEFT, _(line->label));
        return;
    }
    enum role role = current ? ROLE_SELECT : ROLE_NORMAL;
    snprintf(number, sizeof(number), "%3d ", line->number);
    canvas_text(canvas, row, col, 4, current ? role : ROLE_DIM, ALIGN_RIGHT, number);
    int code = line->code ? MIN(utf8_width(line->code), 12) : 0;
    canvas_text(canvas, row, col + 4, cols - 5 - code, role, ALIGN_LEFT, _(line->label));
    canvas_text(canvas, row, col + cols - code - 1, code + 1, current ? role : ROLE_DIM, ALIGN_LEFT,
                line->code ? line->code : "");
    if (current)
        canvas_cursor(canvas, row, col);
}

static int draw_steps(struct menu *menu, struct canvas *canvas, struct area body)
{
    if (!steps_left(menu))
        return 0;
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    str_addf(&text, "%s: ", _("To begin with"));
    for (size_t i = 0; i < array_len(first_steps); i++) {
        const struct catalogue_entity *entity = catalogue_entity(menu->app->catalogue, first_steps[i]);
        str_addf(&text, "%s[%c] %s", i ? " ▸ " : "", menu->done[i] == 1 ? 'x' : ' ',
                 entity && entity->plural ? _(entity->plural) : first_steps[i]);
    }
    return canvas_paragraph(canvas, body, ROLE_WARNING, text.data, 0) + 1;
}

static void menu_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct menu *menu = menu_of(screen);
    int used = draw_steps(menu, canvas, body);
    body.row += used;
    body.rows = MAX(body.rows - used, 1);
    int columns = MAX(1, body.cols / COLUMN_COLS), cols = columns > 1 ? COLUMN_COLS : body.cols;
    int count = (int)menu->lines.count, rows = MAX(body.rows, 1);
    menu->page = rows;
    menu->columns = columns;
    size_t shown = (size_t)(rows * columns);
    if (menu->cursor < menu->top)
        menu->top = menu->cursor;
    if (menu->cursor >= menu->top + shown)
        menu->top = menu->cursor - shown + 1;
    for (int i = 0; i < (int)shown && (int)menu->top + i < count; i++) {
        size_t at = menu->top + (size_t)i;
        draw_line(canvas, body.row + i % rows, body.col + i / rows * cols, cols - 2, &menu->lines.items[at],
                  at == menu->cursor);
    }
    if (!count)
        canvas_paragraph(canvas, body, ROLE_DIM, _("Nothing is permitted to you yet. Ask an administrator."),
                         0);
}

static void menu_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Open"), 0);
    key_bar_add(bar, K_PALETTE, _("Command"), 1);
    key_bar_add(bar, K_CTRL('E'), "中文/English", 4);
    key_bar_add(bar, K_HELP, _("Help"), 3);
    key_bar_add(bar, K_LEAVE, _("Leave"), 2);
}

static size_t linear_count(void *context)
{
    return ((struct menu *)context)->lines.count;
}

static size_t linear_cursor(void *context)
{
    return ((struct menu *)context)->cursor;
}

static int64_t linear_id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row;
}

static void linear_text(void *context, size_t row, struct str *out)
{
    const struct line *line = &((struct menu *)context)->lines.items[row];
    str_add(out, _(line->label));
    if (line->code)
        str_addf(out, " (%s)", line->code);
}

static void linear_go(void *context, size_t row)
{
    ((struct menu *)context)->cursor = row;
}

static bool linear_heading(void *context, size_t row)
{
    return ((struct menu *)context)->lines.items[row].heading;
}

static void menu_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_rows rows = {linear_count, linear_cursor,  linear_id, linear_text,
                                            linear_go,    linear_heading, NULL};
    struct menu *menu = menu_of(screen);
    if (!menu->lines.count)
        str_add(&linear->text, _("Nothing is permitted to you yet. Ask an administrator."));
    linear->rows = &rows;
    linear->rows_context = menu;
}

static void menu_plain(struct screen *screen, struct str *out)
{
    struct menu *menu = menu_of(screen);
    for (size_t i = 0; i < menu->lines.count; i++) {
        const struct line *line = &menu->lines.items[i];
        if (line->heading)
            str_addf(out, "%s\n", _(line->label));
        else
            str_addf(out, "%s%d: %s (%s)\n", i == menu->cursor ? "> " : "", line->number, _(line->label),
                     line->code ? line->code : "");
    }
}

static void menu_opened(struct screen *screen)
{
    struct menu *menu = menu_of(screen);
    look_at_steps(menu);
    for (size_t i = 0; sets_up(menu) && i < array_len(first_steps); i++)
        live_watch(menu->app->live, screen, first_steps[i], on_live);
}

static void menu_close(struct screen *screen)
{
    struct menu *menu = menu_of(screen);
    vec_finish(&menu->lines);
    free(menu);
}

static const struct screen_ops menu_ops = {
    .name = "menu",
    .open = menu_opened,
    .key = menu_key,
    .draw = menu_draw,
    .heading = N_("Yizhan"),
    .keys = menu_keys,
    .about = N_("Choose by number and Enter, by arrows, or type letters: of a name, of a code, of a command. "
                "F2 does the same from any screen. Ctrl-T goes from one open task to the other."),
    .plain = menu_plain,
    .linear = menu_linear,
    .close = menu_close,
};

void menu_open(struct app_context *app)
{
    struct menu *menu = memory_zeroed(1, sizeof(*menu));
    menu->app = app;
    menu->screen.ops = &menu_ops;
    for (size_t i = 0; i < array_len(menu->done); i++)
        menu->done[i] = -1;
    build(menu);
    ui_open(app->ui, &menu->screen);
}

void menu_changed(struct app_context *app)
{
    for (size_t t = 0; t < app->ui->tasks.count; t++)
        for (size_t i = 0; i < app->ui->tasks.items[t].stack.count; i++) {
            struct screen *screen = app->ui->tasks.items[t].stack.items[i];
            if (screen->ops == &menu_ops)
                build(menu_of(screen));
        }
}
