#include "client/views/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "client/views/preference.h"

/* The newest first. */
static struct {
    VEC(struct recent) screens;
    VEC(char *) lines;
    char user[sizeof(((struct identity *)0)->user)]; /* whose it is */
    uint64_t screen;                                 /* noted last */
    bool read, changed;
} recent;

static void free_screen(size_t at)
{
    free(recent.screens.items[at].code);
    free(recent.screens.items[at].label);
}

static void forget(void)
{
    for (size_t i = 0; i < recent.screens.count; i++)
        free_screen(i);
    for (size_t i = 0; i < recent.lines.count; i++)
        free(recent.lines.items[i]);
    vec_finish(&recent.screens);
    vec_finish(&recent.lines);
    recent.screen = 0;
    recent.read = recent.changed = false;
}

static void add_screen(const char *code, const char *label)
{
    vec_push(&recent.screens, ((struct recent){memory_strdup(code), memory_strdup(label)}));
}

/* What was kept the last time stands behind what was done since. */
static void read_kept(struct app_context *app)
{
    const json_t *kept = preference_get(app, "settings", "", "recent"), *item;
    size_t i;
    if (recent.read || !kept)
        return;
    recent.read = true;
    json_array_foreach(json_object_get(kept, "screens"), i, item)
    {
        const char *code = json_string_value(json_array_get(item, 0));
        const char *label = json_string_value(json_array_get(item, 1));
        if (code && label && recent.screens.count < RECENT_SCREENS)
            add_screen(code, label);
    }
    json_array_foreach(json_object_get(kept, "lines"), i, item)
    {
        if (json_string_value(item) && recent.lines.count < RECENT_LINES)
            vec_push(&recent.lines, memory_strdup(json_string_value(item)));
    }
}

/* Another person's is not shown. */
static void look(struct app_context *app)
{
    if (strcmp(recent.user, app->who.user) != 0) {
        forget();
        memcpy(recent.user, app->who.user, sizeof(recent.user));
    }
    read_kept(app);
}

static void to_front_screen(size_t at)
{
    struct recent it = recent.screens.items[at];
    memmove(&recent.screens.items[1], recent.screens.items, at * sizeof(it));
    recent.screens.items[0] = it;
}

void recent_note(struct app_context *app, uint64_t screen, const char *code, const char *label)
{
    look(app);
    bool same = recent.screen == screen && recent.screens.count;
    if (!*code || !*label || (same && strcmp(recent.screens.items[0].code, code) == 0))
        return;
    /* The record has come, or the list is filtered another way: that is where one is. */
    if (same) {
        free_screen(0);
        recent.screens.count--;
        memmove(recent.screens.items, &recent.screens.items[1],
                recent.screens.count * sizeof(recent.screens.items[0]));
    }
    size_t at = 0;
    while (at < recent.screens.count && strcmp(recent.screens.items[at].code, code) != 0)
        at++;
    if (at == recent.screens.count)
        add_screen(code, label);
    to_front_screen(at);
    if (recent.screens.count > RECENT_SCREENS)
        free_screen(--recent.screens.count);
    recent.screen = screen;
    recent.changed = true;
}

void recent_typed(struct app_context *app, const char *line)
{
    look(app);
    size_t at = 0;
    while (at < recent.lines.count && strcmp(recent.lines.items[at], line) != 0)
        at++;
    if (at == recent.lines.count)
        vec_push(&recent.lines, memory_strdup(line));
    char *it = recent.lines.items[at];
    memmove(&recent.lines.items[1], recent.lines.items, at * sizeof(it));
    recent.lines.items[0] = it;
    if (recent.lines.count > RECENT_LINES)
        free(recent.lines.items[--recent.lines.count]);
    recent.changed = true;
}

const struct recent *recent_at(struct app_context *app, size_t index)
{
    look(app);
    return index < recent.screens.count ? &recent.screens.items[index] : NULL;
}

const char *recent_line(struct app_context *app, size_t index)
{
    look(app);
    return index < recent.lines.count ? recent.lines.items[index] : NULL;
}

void recent_keep(struct app_context *app)
{
    look(app);
    if (!recent.changed || !app->preferences)
        return;
    json_t *screens = json_array(), *lines = json_array();
    for (size_t i = 0; i < recent.screens.count; i++)
        json_array_append_new(
            screens, json_pack("[s, s]", recent.screens.items[i].code, recent.screens.items[i].label));
    for (size_t i = 0; i < recent.lines.count; i++)
        json_array_append_new(lines, json_string(recent.lines.items[i]));
    preference_set(app, "settings", "", "recent", json_pack("{s:o, s:o}", "screens", screens, "lines", lines),
                   false);
    recent.changed = false;
}
