/* What the command line offers before anything is typed: what was open last, desks, lists, keys of the screen below, tools. */
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/command-private.h"
#include "client/views/preference.h"
#include "client/views/quick_show.h"
#include "client/views/recent.h"
#include "client/views/tool.h"
#include "client/views/topics.h"
#include "wire/json.h"

/* Of what fits as well, this is the order. */
enum {
    WEIGHT_RECENT = 60,
    WEIGHT_DESK = 30,
    WEIGHT_LIST = 20,
    WEIGHT_KEY = 15,
    WEIGHT_FILTER = 12,
    WEIGHT_NEW = 10,
    WEIGHT_TOOL = 5,
    WEIGHT_TOPIC = -1,
    WEIGHT_PROGRAM = 0
};

void command_add(const struct command_item *item, const char *text, const char *detail, const char *search,
                 int weight)
{
    vec_push(&command.entries, ((struct palette_entry){.id = (int64_t)command.items.count,
                                                       .text = text,
                                                       .detail = detail,
                                                       .search = search,
                                                       .weight = weight}));
    vec_push(&command.items, *item);
}

/* What was open last, without what is open now. */
static void add_recent(void)
{
    const struct recent *recent;
    struct screen *top = ui_top(command.app->ui);
    struct str here;
    str_init(&here, command.arena);
    if (top)
        quick_of_screen(command.app, top, &here);
    for (size_t i = 0; (recent = recent_at(command.app, i)); i++) {
        if (strcmp(recent->code, here.data) == 0)
            continue;
        const char *line = arena_strdup(command.arena, recent->code);
        command_add(&(struct command_item){.kind = COMMAND_LINE, .line = line},
                    arena_strdup(command.arena, recent->label), line, line, WEIGHT_RECENT - (int)i);
    }
}

/* A list or a desk that was open last stands there already. */
static bool is_recent(const char *line)
{
    for (size_t i = 0; line && i < command.items.count; i++)
        if (command.items.items[i].line && strcmp(command.items.items[i].line, line) == 0)
            return true;
    return false;
}

static void add_entity(const struct catalogue_entity *entity)
{
    struct arena *arena = command.arena;
    const char *label = entity->label ? _(entity->label) : entity->name;
    const char *plural = entity->plural ? _(entity->plural) : label;
    const char *code = entity->code ? entity->code : entity->name;
    const char *quick = entity->quick ? entity->quick : "";
    if (entity->hidden)
        return;
    if (!is_recent(code) && app_may(command.app, verb_of(entity->name, "list")))
        command_add(&(struct command_item){.kind = COMMAND_LINE, .line = code}, arena_strdup(arena, plural),
                    code,
                    arena_printf(arena, "%s %s %s %s", code, quick, entity->name,
                                 entity->plural ? entity->plural : ""),
                    WEIGHT_LIST);
    if (app_may(command.app, verb_of(entity->name, "create"))) {
        const char *line = arena_printf(arena, "%s+", code);
        command_add(&(struct command_item){.kind = COMMAND_LINE, .line = line},
                    arena_printf(arena, "%s: %s", _("New"), label), line,
                    arena_printf(arena, "%s+ %s+ new %s", code, quick, entity->name), WEIGHT_NEW);
    }
}

static void add_desks(void)
{
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (desk->open && !is_recent(desk->code) && desk_allowed(command.app, desk))
            command_add(&(struct command_item){.kind = COMMAND_DESK, .desk = desk, .line = desk->code},
                        _(desk->label), desk->code,
                        arena_printf(command.arena, "%s %s %s", desk->code ? desk->code : "", desk->name,
                                     desk->label),
                        WEIGHT_DESK);
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
        command_add(&(struct command_item){.kind = COMMAND_KEY, .key = hint->code},
                    arena_strdup(command.arena, hint->label),
                    arena_strdup(command.arena, key_label(hint->code, name, sizeof(name))), NULL, WEIGHT_KEY);
    vec_finish(&bar.hints);
}

static void add_program(void)
{
    static const struct {
        enum command_program program;
        const char *text, *search;
    } rows[] = {
        {PROGRAM_PASSWORD, N_("Change password"), "password"},
        {PROGRAM_LANGUAGE, N_("Another language"), "language yuyan"},
        {PROGRAM_LOGOUT, N_("Lock: log out, keep what is open"), "lock logout"},
        {PROGRAM_QUIT, N_("Leave Yizhan"), "quit exit leave"},
    };
    for (size_t i = 0; i < array_len(rows); i++)
        command_add(&(struct command_item){.kind = COMMAND_PROGRAM, .program = rows[i].program},
                    _(rows[i].text), NULL, rows[i].search, WEIGHT_PROGRAM);
}

/* Those under a key are among the keys of the screen below. */
static void add_tools(void)
{
    struct subject subject = subject_of(command.app, ui_top(command.app->ui));
    for (size_t i = 0; i < tool_count(); i++) {
        const struct tool *tool = tool_at(i);
        bool listed = tool->key && !(tool->places & TOOL_ANYWHERE);
        if (!listed && tool_fits(tool, &subject))
            command_add(&(struct command_item){.kind = COMMAND_TOOL, .tool = tool}, _(tool->label), NULL,
                        arena_printf(command.arena, "%s %s %s", tool->name, tool->search ? tool->search : "",
                                     tool->label),
                        WEIGHT_TOOL);
    }
}

/* Saved filters, one's own and those that are shared. */
static void add_filters(void)
{
    struct preference saved;
    for (size_t i = 0; preference_each(command.app, "filter", NULL, i, &saved); i++) {
        const struct catalogue_entity *entity = catalogue_entity(command.app->catalogue, saved.about);
        const char *line = json_string_value(json_object_get(saved.body, "line"));
        if (!entity || !line || !app_may(command.app, verb_of(entity->name, "list")))
            continue;
        const char *code =
            arena_printf(command.arena, "%s %s", entity->code ? entity->code : entity->name, line);
        command_add(&(struct command_item){.kind = COMMAND_LINE, .line = code},
                    arena_printf(command.arena, "%s: %s", entity->plural ? _(entity->plural) : entity->name,
                                 saved.name),
                    code, entity->name, WEIGHT_FILTER);
    }
}

static void add_macros(void)
{
    struct preference macro;
    const char *code;
    for (size_t i = 0; preference_each(command.app, "macro", "", i, &macro); i++) {
        const char *line = arena_printf(command.arena, "@%s", macro.name);
        if (json_get_text(macro.body, "code", &code) != JSON_GET_FOUND || !*code)
            code = line;
        code = arena_strdup(command.arena, code);
        command_add(&(struct command_item){.kind = COMMAND_LINE, .line = line},
                    arena_printf(command.arena, "@ %s", macro.name), code, code, WEIGHT_FILTER);
    }
}

static void add_topics(void)
{
    struct topic topic;
    for (size_t i = 0; topic_at(command.app, command.arena, i, &topic); i++)
        command_add(&(struct command_item){.kind = COMMAND_TOPIC, .topic = topic.name},
                    arena_printf(command.arena, "%s: %s", _("Help"), topic.title), "F1", "help",
                    WEIGHT_TOPIC);
}

void command_add_items(void)
{
    add_recent();
    add_desks();
    for (size_t i = 0; i < command.app->catalogue->count; i++)
        add_entity(command.app->catalogue->entities[i]);
    add_keys();
    add_filters();
    add_macros();
    add_tools();
    add_program();
    add_topics();
}
