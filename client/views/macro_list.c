/* Choosing a macro to replay, and managing them: shown as text, renamed, deleted. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/choices.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/macro-private.h"
#include "client/views/tool.h"
#include "wire/json.h"

const char *macro_keys(const struct preference *macro)
{
    const char *keys = "";
    json_get_text(macro->body, "keys", &keys);
    return keys;
}

const char *macro_code(const struct preference *macro)
{
    const char *code = "";
    json_get_text(macro->body, "code", &code);
    return code;
}

bool macro_find(struct app_context *app, const char *name, bool code, struct preference *out)
{
    for (size_t i = 0; preference_each(app, "macro", "", i, out); i++)
        if (strcmp(code ? macro_code(out) : out->name, name) == 0)
            return true;
    return false;
}

bool macro_run(struct app_context *app, const char *line)
{
    struct preference macro;
    bool named = *line == '@';
    line += named ? 1 + strspn(line + 1, " ") : 0;
    if (!*line || (!(named && macro_find(app, line, false, &macro)) && !macro_find(app, line, true, &macro)))
        return false;
    macro_play(app, macro.name, macro_keys(&macro));
    return true;
}

/* The ids of the choices are places in the list. */
static bool choose(struct app_context *app, const char *title, dialog_done *done)
{
    struct choices choices;
    struct preference macro;
    choices_init(&choices);
    for (size_t i = 0; preference_each(app, "macro", "", i, &macro); i++)
        choices_add(&choices, (int64_t)i, macro.name, *macro_code(&macro) ? macro_code(&macro) : NULL);
    bool any = choices.items.count;
    if (any)
        dialog_choose(app->ui, title, &choices, done, app);
    else
        ui_say(app->ui, ROLE_DIM, "%s", _("There are no macros yet: Ctrl-R records one"));
    choices_finish(&choices);
    return any;
}

static void on_play(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    struct preference macro;
    if (answer->key == K_ENTER && preference_each(app, "macro", "", (size_t)answer->id, &macro))
        macro_play(app, macro.name, macro_keys(&macro));
}

void macro_choose(struct app_context *app)
{
    if (!macro_playing())
        choose(app, _("Replay a macro"), on_play);
}

/* ---- managing ---- */

/* The one that is looked at: by name, since another session may change the list meanwhile. */
static char managed[256];

static bool find_managed(struct app_context *app, struct preference *out)
{
    return macro_find(app, managed, false, out);
}

static void on_renamed(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    struct preference macro;
    if (answer->key != K_ENTER || !find_managed(app, &macro) || strcmp(answer->text, macro.name) == 0)
        return;
    int64_t id = macro.id;
    preference_set(app, "macro", "", answer->text, json_deep_copy(macro.body), macro.shared);
    preference_remove(app, id);
}

static void rename_macro(struct app_context *app)
{
    dialog_ask(app->ui,
               &(struct dialog_ask){.title = _("Rename"),
                                    .label = _("Name"),
                                    .kind = INPUT_TEXT,
                                    .max = 60,
                                    .required = true,
                                    .value = managed},
               on_renamed, app);
}

static void on_delete(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    struct preference macro;
    if (answer->key == 'y' && find_managed(app, &macro))
        preference_remove(app, macro.id);
}

static void on_manage(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    struct preference macro;
    if (!find_managed(app, &macro))
        return;
    switch (answer->key) {
    case 'p': macro_play(app, macro.name, macro_keys(&macro)); break;
    case 'r': rename_macro(app); break;
    case 'd':
        dialog_yes_no(app->ui, macro.name, _("Delete this? It cannot be brought back."), true, on_delete,
                      app);
        break;
    default: break;
    }
}

/* Its keys stand in the question. */
static void on_look(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    struct preference macro;
    struct dialog_button buttons[] = {{'p', _("Replay")}, {'r', _("Rename")}, {'d', _("Delete")}};
    if (answer->key != K_ENTER || !preference_each(app, "macro", "", (size_t)answer->id, &macro))
        return;
    snprintf(managed, sizeof(managed), "%s", macro.name);
    dialog_confirm(app->ui, macro.name, macro_keys(&macro), buttons, macro.mine ? 3 : 1, false, on_manage,
                   app);
}

static void run_manage(const struct subject *subject)
{
    choose(subject->app, _("Macros"), on_look);
}

static void run_record(const struct subject *subject)
{
    macro_toggle(subject->app);
}

static const struct tool tools[] = {
    {.name = "record",
     .label = N_("Record a macro"),
     .help = N_("Keys typed from now on are kept, until Ctrl-R is pressed again. Passwords are not."),
     .search = "macro Ctrl-R",
     .places = TOOL_ANYWHERE,
     .run = run_record},
    {.name = "macros",
     .label = N_("Macros"),
     .help = N_("Those that are kept: replayed with @, shown as text, renamed, deleted."),
     .search = "replay @",
     .places = TOOL_ANYWHERE,
     .run = run_manage},
};

void macro_register(void)
{
    tool_register(tools, array_len(tools));
}
