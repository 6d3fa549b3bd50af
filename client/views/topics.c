#include "client/views/topics.h"

#include <string.h>

#include "client/ui/words.h"
#include "client/views/command.h"
#include "client/views/desk.h"
#include "client/views/tool.h"
#include "client/views/topics-private.h"
#include "model/catalogue.h"

void topic_add_heading(struct help_lines *lines, const char *text)
{
    help_add(lines, arena_printf(lines->arena, "# %s", text), K_NONE, NULL);
}

void topic_add_text(struct help_lines *lines, const char *text)
{
    if (text && *text)
        help_add(lines, text, K_NONE, NULL);
}

void topic_add_link(struct help_lines *lines, const char *text, const char *link)
{
    help_add(lines, arena_printf(lines->arena, "→ %s", text), K_NONE, link);
}

/* ---- which there are ---- */

static bool text_topic(size_t index, struct topic *topic_r)
{
    const struct topic_text *text = topic_text_at(index);
    *topic_r = (struct topic){text->name, _(text->title)};
    return true;
}

static bool desk_topic(struct app_context *app, struct arena *arena, size_t *index, struct topic *topic_r)
{
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (!desk_allowed(app, desk) || (*index)--)
            continue;
        *topic_r = (struct topic){arena_printf(arena, "desk:%s", desk->name), _(desk->label)};
        return true;
    }
    return false;
}

static bool entity_topic(struct app_context *app, struct arena *arena, size_t *index, struct topic *topic_r)
{
    for (size_t i = 0; i < app->catalogue->count; i++) {
        const struct catalogue_entity *entity = app->catalogue->entities[i];
        if (entity->hidden || (*index)--)
            continue;
        *topic_r = (struct topic){arena_printf(arena, "entity:%s", entity->name),
                                  entity->plural ? _(entity->plural) : entity->name};
        return true;
    }
    return false;
}

bool topic_at(struct app_context *app, struct arena *arena, size_t index, struct topic *topic_r)
{
    if (index < topic_text_count())
        return text_topic(index, topic_r);
    index -= topic_text_count();
    if (desk_topic(app, arena, &index, topic_r) || entity_topic(app, arena, &index, topic_r))
        return true;
    if (index >= tool_count())
        return false;
    const struct tool *tool = tool_at(index);
    *topic_r = (struct topic){arena_printf(arena, "tool:%s", tool->name), _(tool->label)};
    return true;
}

/* ---- opening ---- */

static const char *const groups[][2] = {
    {"", N_("Yizhan")}, {"desk:", N_("Desks")}, {"entity:", N_("Screens")}, {"tool:", N_("Tools")}};

static bool in_group(const char *name, const char *group)
{
    return *group ? strncmp(name, group, strlen(group)) == 0 : !strchr(name, ':');
}

static void add_index(struct app_context *app, struct help_lines *lines)
{
    struct topic topic;
    for (size_t g = 0; g < array_len(groups); g++) {
        topic_add_heading(lines, _(groups[g][1]));
        for (size_t i = 0; topic_at(app, lines->arena, i, &topic); i++)
            if (in_group(topic.name, groups[g][0]) && strcmp(topic.name, "index") != 0)
                topic_add_link(lines, topic.title, arena_printf(lines->arena, "topic:%s", topic.name));
    }
}

static bool add_text_page(struct app_context *app, const char *name, struct help_lines *lines)
{
    for (size_t i = 0; i < topic_text_count(); i++) {
        const struct topic_text *text = topic_text_at(i);
        if (strcmp(text->name, name) != 0)
            continue;
        topic_add_heading(lines, _(text->title));
        for (size_t p = 0; text->paragraphs && text->paragraphs[p]; p++) {
            help_add(lines, "", K_NONE, NULL);
            topic_add_text(lines, _(text->paragraphs[p]));
        }
        help_add(lines, "", K_NONE, NULL);
        if (strcmp(name, "index") == 0)
            add_index(app, lines);
        if (strcmp(name, "words") == 0)
            topic_add_words(app, lines);
        return true;
    }
    return false;
}

static bool add_page(struct app_context *app, const char *name, struct help_lines *lines)
{
    static const struct {
        const char *prefix;
        bool (*add)(struct app_context *app, const char *name, struct help_lines *lines);
    } kinds[] = {{"entity:", topic_add_entity}, {"desk:", topic_add_desk}, {"tool:", topic_add_tool}};
    for (size_t i = 0; i < array_len(kinds); i++) {
        size_t n = strlen(kinds[i].prefix);
        if (strncmp(name, kinds[i].prefix, n) == 0)
            return kinds[i].add(app, name + n, lines);
    }
    return add_text_page(app, name, lines);
}

bool topic_open(struct app_context *app, const char *name)
{
    struct help_lines lines = {.arena = arena_create(0)};
    bool found = add_page(app, name, &lines);
    if (found && strcmp(name, "index") != 0) {
        help_add(&lines, "", K_NONE, NULL);
        topic_add_link(&lines, _("All topics"), "topic:index");
    }
    if (found)
        help_open(app->ui, _("Help"), lines.lines.items, lines.lines.count);
    vec_finish(&lines.lines);
    arena_destroy(lines.arena);
    return found;
}

/* ---- from a screen ---- */

void topic_more(struct app_context *app, struct screen *screen, struct help_lines *lines)
{
    struct subject subject = subject_of(app, screen);
    const struct desk *desk = desk_find(screen->ops->name);
    struct str code;
    str_init(&code, lines->arena);
    command_code(app, screen, &code);
    help_add(lines, "", K_NONE, NULL);
    topic_add_heading(lines, _("More"));
    if (code.len)
        topic_add_text(lines,
                       arena_printf(lines->arena, _("On the command line (F2) this is: %s"), code.data));
    if (desk)
        topic_add_link(lines, _(desk->label), arena_printf(lines->arena, "topic:desk:%s", desk->name));
    if (subject.entity)
        topic_add_link(lines, subject.entity->plural ? _(subject.entity->plural) : subject.entity->name,
                       arena_printf(lines->arena, "topic:entity:%s", subject.entity->name));
    topic_add_link(lines, _("Words of the business"), "topic:words");
    topic_add_link(lines, _("All topics"), "topic:index");
}

void topic_follow(struct app_context *app, const char *link)
{
    bool good = false;
    if (strncmp(link, "topic:", 6) == 0)
        good = topic_open(app, link + 6);
    else if (strncmp(link, "run:", 4) == 0)
        good = command_run(app, link + 4);
    if (!good)
        ui_say(app->ui, ROLE_ERROR, "%s", _("You have no right to do this"));
}
