#include "client/views/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/ui/dialog.h"
#include "client/ui/palette.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/calc.h"
#include "client/views/login.h"
#include "client/views/lookup.h"
#include "client/views/open.h"
#include "client/views/tool.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum kind { KIND_LIST, KIND_NEW, KIND_DESK, KIND_KEY, KIND_PROGRAM, KIND_RECORD, KIND_TOOL };
enum program { PROGRAM_PASSWORD, PROGRAM_LANGUAGE, PROGRAM_LOGOUT, PROGRAM_QUIT };

struct item {
    enum kind kind;
    const struct catalogue_entity *entity;
    const struct desk *desk;
    int key;
    enum program program;
    const struct tool *tool;
    int64_t id;
};

/* One command line is open at most. */
static struct {
    struct app_context *app;
    uint64_t screen;
    VEC(struct item) items;
    VEC(struct palette_entry) entries; /* texts in the arena */
    struct arena *arena;
    uint64_t asked;
    size_t fixed; /* items before those that were found */
} command;

static void add(const struct item *item, const char *text, const char *detail, const char *search, int weight)
{
    vec_push(&command.entries,
             (struct palette_entry){(int64_t)command.items.count, text, detail, search, weight});
    vec_push(&command.items, *item);
}

static void add_entity(const struct catalogue_entity *entity)
{
    struct arena *arena = command.arena;
    const char *label = entity->label ? _(entity->label) : entity->name;
    const char *plural = entity->plural ? _(entity->plural) : label;
    const char *code = entity->code ? entity->code : entity->name;
    if (entity->hidden)
        return;
    if (app_may(command.app, verb_of(entity->name, "list")))
        add(&(struct item){.kind = KIND_LIST, .entity = entity}, arena_strdup(arena, plural), code,
            arena_printf(arena, "%s %s %s", code, entity->name, entity->plural ? entity->plural : ""), 20);
    if (app_may(command.app, verb_of(entity->name, "create")))
        add(&(struct item){.kind = KIND_NEW, .entity = entity},
            arena_printf(arena, "%s: %s", _("New"), label), arena_printf(arena, "%s+", code),
            arena_printf(arena, "%s+ new %s", code, entity->name), 10);
}

static void add_desks(void)
{
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (desk->open && desk_allowed(command.app, desk))
            add(&(struct item){.kind = KIND_DESK, .desk = desk}, _(desk->label), desk->code,
                arena_printf(command.arena, "%s %s %s", desk->code ? desk->code : "", desk->name,
                             desk->label),
                30);
    }
}

/* What the screen below would do with a key. */
static void add_keys(void)
{
    struct screen *top = ui_top(command.app->ui);
    struct key_bar bar = {0};
    char name[16];
    if (top && top->ops->keys)
        top->ops->keys(top, &bar);
    vec_each(const struct key_hint, hint, &bar.hints)
        add(&(struct item){.kind = KIND_KEY, .key = hint->code}, arena_strdup(command.arena, hint->label),
            arena_strdup(command.arena, key_label(hint->code, name, sizeof(name))), NULL, 15);
    vec_finish(&bar.hints);
}

static void add_program(void)
{
    static const struct {
        enum program program;
        const char *text, *search;
    } rows[] = {
        {PROGRAM_PASSWORD, N_("Change password"), "password"},
        {PROGRAM_LANGUAGE, N_("Another language"), "language yuyan"},
        {PROGRAM_LOGOUT, N_("Lock: log out, keep what is open"), "lock logout"},
        {PROGRAM_QUIT, N_("Leave Yizhan"), "quit exit leave"},
    };
    for (size_t i = 0; i < array_len(rows); i++)
        add(&(struct item){.kind = KIND_PROGRAM, .program = rows[i].program}, _(rows[i].text), NULL,
            rows[i].search, 0);
}

/* Those under a key are among the keys of the screen below. */
static void add_tools(void)
{
    struct subject subject = subject_of(command.app, ui_top(command.app->ui));
    for (size_t i = 0; i < tool_count(); i++) {
        const struct tool *tool = tool_at(i);
        bool listed = tool->key && !(tool->places & TOOL_ANYWHERE);
        if (!listed && tool_fits(tool, &subject))
            add(&(struct item){.kind = KIND_TOOL, .tool = tool}, _(tool->label), NULL,
                arena_printf(command.arena, "%s %s %s", tool->name, tool->search ? tool->search : "",
                             tool->label),
                5);
    }
}

/* ---- running ---- */

static void run_tool(const struct tool *tool)
{
    struct subject subject = subject_of(command.app, ui_top(command.app->ui));
    tool->run(&subject);
}

static void run_program(enum program program)
{
    struct app_context *app = command.app;
    switch (program) {
    case PROGRAM_PASSWORD: password_open(app); break;
    case PROGRAM_LANGUAGE: app->command(app, APP_LANGUAGE); break;
    case PROGRAM_LOGOUT: app->command(app, APP_LOGOUT); break;
    case PROGRAM_QUIT: app->command(app, APP_QUIT); break;
    }
}

static void run_item(const struct item *item)
{
    struct app_context *app = command.app;
    struct key key;
    switch (item->kind) {
    case KIND_LIST: open_list(app, item->entity, NULL, OPEN_TASK); break;
    case KIND_NEW: open_new(app, item->entity, NULL, OPEN_TASK); break;
    case KIND_DESK: open_desk(app, item->desk, OPEN_TASK); break;
    case KIND_RECORD: open_record(app, item->entity, item->id, OPEN_TASK); break;
    case KIND_PROGRAM: run_program(item->program); break;
    case KIND_TOOL: run_tool(item->tool); break;
    case KIND_KEY:
        key = key_code(item->key);
        if (item->key < K_BASE) {
            char text[5] = "";
            text[utf8_encode((uint32_t)item->key, text)] = '\0';
            key = key_text(text);
        }
        ui_key(app->ui, &key);
        break;
    }
}

/* What runs may open another command line, whose items take the place of these. */
static void run_copy(struct item item)
{
    run_item(&item);
}

static void run_sum(const char *text)
{
    char sum[64];
    if (calc(text, 6, sum, sizeof(sum)) == 0)
        ui_say(command.app->ui, ROLE_GOOD, "%s = %s", text + strspn(text, "= "), sum);
    else
        ui_say(command.app->ui, ROLE_ERROR, "%s", _("This sum cannot be worked out"));
}

/* "ro 0042 …": the entity of the code and what is behind it; NULL: no such code. */
static const struct catalogue_entity *split(const char *line, char code[32], const char **rest_r)
{
    size_t len = strcspn(line, " +");
    if (!len || len >= 32)
        return NULL;
    memcpy(code, line, len);
    code[len] = '\0';
    *rest_r = line + len + strspn(line + len, " ");
    const struct catalogue_entity *entity = catalogue_entity_of_code(command.app->catalogue, code);
    return entity ? entity : catalogue_entity(command.app->catalogue, code);
}

static const struct desk *desk_of_code(const char *line)
{
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (desk->code && strcmp(desk->code, line) == 0 && desk_allowed(command.app, desk))
            return desk;
    }
    return NULL;
}

/* A quick code; false: it is none. */
static bool run_line(const char *line)
{
    struct app_context *app = command.app;
    char code[32];
    const char *rest = "";
    line += strspn(line, " ");
    if (*line == '=') {
        run_sum(line);
        return true;
    }
    const struct desk *desk = desk_of_code(line);
    if (desk) {
        open_desk(app, desk, OPEN_TASK);
        return true;
    }
    const struct catalogue_entity *entity = split(line, code, &rest);
    if (!entity)
        return false;
    if (*rest == '+')
        open_new(app, entity, NULL, OPEN_TASK);
    else
        open_list(app, entity, *rest ? rest : NULL, OPEN_TASK);
    return true;
}

static void on_done(void *context, const struct palette_entry *entry, const char *line)
{
    (void)context;
    if (!line)
        return;
    if (entry && *line != '=')
        run_copy(command.items.items[entry->id]);
    else if (*line && !run_line(line))
        ui_say(command.app->ui, ROLE_ERROR, _("There is no such command: %s"), line);
}

/* ---- records ---- */

static void on_found(struct screen *screen, const struct answer *answer, void *context)
{
    const struct catalogue_entity *entity = context;
    const json_t *rows = json_object_get(answer->object, "rows");
    VEC(struct palette_entry) found = {0};
    command.asked = 0;
    command.items.count = MIN(command.items.count, command.fixed);
    for (size_t i = 0; !answer->code && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct item item = {.kind = KIND_RECORD, .entity = entity};
        const char *detail;
        const char *title = lookup_title(command.app, command.arena, entity, row, &detail);
        json_get_int(row, "id", &item.id);
        vec_push(&found, (struct palette_entry){(int64_t)command.items.count, title, detail, NULL, 0});
        vec_push(&command.items, item);
    }
    palette_found(command.app->ui, screen->id, found.items, found.count);
    vec_finish(&found);
}

static void on_typed(void *context, uint64_t id, const char *line)
{
    struct screen *screen = ui_find(command.app->ui, id);
    char code[32];
    const char *rest = "";
    (void)context;
    if (command.asked)
        ask_cancel(command.app, command.asked);
    command.asked = 0;
    palette_found(command.app->ui, id, NULL, 0);
    const struct catalogue_entity *entity = split(line, code, &rest);
    if (screen && entity && *rest && *rest != '+')
        command.asked = lookup_ask(command.app, screen, entity->name, rest, on_found, (void *)entity);
}

void command_open(struct app_context *app, const char *typed)
{
    static const struct palette_ops ops = {.done = on_done, .typed = on_typed};
    if (ui_find(app->ui, command.screen))
        return;
    if (!command.arena)
        command.arena = arena_create(0);
    arena_reset(command.arena);
    command.app = app;
    vec_clear(&command.items);
    vec_clear(&command.entries);
    add_desks();
    for (size_t i = 0; i < app->catalogue->count; i++)
        add_entity(app->catalogue->entities[i]);
    add_keys();
    add_tools();
    add_program();
    command.fixed = command.items.count;
    command.screen =
        palette_open(app->ui, _("Command"), command.entries.items, command.entries.count, &ops, NULL);
    if (*typed) {
        struct key key = key_text(typed);
        ui_key(app->ui, &key);
    }
}

/* ---- tasks ---- */

static void on_task(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    if (answer->key != K_ENTER)
        return;
    for (size_t i = 0; i < app->ui->tasks.count && app->ui->current != (size_t)answer->id; i++)
        ui_next_task(app->ui);
}

static void add_task(struct app_context *app, struct choices *choices, size_t index)
{
    const struct task *task = &app->ui->tasks.items[index];
    struct str title cleanup(cleanup_str), crumb cleanup(cleanup_str);
    str_init(&title, NULL);
    str_init(&crumb, NULL);
    for (size_t i = task->stack.count; i-- > 0 && !title.len;) {
        struct screen *screen = task->stack.items[i];
        if (screen->ops->title)
            screen->ops->title(screen, &title);
        if (screen->ops->crumb)
            screen->ops->crumb(screen, &crumb);
    }
    choices_add(choices, (int64_t)index, title.data, crumb.data);
}

void tasks_open(struct app_context *app)
{
    struct choices choices;
    size_t count = ui_task_count(app->ui);
    if (count <= 2) {
        ui_next_task(app->ui);
        return;
    }
    choices_init(&choices);
    for (size_t i = 1; i <= count; i++) /* the next one first: Ctrl-T Enter goes round */
        add_task(app, &choices, (app->ui->current + i) % count);
    dialog_choose(app->ui, _("Open tasks"), &choices, on_task, app);
    choices_finish(&choices);
}
