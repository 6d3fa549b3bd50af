#include "client/views/tool.h"

#include <stdlib.h>

#include "client/ui/key.h"
#include "client/ui/status.h"
#include "client/ui/words.h"

struct looker {
    const struct screen_ops *ops;
    void (*look)(struct screen *screen, struct subject *subject_r);
};

static VEC(const struct tool *) tools;
static VEC(struct looker) lookers;

static bool clash(const struct tool *a, const struct tool *b)
{
    return a->key && a->key == b->key && a->places & b->places;
}

static bool is_registered(const struct tool *tool)
{
    for (size_t i = 0; i < tools.count; i++)
        if (tools.items[i] == tool)
            return true;
    return false;
}

void tool_register(const struct tool rows[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_registered(&rows[i]))
            continue;
        vec_each(const struct tool *, other, &tools)
        {
            if (clash(&rows[i], *other))
                abort(); /* a mistake in the rows, seen at the first start */
        }
        vec_push(&tools, &rows[i]);
    }
}

size_t tool_count(void)
{
    return tools.count;
}

const struct tool *tool_at(size_t index)
{
    return tools.items[index];
}

bool tool_fits(const struct tool *tool, const struct subject *subject)
{
    bool placed = (tool->places & TOOL_LIST && subject->rows) ||
                  (tool->places & TOOL_RECORD && subject->id) || tool->places & TOOL_ANYWHERE;
    return placed && (!tool->may || tool->may(subject));
}

void subject_register(const struct screen_ops *ops,
                      void (*look)(struct screen *screen, struct subject *subject_r))
{
    vec_push(&lookers, (struct looker){ops, look});
}

struct subject subject_of(struct app_context *app, struct screen *screen)
{
    struct subject subject = {.app = app, .screen = screen};
    vec_each(const struct looker, looker, &lookers)
    {
        if (screen && looker->ops == screen->ops)
            looker->look(screen, &subject);
    }
    return subject;
}

static bool keyed(const struct tool *tool, const struct subject *subject)
{
    return tool->key && tool->places & (TOOL_LIST | TOOL_RECORD) && tool_fits(tool, subject);
}

unsigned tool_key(const struct subject *subject, const struct key *key)
{
    for (size_t i = 0; i < tools.count; i++) {
        if (tools.items[i]->key != key->code || !keyed(tools.items[i], subject))
            continue;
        tools.items[i]->run(subject);
        return SCREEN_REDRAW;
    }
    return SCREEN_UNUSED;
}

void tool_keys(const struct subject *subject, struct key_bar *bar)
{
    for (size_t i = 0; i < tools.count; i++)
        if (keyed(tools.items[i], subject))
            key_bar_add(bar, tools.items[i]->key, _(tools.items[i]->label),
                        tools.items[i]->priority ? tools.items[i]->priority : 60);
}
