/* Pages made of the rows of entities, desks and tools: what they are, their codes, fields and actions. */
#include <string.h>

#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/choices_of.h"
#include "client/views/desk.h"
#include "client/views/tool.h"
#include "client/views/topics-private.h"
#include "model/catalogue.h"

static const char *label_of(const struct field *field)
{
    return field->label ? _(field->label) : field->name;
}

/* ---- fields ---- */

static void add_choices(struct app_context *app, const struct field *field, struct str *out)
{
    enum { SHOWN = 12 };
    const struct choice *choices = choices_of(field);
    size_t n = 0;
    if (field_type_of(field) == FIELD_BOOL)
        return;
    for (; choices[n].code && n < SHOWN; n++)
        str_addf(out, "%s%s", n ? ", " : "\n  ", choice_words(app, &choices[n]));
    if (n && choices[n].code)
        str_add(out, ", …");
}

/* "Phone (phone): Reaches the person at the car. Must be given." and the choices behind it. */
static void add_field(struct app_context *app, const struct field *field, struct help_lines *lines)
{
    struct str text;
    str_init(&text, lines->arena);
    str_addf(&text, "%s (%s)", label_of(field), field->name);
    if (field->help)
        str_addf(&text, ": %s", _(field->help));
    if (field->required)
        str_addf(&text, " %s", _("Must be given."));
    if (field->readonly)
        str_addf(&text, " %s", _("Nobody types it."));
    add_choices(app, field, &text);
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, field->ref);
    help_add(lines, text.data, K_NONE,
             entity ? arena_printf(lines->arena, "topic:entity:%s", entity->name) : NULL);
}

static void add_fields(struct app_context *app, const struct catalogue_entity *entity,
                       struct help_lines *lines)
{
    topic_add_heading(lines, _("Fields"));
    for (size_t i = 0; i < entity->nfields; i++)
        if (entity->fields[i].label && field_type_of(&entity->fields[i]) != FIELD_ID)
            add_field(app, &entity->fields[i], lines);
    help_add(lines, "", K_NONE, NULL);
}

/* ---- actions ---- */

static void add_states(struct app_context *app, const struct catalogue_entity *entity,
                       const struct catalogue_action *action, struct str *out)
{
    const struct field *column = action->state ? catalogue_field(entity, action->state) : NULL;
    if (!action->from[0] || strcmp(action->from[0], "*") == 0)
        return;
    str_add(out, "\n  ");
    for (size_t i = 0; action->from[i]; i++)
        str_addf(out, "%s%s", i ? ", " : "",
                 column ? choice_label(app, column, action->from[i]) : action->from[i]);
    if (action->to)
        str_addf(out, " → %s", column ? choice_label(app, column, action->to) : action->to);
}

static void add_action(struct app_context *app, const struct catalogue_entity *entity,
                       const struct catalogue_action *action, struct help_lines *lines)
{
    struct str text;
    const char *code = entity->code ? entity->code : entity->name;
    str_init(&text, lines->arena);
    if (action->key)
        str_addf(&text, "%c  %s", action->key, _(action->label));
    else
        str_add(&text, _(action->label));
    str_addf(&text, "  (%s … %s", code, action->name);
    for (size_t i = 0; i < action->nargs; i++)
        str_addf(&text, " %s", label_of(&action->args[i]));
    str_addf(&text, "%s%s)", action->reason ? " " : "", action->reason ? _("Reason") : "");
    if (action->help)
        str_addf(&text, "\n  %s", _(action->help));
    add_states(app, entity, action, &text);
    topic_add_text(lines, text.data);
}

static void add_actions(struct app_context *app, const struct catalogue_entity *entity,
                        struct help_lines *lines)
{
    if (!entity->nactions)
        return;
    topic_add_heading(lines, _("Actions"));
    for (size_t i = 0; i < entity->nactions; i++)
        add_action(app, entity, &entity->actions[i], lines);
    help_add(lines, "", K_NONE, NULL);
}

/* ---- pages ---- */

static void add_runs(struct app_context *app, const struct catalogue_entity *entity, struct help_lines *lines)
{
    struct arena *arena = lines->arena;
    const char *code = entity->code ? entity->code : entity->name;
    const char *quick = entity->quick ? arena_printf(arena, ", %s", entity->quick) : "";
    if (app_may(app, verb_of(entity->name, "list")))
        topic_add_link(
            lines,
            arena_printf(arena, "%s  (%s%s)", entity->plural ? _(entity->plural) : entity->name, code, quick),
            arena_printf(arena, "run:%s", code));
    if (app_may(app, verb_of(entity->name, "create")))
        topic_add_link(lines,
                       arena_printf(arena, "%s: %s  (%s+)", _("New"),
                                    entity->label ? _(entity->label) : entity->name, code),
                       arena_printf(arena, "run:%s+", code));
    help_add(lines, "", K_NONE, NULL);
}

bool topic_add_entity(struct app_context *app, const char *name, struct help_lines *lines)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    if (!entity)
        return false;
    topic_add_heading(lines, entity->plural ? _(entity->plural) : entity->name);
    topic_add_text(lines, entity->help ? _(entity->help) : NULL);
    help_add(lines, "", K_NONE, NULL);
    add_runs(app, entity, lines);
    add_actions(app, entity, lines);
    add_fields(app, entity, lines);
    return true;
}

bool topic_add_desk(struct app_context *app, const char *name, struct help_lines *lines)
{
    const struct desk *desk = desk_find(name);
    if (!desk || !desk_allowed(app, desk))
        return false;
    topic_add_heading(lines, _(desk->label));
    topic_add_text(lines, desk->help ? _(desk->help) : NULL);
    help_add(lines, "", K_NONE, NULL);
    if (desk->code)
        topic_add_link(lines, arena_printf(lines->arena, "%s  (%s)", _(desk->label), desk->code),
                       arena_printf(lines->arena, "run:%s", desk->code));
    return true;
}

static const char *places_of(const struct tool *tool)
{
    if (tool->places & TOOL_ANYWHERE)
        return _("Anywhere, by the command line (F2).");
    if (tool->places & TOOL_LIST && tool->places & TOOL_RECORD)
        return _("On lists and on records.");
    return tool->places & TOOL_LIST ? _("On lists.") : _("On records.");
}

bool topic_add_tool(struct app_context *app, const char *name, struct help_lines *lines)
{
    (void)app;
    for (size_t i = 0; i < tool_count(); i++) {
        const struct tool *tool = tool_at(i);
        char key[16];
        if (strcmp(tool->name, name) != 0)
            continue;
        topic_add_heading(lines, _(tool->label));
        topic_add_text(lines, tool->help ? _(tool->help) : NULL);
        help_add(lines, "", K_NONE, NULL);
        topic_add_text(lines, tool->key
                                  ? arena_printf(lines->arena, "%s  %s",
                                                 key_label(tool->key, key, sizeof(key)), places_of(tool))
                                  : places_of(tool));
        return true;
    }
    return false;
}
