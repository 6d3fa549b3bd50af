#include "client/views/start.h"

#include "client/ui/words.h"
#include "client/views/command.h"
#include "client/views/open.h"
#include "client/views/preference.h"
#include "client/views/tool.h"

static const struct desk *only_desk(const struct app_context *app)
{
    const struct desk *only = NULL;
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        if (!desk->open || desk->beside || !desk_allowed(app, desk))
            continue;
        if (only)
            return NULL;
        only = desk;
    }
    return only;
}

void start_open(struct app_context *app)
{
    const json_t *kept = preference_get(app, "settings", "", "start");
    const char *code = json_string_value(json_object_get(kept, "code"));
    const struct desk *only = only_desk(app);
    if (code && *code)
        command_run(app, code);
    else if (!kept && only && only->start)
        open_desk(app, only, OPEN_TASK);
}

/* From the menu itself: at the menu. */
static void choose(const struct subject *subject)
{
    struct app_context *app = subject->app;
    struct str code cleanup(cleanup_str);
    str_init(&code, NULL);
    if (subject->screen)
        command_code(app, subject->screen, &code);
    preference_set(app, "settings", "", "start", json_pack("{s:s}", "code", code.data), false);
    if (code.len)
        ui_say(app->ui, ROLE_GOOD, _("The program begins here from now on: %s"), code.data);
    else
        ui_say(app->ui, ROLE_GOOD, "%s", _("The program begins at the menu from now on"));
}

static const struct tool tools[] = {{
    .name = "start",
    .label = N_("Begin here after login"),
    .help = N_("What is on the screen now is opened after each login; chosen on the menu, the menu is."),
    .search = "start home first screen",
    .places = TOOL_ANYWHERE,
    .run = choose,
}};

void start_register(void)
{
    tool_register(tools, array_len(tools));
}
