/* The command line: what a typed line is, and doing it. */
#include "client/views/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/command-private.h"
#include "client/views/hints.h"
#include "client/views/login.h"
#include "client/views/macro.h"
#include "client/views/open.h"
#include "client/views/prompt.h"
#include "client/views/quick_run.h"
#include "client/views/quick_show.h"
#include "client/views/recent.h"
#include "client/views/tool.h"
#include "client/views/topics.h"

struct command command;

/* ---- doing it ---- */

static void run_tool(const struct tool *tool)
{
    struct subject subject = subject_of(command.app, ui_top(command.app->ui));
    tool->run(&subject);
}

static void run_program(enum command_program program)
{
    struct app_context *app = command.app;
    switch (program) {
    case PROGRAM_PASSWORD: password_open(app); break;
    case PROGRAM_LANGUAGE: app->command(app, APP_LANGUAGE); break;
    case PROGRAM_LOGOUT: app->command(app, APP_LOGOUT); break;
    case PROGRAM_QUIT: app->command(app, APP_QUIT); break;
    }
}

static void run_key(int code)
{
    struct key key = key_code(code);
    if (code < K_BASE) {
        char text[5] = "";
        text[utf8_encode((uint32_t)code, text)] = '\0';
        key = key_text(text);
    }
    ui_key(command.app->ui, &key);
}

static const struct desk *desk_of_code(const struct app_context *app, const char *line)
{
    line += strspn(line, " ");
    size_t len = strlen(line);
    while (len && line[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (desk->code && strlen(desk->code) == len && strncmp(desk->code, line, len) == 0 &&
            desk_allowed(app, desk))
            return desk;
    }
    return NULL;
}

bool command_run(struct app_context *app, const char *line)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct quick quick;
    const struct desk *desk = desk_of_code(app, line);
    if (desk)
        open_desk(app, desk, OPEN_TASK);
    else if (quick_parse(app->catalogue, line, arena, &quick))
        quick_run(app, &quick);
    else
        return macro_run(app, line + strspn(line, " "));
    return true;
}

static void run_line(const char *line)
{
    if (!command_run(command.app, line))
        ui_say(command.app->ui, ROLE_ERROR, _("There is no such command: %s"), line);
}

/* What runs may open another command line, whose items take the place of these. */
static void run_item(struct command_item item)
{
    struct app_context *app = command.app;
    char *line = NULL;
    switch (item.kind) {
    case COMMAND_LINE:
        line = memory_strdup(item.line);
        run_line(line);
        break;
    case COMMAND_DESK: open_desk(app, item.desk, OPEN_TASK); break;
    case COMMAND_RECORD: open_record(app, item.entity, item.id, OPEN_TASK); break;
    case COMMAND_PROGRAM: run_program(item.program); break;
    case COMMAND_TOOL: run_tool(item.tool); break;
    case COMMAND_KEY: run_key(item.key); break;
    case COMMAND_TOPIC:
        line = memory_strdup(item.topic);
        topic_open(app, line);
        break;
    }
    free(line);
}

static void on_done(void *context, const struct palette_entry *entry, const char *line)
{
    (void)context;
    command_find_stop();
    if (!line)
        return;
    if (*line)
        recent_typed(command.app, line);
    recent_keep(command.app);
    if (entry)
        run_item(command.items.items[entry->id]);
    else
        run_line(line);
}

/* ---- the line as it is typed ---- */

/* What the line would do stands first. A record's part does not: the records that are found do. Behind a code nothing else is meant; "rescue ord" is a
 * name on its way. */
static void lead(const char *line, const struct quick *quick)
{
    struct palette_entry entry = {.id = (int64_t)command.items.count};
    const struct desk *desk = desk_of_code(command.app, line);
    bool shown = desk || (quick->kind != QUICK_NONE && quick->kind != QUICK_RECORD);
    bool by_name = quick->entity && strncmp(line, quick->entity->name, strlen(quick->entity->name)) == 0;
    bool alone = !desk && quick->kind != QUICK_NONE && strchr(line, ' ') && !by_name;
    if (shown) {
        entry.text = desk ? _(desk->label) : quick_words(command.arena, quick);
        entry.detail = "⏎";
        vec_push(&command.items,
                 ((struct command_item){.kind = COMMAND_LINE, .line = arena_strdup(command.arena, line)}));
    }
    palette_lead(command.app->ui, command.screen, shown ? &entry : NULL, alone);
}

static void on_typed(void *context, uint64_t screen, const char *line)
{
    struct quick quick;
    (void)context;
    command.screen = screen;
    command.items.count = MIN(command.items.count, command.fixed);
    quick_parse(command.app->catalogue, line, command.arena, &quick);
    lead(line, &quick);
    command_find(line, &quick);
}

static const char *on_complete(void *context, const struct palette_entry *entry, const char *line)
{
    (void)context;
    bool offered = entry && (size_t)entry->id < command.fixed; /* not what the line itself means */
    return command_complete(offered ? &command.items.items[entry->id] : NULL, line);
}

static const char *on_earlier(void *context, size_t n)
{
    (void)context;
    return recent_line(command.app, n);
}

/* ---- kept, when it is more than a word ---- */

static json_t *worth_keeping(struct screen *screen)
{
    json_t *line = prompt_line(screen);
    if (line && strchr(json_string_value(line), ' '))
        return line;
    json_decref(line);
    return NULL;
}

static bool open_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    const char *line = prompt_text(typed);
    struct key key = {.kind = KEY_PASTE, .paste = line, .paste_len = line ? strlen(line) : 0};
    (void)about;
    command_open(app, "");
    ui_key(app->ui, &key);
    return true;
}

static const struct prompt line_prompt = {"command", worth_keeping, open_again};

void command_register(void)
{
    prompt_register(&line_prompt, 1);
}

void command_open(struct app_context *app, const char *typed)
{
    static const struct palette_ops ops = {
        .done = on_done, .typed = on_typed, .complete = on_complete, .earlier = on_earlier};
    struct screen *open = ui_find(app->ui, command.screen);
    if (open && open == ui_top(app->ui))
        return;
    if (open) /* left behind in another task, or below a page of help */
        ui_close(app->ui, open);
    if (!command.arena)
        command.arena = arena_create(0);
    command.app = app;
    command_find_stop(); /* of one that was closed over its head */
    arena_reset(command.arena);
    vec_clear(&command.items);
    vec_clear(&command.entries);
    command_add_items();
    command.fixed = command.items.count;
    command.screen =
        palette_open(app->ui, _("Command"), command.entries.items, command.entries.count, &ops, NULL);
    prompt_keep(app, command.screen, &line_prompt, _("Command"), NULL);
    if (*typed) {
        struct key key = key_text(typed);
        ui_key(app->ui, &key);
    }
}

/* ---- the code of what is shown ---- */

void command_code(struct app_context *app, struct screen *screen, struct str *out)
{
    struct str title cleanup(cleanup_str);
    str_init(&title, NULL);
    if (screen == ui_top(app->ui))
        hints_show(app, screen);
    quick_of_screen(app, screen, out);
    if (!out->len || screen->ops->overlay)
        return;
    screen_title(screen, &title);
    recent_note(app, screen->id, out->data, title.data);
}
