/* Drafts found on the disk: what, and when it was typed last; go on with one, or throw it away. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/draft.h"
#include "client/views/open.h"
#include "client/views/shorthand.h"
#include "client/views/tool.h"

enum { COLUMN_WHAT, COLUMN_WHEN };

struct list {
    struct screen screen;
    struct app_context *app;
    draft_entries entries;
    struct table table;
};

static struct list *list_of(struct screen *screen)
{
    return container_of(screen, struct list, screen);
}

/* ---- the table ---- */

static size_t count(void *context)
{
    return ((struct list *)context)->entries.count;
}

static enum table_state state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row + 1;
}

static const char *cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct list *list = context;
    const struct draft_entry *entry = &list->entries.items[row];
    char at[32];
    (void)role;
    if (column == COLUMN_WHEN)
        str_add(scratch, shorthand_print(at, sizeof(at), list->app->who.zone, entry->at));
    else
        str_add(scratch, *entry->title ? entry->title : _("Draft"));
    return scratch->data;
}

static const struct table_model model = {.count = count, .state = state, .id = id, .cell = cell};

static struct draft_entry *current(struct list *list)
{
    return table_has_row(&list->table) ? &list->entries.items[list->table.cursor] : NULL;
}

static void read_again(struct list *list)
{
    size_t damaged = drafts_read(list->app->drafts, &list->entries);
    table_changed(&list->table);
    if (damaged)
        ui_say(list->app->ui, ROLE_ERROR, _("Damaged drafts: %zu. They were put aside under %s"), damaged,
               "$XDG_STATE_HOME/yizhan/drafts");
}

/* ---- what is done with one ---- */

static void drop_row(struct list *list)
{
    size_t at = list->table.cursor;
    json_decref(list->entries.items[at].saved);
    list->entries.count--;
    memmove(&list->entries.items[at], &list->entries.items[at + 1],
            (list->entries.count - at) * sizeof(list->entries.items[0]));
    table_changed(&list->table);
}

static unsigned go_on(struct list *list)
{
    struct draft_entry *entry = current(list);
    if (!entry)
        return SCREEN_BELL;
    struct draft_entry taken = *entry;
    json_incref(taken.saved);
    bool opened = drafts_open(list->app->drafts, &taken);
    json_decref(taken.saved);
    if (!opened) {
        ui_say(list->app->ui, ROLE_ERROR, "%s",
               _("This draft cannot be opened with the rights you have now"));
        return SCREEN_REDRAW;
    }
    drop_row(list);
    if (!list->entries.count)
        list->screen.closing = true; /* alone: what was opened stands over it */
    return SCREEN_REDRAW;
}

static void on_throw(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    struct draft_entry *entry = current(list);
    if (answer->key != 'y' || !entry)
        return;
    drafts_remove(list->app->drafts, entry);
    drop_row(list);
    if (!list->entries.count)
        ui_close(list->app->ui, &list->screen);
}

static unsigned throw_away(struct list *list)
{
    const struct draft_entry *entry = current(list);
    if (!entry)
        return SCREEN_BELL;
    dialog_yes_no(list->app->ui, _("Throw the draft away?"), entry->title, true, on_throw, list);
    return SCREEN_REDRAW;
}

static unsigned list_key(struct screen *screen, const struct key *key)
{
    struct list *list = list_of(screen);
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL;
    switch (table_key(&list->table, key)) {
    case TABLE_OPENED: return go_on(list);
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    switch (key->code) {
    case K_DELETE:
    case '-': return throw_away(list);
    case K_REFRESH: read_again(list); return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

/* ---- the screen ---- */

static void list_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct list *list = list_of(screen);
    int used =
        canvas_paragraph(canvas, body, ROLE_NORMAL,
                         _("Typed here and not saved when the program ended. Enter goes on with it."), 0) +
        1;
    body.row += used;
    body.rows -= used;
    if (body.rows > 0)
        table_draw(&list->table, canvas, body, true);
}

static void list_title(struct screen *screen, struct str *out)
{
    str_addf(out, _("Drafts: %zu"), list_of(screen)->entries.count);
}

static void list_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Go on"), 0);
    key_bar_add(bar, K_DELETE, _("Throw away"), 1);
    key_bar_add(bar, K_CANCEL, _("Back"), 2);
    key_bar_add(bar, K_HELP, _("Help"), 3);
}

static void list_plain(struct screen *screen, struct str *out)
{
    table_plain(&list_of(screen)->table, out);
}

static void list_linear(struct screen *screen, struct linear *linear)
{
    str_add(&linear->text, _("Typed here and not saved when the program ended. Enter goes on with it."));
    linear_table(linear, &list_of(screen)->table);
}

static void list_close(struct screen *screen)
{
    struct list *list = list_of(screen);
    table_finish(&list->table);
    draft_entries_finish(&list->entries);
    free(list);
}

static const struct screen_ops ops = {
    .name = "drafts",
    .key = list_key,
    .draw = list_draw,
    .title = list_title,
    .keys = list_keys,
    .about = N_("What is typed into forms is kept on this machine's disk until it is saved, enciphered for "
                "you alone. When the program ends in the middle of it, you go on from here. What nobody "
                "takes up goes after 30 days."),
    .plain = list_plain,
    .linear = list_linear,
    .close = list_close,
};

static void set_columns(struct screen *screen)
{
    struct table *table = &list_of(screen)->table;
    table_clear_columns(table);
    table_add_column(table, &(struct table_column){.title = _("What"), .width = 20, .width_max = 60});
    table_add_column(table, &(struct table_column){.title = _("When"), .width = 16, .priority = 1});
}

void drafts_show(struct app_context *app)
{
    struct list *list = memory_zeroed(1, sizeof(*list));
    list->screen.ops = &ops;
    list->app = app;
    table_init(&list->table, &model, list);
    set_columns(&list->screen);
    read_again(list);
    table_reset(&list->table);
    open_screen(app, &list->screen);
}

/* ---- the tool ---- */

static bool may_show(const struct subject *subject)
{
    return drafts_kept(subject->app->drafts);
}

static void show(const struct subject *subject)
{
    drafts_show(subject->app);
}

static const struct tool tools[] = {
    {.name = "drafts",
     .label = N_("Drafts"),
     .help = N_("What was typed here and not saved when the program ended."),
     .search = "draft caogao unsaved",
     .places = TOOL_ANYWHERE,
     .may = may_show,
     .run = show},
};

void drafts_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&ops, set_columns);
}
