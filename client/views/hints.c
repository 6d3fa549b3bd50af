#include "client/views/hints.h"

#include <string.h>

#include "client/ui/words.h"
#include "client/views/preference.h"
#include "client/views/settings.h"
#include "client/views/tool.h"

enum { TIMES = 2 };

static const struct {
    const char *screen; /* ops->name */
    const char *text;
} hints[] = {
    {"menu", N_("Type letters of what you look for, or F2 from anywhere. F1 is help.")},
    {"list", N_("/ filters, Space marks, ? shows the keys valid now.")},
    {"form", N_("Enter edits, F10 saves, F11: history. The code at the right leads here again.")},
    {"palette", N_("Names, codes, records, sums (=12*3). Tab completes; Up: what was typed before.")},
    {"history", N_("Each line is one change: who, when, and what it was before.")},
    {"call", N_("Begin with the phone: what is known fills itself in. F10 saves the order.")},
    {"dispatch", N_("The digits send a vehicle to the order at the cursor; letters take its next step.")},
};

static struct {
    const struct screen *screen; /* looked at last, only compared … */
    uint64_t id;                 /* … with its id */
} last;

static const char *hint_of(const char *screen)
{
    for (size_t i = 0; i < array_len(hints); i++)
        if (strcmp(hints[i].screen, screen) == 0)
            return hints[i].text;
    return NULL;
}

static void count(struct app_context *app, const json_t *kept, const char *screen, json_int_t times)
{
    json_t *body = kept ? json_deep_copy(kept) : json_object();
    json_t *seen = json_object_get(body, "seen");
    if (!json_is_object(seen)) {
        seen = json_object();
        json_object_set_new(body, "seen", seen);
    }
    json_object_set_new(seen, screen, json_integer(times));
    preference_set(app, "hints", "", "", body, false);
}

void hints_show(struct app_context *app, const struct screen *screen)
{
    const char *hint = hint_of(screen->ops->name);
    if (last.screen == screen && last.id == screen->id)
        return;
    last.screen = screen;
    last.id = screen->id;
    if (!hint || *app->ui->status.message || !*app->who.user)
        return;
    const json_t *kept = preference_get(app, "hints", "", "");
    json_int_t times = json_integer_value(json_object_get(json_object_get(kept, "seen"), screen->ops->name));
    if (times >= TIMES || settings_get(app).no_hints)
        return;
    ui_say(app->ui, ROLE_DIM, "%s", _(hint));
    count(app, kept, screen->ops->name, times + 1);
}

/* Turned on again they begin anew. */
static void turn(const struct subject *subject)
{
    struct app_context *app = subject->app;
    const json_t *kept = preference_get(app, "settings", "", "");
    json_t *body = kept ? json_deep_copy(kept) : json_object();
    bool off = settings_get(app).no_hints;
    json_object_set_new(body, "hints", json_boolean(off));
    preference_set(app, "settings", "", "", body, false);
    if (off)
        preference_set(app, "hints", "", "", json_object(), false);
    ui_say(app->ui, ROLE_GOOD, "%s", off ? _("Hints are shown again") : _("No more hints"));
}

static const struct tool tools[] = {{
    .name = "hints",
    .label = N_("Hints on or off"),
    .help = N_("A short line when a kind of screen is opened for the first two times."),
    .search = "hints tips",
    .places = TOOL_ANYWHERE,
    .run = turn,
}};

void hints_register(void)
{
    tool_register(tools, array_len(tools));
}
