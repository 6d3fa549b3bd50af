/* The list of any entity, drawn from the catalogue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/filter_form.h"
#include "client/views/holder.h"
#include "client/views/list-private.h"
#include "client/views/list_face.h"
#include "client/views/list_tools.h"
#include "client/views/neighbour.h"
#include "client/views/open.h"
#include "client/views/rows.h"
#include "client/views/tool.h"
#include "client/views/views.h"
#include "model/catalogue.h"

struct list *list_of(struct screen *screen)
{
    return container_of(screen, struct list, screen);
}

static bool may(const struct list *list, const char *verb)
{
    return app_may(list->app, verb_of(list->entity->name, verb));
}

static const json_t *current_row(struct list *list)
{
    const struct rows_record *record = rows_current(&list->rows);
    return record ? record->row : NULL;
}

/* ---- keys ---- */

static void open_current(struct list *list)
{
    const struct rows_record *record = rows_current(&list->rows);
    if (record && may(list, "get"))
        open_record(list->app, list->entity, record->id, OPEN_HERE);
}

static void open_history(struct list *list)
{
    const struct rows_record *record = rows_current(&list->rows);
    if (!record || !may(list, "history"))
        return;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    history_open(list->app, list->entity, record->id, list_record_title(list, arena, record->row));
}

static void sort_by_picked(struct list *list, bool descending)
{
    size_t column = list->rows.table.column;
    if (column < list->rows.columns.count)
        rows_sort_by(&list->rows, list->rows.columns.items[column], descending);
}

static unsigned command_key(struct list *list, const struct key *key)
{
    const struct catalogue_action *action =
        action_of_key(list->app, list->entity, current_row(list), NULL, key);
    if (action) {
        list_act(list, action);
        return SCREEN_REDRAW;
    }
    if (action_say_why_not(list->app, list->entity, current_row(list), key))
        return SCREEN_REDRAW | SCREEN_BELL;
    switch (key->code) {
    case K_FILTER: filter_form_open(&list->rows, list->rows.line); return SCREEN_REDRAW;
    case '/': list_line_open(list, LIST_FILTER); return SCREEN_REDRAW;
    case K_REFRESH: rows_read(&list->rows); return SCREEN_REDRAW;
    case K_NEW:
        if (!may(list, "create"))
            return SCREEN_BELL;
        open_new(list->app, list->entity, NULL, OPEN_HERE);
        return SCREEN_REDRAW;
    case K_VIEW: open_history(list); return SCREEN_REDRAW;
    case '#': rows_count_all(&list->rows); return SCREEN_REDRAW;
    case '<': sort_by_picked(list, false); return SCREEN_REDRAW;
    case '>': sort_by_picked(list, true); return SCREEN_REDRAW;
    case K_DELETE: return list_disable(list) ? SCREEN_REDRAW : SCREEN_BELL;
    case K_CTRL('C'):
        if (!action_under_way())
            return SCREEN_UNUSED;
        action_stop_all();
        return SCREEN_REDRAW;
    case '=': return list_filter_same(list) ? SCREEN_REDRAW : SCREEN_BELL;
    case '\'': list_line_open(list, LIST_JUMP); return SCREEN_REDRAW;
    default: break;
    }
    if (key->kind == KEY_TEXT && key->code >= '0' && key->code <= '9')
        return list_saved_apply(&list->rows, key->code - '0') ? SCREEN_REDRAW : SCREEN_BELL;
    struct subject subject = subject_of(list->app, &list->screen);
    return tool_key(&subject, key);
}

/* By more than what it was opened with. */
static bool is_filtered(const struct list *list)
{
    return strcmp(list->rows.line, list->fixed_line ? list->fixed_line : "") != 0;
}

/* Esc takes back one thing: the marks, where the list was jumped to, what it was filtered by. */
static bool step_back(struct list *list)
{
    if (list->rows.table.marks.count)
        table_unmark_all(&list->rows.table);
    else if (list->rows.from)
        rows_jump(&list->rows, NULL);
    else if (is_filtered(list))
        return rows_set_filter(&list->rows, list->fixed_line ? list->fixed_line : "") >= 0;
    else
        return false;
    return true;
}

static unsigned list_key(struct screen *screen, const struct key *key)
{
    struct list *list = list_of(screen);
    if (list->typing != LIST_NO_LINE)
        return list_line_key(list, key);
    unsigned taken = list->face && list->face->key ? list->face->key(list->context, key) : SCREEN_UNUSED;
    if (taken != SCREEN_UNUSED)
        return taken;
    if (key->code == K_HOME && list->rows.from) {
        rows_jump(&list->rows, NULL);
        return SCREEN_REDRAW;
    }
    switch (table_key(&list->rows.table, key)) {
    case TABLE_OPENED: open_current(list); return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: rows_look_back(&list->rows); return SCREEN_REDRAW;
    }
    return key->code == K_CANCEL && step_back(list) ? SCREEN_REDRAW : command_key(list, key);
}

/* A line that is typed is nobody's row. */
static enum screen_wait list_waiting(struct screen *screen)
{
    struct list *list = list_of(screen);
    return list->typing == LIST_NO_LINE && rows_waiting(&list->rows) ? SCREEN_WAITS : SCREEN_READY;
}

/* What is done to the row under the cursor. */
static void add_row_keys(struct list *list, struct key_bar *bar)
{
    if (!rows_current(&list->rows))
        return;
    const char *verb = list_disable_verb(list);
    key_bar_add(bar, ' ', _("Mark"), 30);
    if (verb)
        key_bar_add(bar, K_DELETE, strcmp(verb, "enable") == 0 ? _("Enable") : _("Disable"), 33);
    if (list_filter_same_field(list))
        key_bar_add(bar, '=', _("Same value"), 36);
    if (may(list, "history"))
        key_bar_add(bar, K_VIEW, _("History"), 31);
}

static void list_keys(struct screen *screen, struct key_bar *bar)
{
    struct list *list = list_of(screen);
    if (list->typing != LIST_NO_LINE) {
        list_line_keys(list, bar);
        return;
    }
    if (list->face && list->face->keys)
        list->face->keys(list->context, bar);
    if (rows_current(&list->rows) && may(list, "get"))
        key_bar_add(bar, K_ENTER, _("Open"), 0);
    if (may(list, "create"))
        key_bar_add(bar, K_NEW, _("New"), 1);
    action_keys(list->app, list->entity, current_row(list), NULL, bar);
    key_bar_add(bar, '/', _("Filter"), 2);
    key_bar_add(bar, K_FILTER, _("Filter form"), 29);
    add_row_keys(list, bar);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 32);
    key_bar_add(bar, '<', _("Sort"), 33);
    key_bar_add(bar, '>', _("Sort down"), 34);
    key_bar_add(bar, '#', _("Total"), 35);
    key_bar_add(bar, K_HELP, _("Help"), 36);
    struct subject subject = subject_of(list->app, screen);
    tool_keys(&subject, bar);
    list_saved_keys(&list->rows, bar);
}

/* ---- the rest of the screen ---- */

static void list_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct list *list = list_of(screen);
    list->rows.table.foot = rows_has_foot(&list->rows);
    if (list->face)
        body = list_face_draw(list, canvas, body);
    if (list->typing != LIST_NO_LINE && body.rows > 2) {
        list_line_draw(list, canvas, (struct area){body.row, body.col, 1, body.cols});
        body.row++;
        body.rows--;
        table_draw(&list->rows.table, canvas, body, false);
        list_line_cursor(list, canvas);
        return;
    }
    table_draw(&list->rows.table, canvas, body, true);
}

static void list_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = list_of(screen)->entity;
    const struct list_face *face = list_of(screen)->face;
    str_add(out, face ? _(face->title) : entity->plural ? _(entity->plural) : entity->name);
}

static void add_order(struct list *list, struct str *out)
{
    const struct rows *rows = &list->rows;
    if (*rows->line)
        str_addf(out, "%s  ", rows->line);
    rows_sort_words(rows, out);
    if (rows->from)
        str_addf(out, " ≥ %s", rows->from);
    str_add(out, "  ");
}

static void add_holder(struct list *list, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct rows_record *record = rows_current(&list->rows);
    const char *words = record ? holder_text(list->app, list->entity, record->row, arena) : NULL;
    if (words)
        str_addf(out, "  @ %s", words);
}

static void list_crumb(struct screen *screen, struct str *out)
{
    const struct rows *rows = &list_of(screen)->rows;
    add_order(list_of(screen), out);
    table_position(&rows->table, out);
    if (rows->asked && rows->from_top)
        str_add(out, " …");
    rows_count_words(rows, out);
    if (table_more_left(&rows->table) || table_more_right(&rows->table))
        str_addf(out, "  %s%s", table_more_left(&rows->table) ? "‹" : " ",
                 table_more_right(&rows->table) ? "›" : "");
    add_holder(list_of(screen), out);
}

static unsigned list_tick(struct screen *screen, int64_t now_ms)
{
    const struct list *list = list_of(screen);
    unsigned flags = list->face && list->face->tick ? list->face->tick(list->context, now_ms) : 0;
    return flags | rows_tick(&list_of(screen)->rows, now_ms);
}

static const char *list_help(struct screen *screen)
{
    const struct catalogue_entity *entity = list_of(screen)->entity;
    const struct list_face *face = list_of(screen)->face;
    return face ? _(face->help) : entity->help ? _(entity->help) : NULL;
}

static void list_linear(struct screen *screen, struct linear *linear)
{
    struct list *list = list_of(screen);
    list_face_plain(list, &linear->text);
    add_order(list, &linear->text);
    rows_count_words(&list->rows, &linear->text);
    if (!list->typing) {
        linear_table(linear, &list->rows.table);
        return;
    }
    linear->line = &list->input;
    linear->line_label = list_line_label(list, linear->arena);
}

static void list_plain(struct screen *screen, struct str *out)
{
    struct list *list = list_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    list_face_plain(list, out);
    if (list->typing)
        str_addf(out, "%s: %s\n", list_line_label(list, arena), input_text(&list->input));
    add_order(list, out);
    str_add_char(out, '\n');
    table_plain(&list->rows.table, out);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    const struct list *list = list_of(screen);
    if (list->face && list->face->heard)
        list->face->heard(list->context, events, count);
    rows_heard(&list_of(screen)->rows, events, count);
}

/* As this person has the list; with the filter it was opened for, or else the one kept for its opening. */
static void read_first(struct list *list)
{
    const char *line = list->fixed_line ? list->fixed_line : "";
    if (!list->face)
        list_columns_load(&list->rows);
    if (!list->face && !list->fixed_line && list_saved_open(&list->rows))
        return;
    if (rows_set_filter(&list->rows, line) < 0)
        rows_read(&list->rows);
}

static void list_opened(struct screen *screen)
{
    struct list *list = list_of(screen);
    live_watch(list->app->live, screen, list->entity->name, on_live);
    if (!list->asked)
        read_first(list);
    list->asked = true;
}

static void list_close(struct screen *screen)
{
    struct list *list = list_of(screen);
    list_line_close(list);
    if (list->face && list->face->close)
        list->face->close(list->context);
    rows_finish(&list->rows);
    free(list->fixed_line);
    free(list);
}

static void list_language(struct screen *screen)
{
    rows_language(&list_of(screen)->rows);
}

static const struct screen_ops list_ops = {
    .name = "list",
    .open = list_opened,
    .key = list_key,
    .waiting = list_waiting,
    .draw = list_draw,
    .title = list_title,
    .crumb = list_crumb,
    .keys = list_keys,
    .tick = list_tick,
    .help = list_help,
    .plain = list_plain,
    .linear = list_linear,
    .close = list_close,
};

struct list *list_of_rows(struct screen *screen)
{
    return screen && screen->ops == &list_ops ? list_of(screen) : NULL;
}

static void list_look(struct screen *screen, struct subject *subject_r)
{
    struct list *list = list_of(screen);
    const struct rows_record *record = rows_current(&list->rows);
    subject_r->entity = list->entity;
    subject_r->rows = &list->rows;
    subject_r->row = record ? record->row : NULL;
    subject_r->id = record ? record->id : 0;
}

void list_register(void)
{
    subject_register(&list_ops, list_look);
    language_register(&list_ops, list_language);
    list_act_register();
    list_columns_register();
    list_kept_register();
    list_line_register();
    list_marks_register();
    list_results_register();
    list_saved_register();
}

static struct list *create(struct app_context *app, const struct catalogue_entity *entity,
                           const struct rows_ops *ops)
{
    struct list *list = memory_zeroed(1, sizeof(*list));
    list->app = app;
    list->entity = entity;
    list->screen.ops = &list_ops;
    rows_init(&list->rows, app, &list->screen, entity, ops);
    list->rows.table.picks = true;
    return list;
}

/* The way out of an empty list. */
static const char *none(void *context)
{
    struct list *list = list_of(((struct rows *)context)->screen);
    if (list->rows.from)
        return _("Esc goes back to the beginning of the list");
    if (is_filtered(list))
        return _("Esc takes the filter off, / changes it");
    return may(list, "create") && !list->fixed_line ? _("F6 makes the first one") : NULL;
}

void list_open(struct app_context *app, const struct catalogue_entity *entity, const char *filter)
{
    struct list *list = create(app, entity, NULL);
    list->rows.table.none = none;
    list->fixed_line = filter ? memory_strdup(filter) : NULL;
    table_reset(&list->rows.table);
    open_screen(app, &list->screen);
}

void list_open_face(struct app_context *app, const struct catalogue_entity *entity,
                    const struct list_face *face, void *context)
{
    struct list *list = create(app, entity, face->rows);
    list->face = face;
    list->context = context;
    rows_set_columns(&list->rows, face->columns);
    face->begin(context, &list->screen, &list->rows);
    table_reset(&list->rows.table);
    open_screen(app, &list->screen);
}

static struct list *list_below(struct app_context *app, const struct screen *screen,
                               const struct catalogue_entity *entity)
{
    struct list *list = NULL;
    const struct task *task = &app->ui->tasks.items[app->ui->current];
    for (size_t i = 0; i < task->stack.count && task->stack.items[i] != screen; i++)
        if (task->stack.items[i]->ops == &list_ops &&
            strcmp(list_of(task->stack.items[i])->entity->name, entity->name) == 0)
            list = list_of(task->stack.items[i]);
    return list;
}

static int64_t beside(const struct list *list, int64_t id, int step)
{
    for (size_t i = 0; list && i < list->rows.records.count; i++) {
        size_t to = i + (size_t)step;
        if (list->rows.records.items[i].id == id && to < list->rows.records.count)
            return list->rows.records.items[to].id;
    }
    return 0;
}

bool neighbour_is_there(struct app_context *app, const struct screen *screen,
                        const struct catalogue_entity *entity, int64_t id, int step)
{
    return beside(list_below(app, screen, entity), id, step) != 0;
}

int64_t neighbour_of(struct app_context *app, const struct screen *screen,
                     const struct catalogue_entity *entity, int64_t id, int step)
{
    struct list *list = list_below(app, screen, entity);
    int64_t to = beside(list, id, step);
    if (to)
        table_select(&list->rows.table, to);
    return to;
}
