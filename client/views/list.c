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
#include "client/views/list-private.h"
#include "client/views/filter_form.h"
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

/* ---- actions ---- */

/* The marked rows, or the one under the cursor. */
static size_t targets_of(struct list *list, struct action_target **targets_r)
{
    struct rows *rows = &list->rows;
    size_t marked = rows->table.marks.count, n = 0;
    struct action_target *targets = memory_zeroed(marked + 1, sizeof(*targets));
    for (size_t i = 0; i < marked; i++) {
        const struct rows_record *record = rows_find(rows, rows->table.marks.items[i]);
        if (record)
            targets[n++] = (struct action_target){record->id, record->version};
    }
    const struct rows_record *current = rows_current(rows);
    if (!n && current)
        targets[n++] = (struct action_target){current->id, current->version};
    *targets_r = targets;
    return n;
}

static void on_acted(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct list *list = context;
    (void)screen;
    bool all = outcome->answer && outcome->answer->code == ERR_NONE;
    for (size_t i = 0; i < outcome->count; i++) {
        bool done = outcome->done ? outcome->done[i] : all;
        rows_flag(&list->rows, outcome->targets[i].id, done || outcome->cancelled ? 0 : ROW_FAILED,
                  ROW_PENDING | (done ? ROW_FAILED : 0));
    }
    if (outcome->cancelled)
        return;
    if (all)
        table_unmark_all(&list->rows.table);
    rows_read(&list->rows);
}

static void act(struct list *list, const struct catalogue_action *action)
{
    struct action_target *targets;
    size_t count = targets_of(list, &targets);
    for (size_t i = 0; i < count; i++)
        rows_flag(&list->rows, targets[i].id, count > 1 || !action->nargs ? ROW_PENDING : 0, ROW_FAILED);
    bool refused = count > 1 && !action->bulk;
    if (refused)
        for (size_t i = 0; i < count; i++)
            rows_flag(&list->rows, targets[i].id, 0, ROW_PENDING);
    if (count)
        action_run(list->app, &list->screen, list->entity, action, targets, count, on_acted, list);
    free(targets);
}

static const json_t *current_row(struct list *list)
{
    const struct rows_record *record = rows_current(&list->rows);
    return record ? record->row : NULL;
}

/* ---- filter and order ---- */

static void open_filter(struct list *list)
{
    if (!list->filtering) {
        input_init(&list->input, INPUT_TEXT, 300);
        input_set(&list->input, list->rows.line);
    }
    list->filtering = true;
}

static void close_filter(struct list *list)
{
    if (list->filtering)
        input_finish(&list->input);
    list->filtering = false;
}

static unsigned filter_key(struct list *list, const struct key *key)
{
    switch (key->code) {
    case K_ENTER:
    case K_SAVE:
        if (rows_set_filter(&list->rows, input_text(&list->input)) < 0)
            return SCREEN_REDRAW | SCREEN_BELL;
        close_filter(list);
        return SCREEN_REDRAW;
    case K_CANCEL: close_filter(list); return SCREEN_REDRAW;
    case K_TAB: list_complete_filter(list); return SCREEN_REDRAW;
    case K_FILTER:
        filter_form_open(&list->rows, input_text(&list->input));
        close_filter(list);
        return SCREEN_REDRAW;
    default: break;
    }
    switch (input_key(&list->input, key)) {
    case INPUT_UNUSED: return SCREEN_UNUSED;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_REDRAW;
    }
}

static void on_sort(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    char sort[80];
    if (answer->key != K_ENTER)
        return;
    const struct field *field = list->rows.columns.items[answer->id];
    snprintf(sort, sizeof(sort), "%s%s", list->descending ? "-" : "", field->name);
    rows_set_sort(&list->rows, sort);
}

static void open_sort(struct list *list, bool descending)
{
    struct choices choices;
    choices_init(&choices);
    for (size_t i = 0; i < list->rows.columns.count; i++) {
        const struct field *field = list->rows.columns.items[i];
        choices_add(&choices, (int64_t)i, field->label ? _(field->label) : field->name,
                    field->sortable ? "✓" : NULL);
    }
    list->descending = descending;
    dialog_choose(list->app->ui, descending ? _("Sort, largest first, by") : _("Sort, smallest first, by"),
                  &choices, on_sort, list);
    choices_finish(&choices);
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

static unsigned command_key(struct list *list, const struct key *key)
{
    const struct catalogue_action *action =
        action_of_key(list->app, list->entity, current_row(list), NULL, key);
    if (action) {
        act(list, action);
        return SCREEN_REDRAW;
    }
    switch (key->code) {
    case K_FILTER: filter_form_open(&list->rows, list->rows.line); return SCREEN_REDRAW;
    case '/': open_filter(list); return SCREEN_REDRAW;
    case K_REFRESH: rows_read(&list->rows); return SCREEN_REDRAW;
    case K_NEW:
        if (!may(list, "create"))
            return SCREEN_BELL;
        open_new(list->app, list->entity, NULL, OPEN_HERE);
        return SCREEN_REDRAW;
    case K_VIEW: open_history(list); return SCREEN_REDRAW;
    case '#': rows_ask_total(&list->rows); return SCREEN_REDRAW;
    case '<': open_sort(list, false); return SCREEN_REDRAW;
    case '>': open_sort(list, true); return SCREEN_REDRAW;
    default: break;
    }
    struct subject subject = subject_of(list->app, &list->screen);
    return tool_key(&subject, key);
}

static unsigned list_key(struct screen *screen, const struct key *key)
{
    struct list *list = list_of(screen);
    if (list->filtering)
        return filter_key(list, key);
    switch (table_key(&list->rows.table, key)) {
    case TABLE_OPENED: open_current(list); return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    if (key->code == K_CANCEL && list->rows.table.marks.count) {
        table_unmark_all(&list->rows.table);
        return SCREEN_REDRAW;
    }
    if (key->code == K_CANCEL && *list->rows.line && !list->fixed_line)
        return rows_set_filter(&list->rows, "") < 0 ? SCREEN_BELL : SCREEN_REDRAW;
    return command_key(list, key);
}

static void list_keys(struct screen *screen, struct key_bar *bar)
{
    struct list *list = list_of(screen);
    if (list->filtering) {
        key_bar_add(bar, K_ENTER, _("Filter"), 0);
        key_bar_add(bar, K_TAB, _("Complete"), 1);
        key_bar_add(bar, K_CANCEL, _("Cancel"), 2);
        key_bar_add(bar, K_FILTER, _("Form"), 3);
        return;
    }
    if (rows_current(&list->rows))
        key_bar_add(bar, K_ENTER, _("Open"), 0);
    if (may(list, "create"))
        key_bar_add(bar, K_NEW, _("New"), 1);
    action_keys(list->app, list->entity, current_row(list), NULL, bar);
    key_bar_add(bar, '/', _("Filter"), 2);
    key_bar_add(bar, ' ', _("Mark"), 30);
    key_bar_add(bar, K_FILTER, _("Filter form"), 29);
    key_bar_add(bar, K_VIEW, _("History"), 31);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 32);
    key_bar_add(bar, '<', _("Sort"), 33);
    key_bar_add(bar, '>', _("Sort down"), 34);
    key_bar_add(bar, '#', _("Total"), 35);
    key_bar_add(bar, K_HELP, _("Help"), 36);
    struct subject subject = subject_of(list->app, screen);
    tool_keys(&subject, bar);
}

/* ---- the rest of the screen ---- */

static void list_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct list *list = list_of(screen);
    if (list->filtering && body.rows > 2) {
        const char *label = _("Filter");
        input_label(canvas, body.row, body.col, 10, label, true);
        body.row++;
        body.rows--;
        table_draw(&list->rows.table, canvas, body, false);
        input_draw(&list->input, canvas, body.row - 1, body.col + 11, body.cols - 13, true);
        return;
    }
    table_draw(&list->rows.table, canvas, body, true);
}

static void list_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = list_of(screen)->entity;
    str_add(out, entity->plural ? _(entity->plural) : entity->name);
}

static void add_order(struct list *list, struct str *out)
{
    const struct rows *rows = &list->rows;
    if (*rows->line)
        str_addf(out, "%s  ", rows->line);
    const char *sort = rows->sort + (*rows->sort == '-');
    const struct field *field = catalogue_field(list->entity, sort);
    str_addf(out, "%s%s  ", *rows->sort == '-' ? "↓" : "↑", field && field->label ? _(field->label) : sort);
}

static void list_crumb(struct screen *screen, struct str *out)
{
    const struct rows *rows = &list_of(screen)->rows;
    add_order(list_of(screen), out);
    table_position(&rows->table, out);
    if (rows->total != NIL)
        str_addf(out, "  = %lld", (long long)rows->total);
}

static unsigned list_tick(struct screen *screen, int64_t now_ms)
{
    return rows_tick(&list_of(screen)->rows, now_ms);
}

static const char *list_help(struct screen *screen)
{
    const struct catalogue_entity *entity = list_of(screen)->entity;
    return entity->help ? _(entity->help) : NULL;
}

static void list_linear(struct screen *screen, struct linear *linear)
{
    struct list *list = list_of(screen);
    add_order(list, &linear->text);
    if (list->rows.total != NIL)
        str_addf(&linear->text, "  = %lld", (long long)list->rows.total);
    if (!list->filtering) {
        linear_table(linear, &list->rows.table);
        return;
    }
    linear->line = &list->input;
    linear->line_label = _("Filter");
}

static void list_plain(struct screen *screen, struct str *out)
{
    struct list *list = list_of(screen);
    if (list->filtering)
        str_addf(out, "%s: %s\n", _("Filter"), input_text(&list->input));
    add_order(list, out);
    str_add_char(out, '\n');
    table_plain(&list->rows.table, out);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    rows_heard(&list_of(screen)->rows, events, count);
}

static void list_opened(struct screen *screen)
{
    struct list *list = list_of(screen);
    live_watch(list->app->live, screen, list->entity->name, on_live);
    if (!list->asked && rows_set_filter(&list->rows, list->fixed_line ? list->fixed_line : "") < 0)
        rows_read(&list->rows);
    list->asked = true;
}

static void list_close(struct screen *screen)
{
    struct list *list = list_of(screen);
    close_filter(list);
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
}

void list_open(struct app_context *app, const struct catalogue_entity *entity, const char *filter)
{
    struct list *list = memory_zeroed(1, sizeof(*list));
    list->app = app;
    list->entity = entity;
    list->fixed_line = filter ? memory_strdup(filter) : NULL;
    list->screen.ops = &list_ops;
    rows_init(&list->rows, app, &list->screen, entity, NULL);
    table_reset(&list->rows.table);
    open_screen(app, &list->screen);
}

int64_t neighbour_of(struct app_context *app, const struct screen *screen,
                     const struct catalogue_entity *entity, int64_t id, int step)
{
    struct list *list = NULL;
    const struct task *task = &app->ui->tasks.items[app->ui->current];
    for (size_t i = 0; i < task->stack.count && task->stack.items[i] != screen; i++)
        if (task->stack.items[i]->ops == &list_ops &&
            strcmp(list_of(task->stack.items[i])->entity->name, entity->name) == 0)
            list = list_of(task->stack.items[i]);
    for (size_t i = 0; list && i < list->rows.records.count; i++) {
        size_t to = i + (size_t)step;
        if (list->rows.records.items[i].id != id || to >= list->rows.records.count)
            continue;
        table_select(&list->rows.table, list->rows.records.items[to].id);
        return list->rows.records.items[to].id;
    }
    return 0;
}
