/* Tab on the command line: the code of what is under the cursor; behind a code the names of fields and actions, and the codes of choices. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/views/choices_of.h"
#include "client/views/command-private.h"

struct candidates {
    VEC(const char *) items;
};

static void offer(struct candidates *candidates, const char *typed, const char *text)
{
    if (text && strncmp(text, typed, strlen(typed)) == 0)
        vec_push(&candidates->items, text);
}

static size_t common(const struct candidates *candidates)
{
    size_t len = strlen(candidates->items.items[0]);
    for (size_t i = 1; i < candidates->items.count; i++)
        for (size_t n = 0; n < len; n++)
            if (candidates->items.items[i][n] != candidates->items.items[0][n])
                len = n;
    return len;
}

/* The start of the line, and as much of the word as is certain; several are named on the message line. */
static const char *finish(struct candidates *candidates, const char *line, size_t start, const char *behind)
{
    const char *typed = line + start, *result = NULL;
    size_t count = candidates->items.count, len = count ? common(candidates) : 0;
    if (count == 1) {
        result =
            arena_printf(command.arena, "%.*s%s%s", (int)start, line, candidates->items.items[0], behind);
    } else if (count && len > strlen(typed)) {
        result =
            arena_printf(command.arena, "%.*s%.*s", (int)start, line, (int)len, candidates->items.items[0]);
    } else if (count) {
        struct str names;
        str_init(&names, command.arena);
        for (size_t i = 0; i < count; i++)
            str_addf(&names, "%s%s", i ? "  " : "", candidates->items.items[i]);
        ui_say(command.app->ui, ROLE_DIM, "%s", names.data);
    }
    vec_finish(&candidates->items);
    return result;
}

static const char *complete_choice(const struct field *field, const char *line, size_t start)
{
    struct candidates candidates = {0};
    const struct choice *choices = choices_of(field);
    for (size_t i = 0; choices[i].code; i++)
        if (!choices[i].disabled)
            offer(&candidates, line + start, choices[i].code);
    return finish(&candidates, line, start, " ");
}

static const char *complete_new(const struct catalogue_entity *entity, const char *line, size_t start)
{
    struct candidates candidates = {0};
    for (size_t i = 0; i < entity->nfields; i++)
        if (!entity->fields[i].readonly && entity->fields[i].type != FIELD_LINES)
            offer(&candidates, line + start, entity->fields[i].name);
    return finish(&candidates, line, start, "=");
}

static const char *complete_argument(const struct catalogue_action *action, const char *line, size_t start)
{
    struct candidates candidates = {0};
    for (size_t i = 0; i < action->nargs; i++)
        offer(&candidates, line + start, action->args[i].name);
    if (action->reason)
        offer(&candidates, line + start, "reason");
    return finish(&candidates, line, start, "=");
}

/* The first word may be a field to filter by; behind the part of a record an action may follow, too. */
static const char *complete_list(const struct catalogue_entity *entity, const char *line, size_t start,
                                 bool first)
{
    struct candidates candidates = {0};
    for (size_t i = 0; i < entity->nfields; i++)
        offer(&candidates, line + start, entity->fields[i].name);
    size_t fields = candidates.items.count;
    for (size_t i = 0; !first && i < entity->nactions; i++)
        offer(&candidates, line + start, entity->actions[i].name);
    return finish(&candidates, line, start, fields ? "=" : " ");
}

static const struct field *field_named(const struct quick *quick, const char *name)
{
    const struct field *field = quick->action ? quick_arg_field(quick->action, name) : NULL;
    return field ? field : catalogue_field_guess(quick->entity, name);
}

const char *command_complete(const struct command_item *item, const char *line)
{
    struct quick quick;
    const char *last = strrchr(line, ' ');
    if (item)
        return item->line ? arena_printf(command.arena, "%s%s", item->line, item->desk ? "" : " ") : NULL;
    if (!last)
        return quick_parse(command.app->catalogue, line, command.arena, &quick)
                   ? arena_printf(command.arena, "%s ", line)
                   : NULL;
    size_t start = (size_t)(last + 1 - line);
    const char *equals = strchr(line + start, '=');
    const char *before = arena_strndup(command.arena, line, start);
    if (quick_parse(command.app->catalogue, before, command.arena, &quick) == QUICK_NONE ||
        quick.kind == QUICK_SUM)
        return NULL;
    if (equals) {
        const char *name = arena_strndup(command.arena, line + start, (size_t)(equals - line) - start);
        const struct field *field = field_named(&quick, name);
        return field ? complete_choice(field, line, (size_t)(equals + 1 - line)) : NULL;
    }
    if (quick.kind == QUICK_NEW)
        return complete_new(quick.entity, line, start);
    if (quick.kind == QUICK_ACTION)
        return complete_argument(quick.action, line, start);
    return complete_list(quick.entity, line, start, quick.kind == QUICK_LIST && !*quick.filter);
}
