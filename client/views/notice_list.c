/* The notices as a list: unread ones marked, the newest first; Enter goes to the record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/notice.h"
#include "client/views/open.h"
#include "client/views/prompt.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "model/field.h"

struct notice_list {
    struct screen screen;
    struct app_context *app;
    struct table table;
    int64_t reply_to; /* employee */
};

enum { COLUMN_AT, COLUMN_TEXT };

static struct notice_list *list_of(struct screen *screen)
{
    return container_of(screen, struct notice_list, screen);
}

static const struct screen_ops list_ops;

/* ---- the model: notice.c */

static size_t model_count(void *context)
{
    return notice_count(((struct notice_list *)context)->app);
}

static enum table_state model_state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    return notice_at(((struct notice_list *)context)->app, row)->id;
}

static unsigned model_flags(void *context, size_t row)
{
    const struct notice *notice = notice_at(((struct notice_list *)context)->app, row);
    const char *level = json_string_value(json_object_get(notice->object, "level"));
    if (notice->read)
        return ROW_DIM;
    return level && strcmp(level, "alarm") == 0 ? ROW_ALARM : ROW_CHANGED;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    const struct notice_list *list = context;
    const struct notice *notice = notice_at(list->app, row);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    static const struct field at = {.name = "at", .type = FIELD_TIME};
    (void)role;
    if (column == COLUMN_AT)
        str_add(scratch, field_print(&at, arena, json_string_value(json_object_get(notice->object, "at")),
                                     list->app->who.zone));
    else
        str_addf(scratch, "%s%s", notice->read ? "" : "● ", notice_text(list->app, arena, notice));
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count, .state = model_state, .id = model_id, .flags = model_flags, .cell = model_cell};

static void set_columns(struct notice_list *list)
{
    table_clear_columns(&list->table);
    table_add_column(&list->table, &(struct table_column){.title = _("When"), .width = 11});
    table_add_column(&list->table, &(struct table_column){
                                       .title = _("Notice"), .width = 20, .width_max = 200, .priority = 1});
}

/* ---- keys */

static void on_sent(struct screen *screen, const struct answer *answer, void *context)
{
    const struct notice_list *list = list_of(screen);
    (void)context;
    if (answer->code)
        answer_say(list->app, NULL, answer);
    else
        ui_say(list->app->ui, ROLE_GOOD, "%s", _("Sent"));
}

static void on_reply(void *context, const struct dialog_answer *answer)
{
    struct notice_list *list = context;
    if (answer->key != K_ENTER || !answer->text || !*answer->text)
        return;
    json_t *args = json_pack("{s:I, s:s}", "employee_id", (json_int_t)list->reply_to, "text", answer->text);
    ask(list->app, &list->screen, "notice.send", args, CALL_CHANGES, NULL, on_sent, NULL);
}

static const struct notice *current(struct notice_list *list)
{
    for (size_t i = 0; table_has_row(&list->table) && i < notice_count(list->app); i++)
        if (notice_at(list->app, i)->id == table_current(&list->table))
            return notice_at(list->app, i);
    return NULL;
}

static const struct prompt reply_prompt;

/* `said` is what is answered, to be read again. */
static void ask_reply(struct notice_list *list, int64_t to, const char *said, const char *typed)
{
    list->reply_to = to;
    struct dialog_ask ask = {
        .title = _("Reply"), .text = said, .label = _("Text"), .max = 500, .required = true, .value = typed};
    prompt_keep(list->app, dialog_ask(list->app->ui, &ask, on_reply, list), &reply_prompt, _("Reply"),
                json_pack("{s:I, s:s?}", "to", (json_int_t)to, "said", said));
}

static bool reply_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    const char *said = "";
    int64_t to = 0;
    json_get_int(about, "to", &to);
    json_get_text(about, "said", &said);
    notice_list_open(app);
    ask_reply(list_of(ui_top(app->ui)), to, said, prompt_text(typed));
    return true;
}

static const struct prompt reply_prompt = {"notice.reply", prompt_line, reply_again};

static unsigned reply(struct notice_list *list)
{
    const struct notice *notice = current(list);
    int64_t to = json_integer_value(notice ? json_object_get(notice->object, "from_id") : NULL);
    if (!to)
        return SCREEN_BELL;
    ask_reply(list, to, json_string_value(json_object_get(notice->object, "text")), NULL);
    return SCREEN_REDRAW;
}

static unsigned list_key(struct screen *screen, const struct key *key)
{
    struct notice_list *list = list_of(screen);
    const struct notice *notice = current(list);
    switch (table_key(&list->table, key)) {
    case TABLE_OPENED:
        if (notice)
            notice_open(list->app, notice->id);
        return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    switch (key->code) {
    case 'r':
        if (notice)
            notice_read(list->app, notice->id);
        return SCREEN_REDRAW;
    case 'a': notice_read_all(list->app); return SCREEN_REDRAW;
    case 'w': return reply(list);
    case K_REFRESH: notice_ready(list->app); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

/* ---- the screen */

static void list_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct notice_list *list = list_of(screen);
    if (notice_count(list->app))
        table_draw(&list->table, canvas, body, true);
    else
        canvas_text(canvas, body.row, body.col, body.cols, ROLE_DIM, ALIGN_LEFT,
                    _("There is nothing to tell"));
}

static void list_keys(struct screen *screen, struct key_bar *bar)
{
    struct notice_list *list = list_of(screen);
    const struct notice *notice = current(list);
    if (notice)
        key_bar_add(bar, K_ENTER, _("Open"), 0);
    if (notice && !notice->read)
        key_bar_add(bar, 'r', _("Mark as read"), 1);
    if (notice)
        key_bar_add(bar, 'a', _("Mark all as read"), 2);
    if (notice && json_integer_value(json_object_get(notice->object, "from_id")))
        key_bar_add(bar, 'w', _("Reply"), 3);
    key_bar_add(bar, K_CANCEL, _("Back"), 4);
}

static void list_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &list_of(screen)->table);
}

static void list_plain(struct screen *screen, struct str *out)
{
    table_plain(&list_of(screen)->table, out);
}

static void list_language(struct screen *screen)
{
    set_columns(list_of(screen));
}

static void list_close(struct screen *screen)
{
    struct notice_list *list = list_of(screen);
    table_finish(&list->table);
    free(list);
}

static const struct screen_ops list_ops = {
    .name = "notices",
    .key = list_key,
    .draw = list_draw,
    .heading = N_("Notices"),
    .keys = list_keys,
    .plain = list_plain,
    .linear = list_linear,
    .close = list_close,
};

static struct notice_list *find(const struct app_context *app)
{
    for (size_t t = 0; t < app->ui->tasks.count; t++)
        for (size_t s = 0; s < app->ui->tasks.items[t].stack.count; s++)
            if (app->ui->tasks.items[t].stack.items[s]->ops == &list_ops)
                return list_of(app->ui->tasks.items[t].stack.items[s]);
    return NULL;
}

void notice_list_changed(struct app_context *app)
{
    struct notice_list *list = find(app);
    if (list)
        table_changed(&list->table);
}

void notice_list_open(struct app_context *app)
{
    struct notice_list *list = memory_zeroed(1, sizeof(*list));
    list->app = app;
    list->screen.ops = &list_ops;
    table_init(&list->table, &model, list);
    set_columns(list);
    open_screen(app, &list->screen);
    table_changed(&list->table);
}

static void run(const struct subject *subject)
{
    notice_list_open(subject->app);
}

static const struct tool tools[] = {
    {.name = "notices",
     .label = N_("Notices"),
     .help = N_("What you were told, the newest first."),
     .search = "notices messages bell tongzhi tz",
     .places = TOOL_ANYWHERE,
     .run = run},
};

void notice_list_register(void)
{
    tool_register(tools, array_len(tools));
    prompt_register(&reply_prompt, 1);
    language_register(&list_ops, list_language);
}
