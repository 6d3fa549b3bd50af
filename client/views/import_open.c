/* An import is begun: its file is asked for, and what was left in the middle is gone on with. */
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/import-private.h"
#include "client/views/open.h"
#include "client/views/path.h"
#include "client/views/prompt.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/views.h"

enum prompts { PATH, VIEW };

static const struct prompt prompts[VIEW + 1];

static void keep(struct app_context *app, uint64_t screen, enum prompts prompt,
                 const struct catalogue_entity *entity)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    prompt_keep(
        app, screen, &prompts[prompt],
        arena_printf(arena, "%s · %s", _("Import"), entity->plural ? _(entity->plural) : entity->name),
        json_pack("{s:s}", "entity", entity->name));
}

static struct import_view *open_view(struct app_context *app, const struct catalogue_entity *entity,
                                     const char *path)
{
    struct import_view *view = import_open(app, entity, path);
    keep(app, view->screen.id, VIEW, entity);
    return view;
}

static void begin(struct screen *below, const char *path, void *context)
{
    struct subject *asked = context;
    (void)below;
    open_view(asked->app, asked->entity, path);
    free(asked);
}

static void cancelled(void *context)
{
    free(context);
}

static void ask_path(const struct subject *subject, const char *typed)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct subject *kept = memory_alloc(sizeof(*kept));
    *kept = *subject;
    uint64_t box =
        path_ask(subject->app, subject->screen, _("Import"),
                 text_fill(arena, _("{list}: a CSV file or a spreadsheet (XLSX), its first row the titles."),
                           "list", _(subject->entity->plural), NULL),
                 typed, PATH_TO_READ, begin, cancelled, kept);
    keep(subject->app, box, PATH, subject->entity);
}

static void import_run(const struct subject *subject)
{
    ask_path(subject, NULL);
}

static bool may(const struct subject *subject)
{
    return app_may(subject->app, verb_of(subject->entity->name, "create"));
}

/* ---- gone on with */

static const struct catalogue_entity *entity_of(struct app_context *app, const json_t *about)
{
    const char *name = "";
    json_get_text(about, "entity", &name);
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    return entity && app_may(app, verb_of(name, "create")) ? entity : NULL;
}

static bool path_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    struct subject subject = {.app = app, .entity = entity_of(app, about)};
    if (!subject.entity || !app_may(app, verb_of(subject.entity->name, "list")))
        return false;
    list_open(app, subject.entity, NULL);
    subject.screen = ui_top(app->ui);
    ask_path(&subject, prompt_text(typed));
    return true;
}

/* Which columns go where, what is skipped: not much, but somebody thought about it. */
static json_t *view_typed(struct screen *screen)
{
    struct import_view *view = import_view_of(screen);
    bool asked =
        view->step == IMPORT_MAPPING || view->step == IMPORT_CHECKING || view->step == IMPORT_CHECKED;
    return asked && view->columns
               ? json_pack("{s:s, s:o, s:s, s:s}", "path", view->path, "mapping", import_mapping(view), "bad",
                           view->bad, "duplicates", view->duplicates)
               : NULL;
}

static void take_text(const json_t *typed, const char *name, char **text)
{
    const char *value = json_string_value(json_object_get(typed, name));
    if (!value)
        return;
    free(*text);
    *text = memory_strdup(value);
}

static bool view_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    const struct catalogue_entity *entity = entity_of(app, about);
    const char *path = json_string_value(json_object_get(typed, "path"));
    if (!entity || !path || access(path, R_OK) < 0)
        return false;
    struct import_view *view = open_view(app, entity, path);
    view->kept = json_deep_copy(json_object_get(typed, "mapping"));
    take_text(typed, "bad", &view->bad);
    take_text(typed, "duplicates", &view->duplicates);
    return true;
}

static const struct prompt prompts[] = {
    [PATH] = {"import.path", prompt_line, path_again},
    [VIEW] = {"import", view_typed, view_again},
};

static const struct tool tools[] = {
    {
        .name = "import",
        .label = N_("Import"),
        .help = N_("Makes records of the rows of a file: CSV or XLSX."),
        .search = "upload csv xlsx excel daoru",
        .key = 'I',
        .priority = 43,
        .places = TOOL_LIST,
        .may = may,
        .run = import_run,
    },
};

void import_view_register(void)
{
    tool_register(tools, array_len(tools));
    prompt_register(prompts, array_len(prompts));
    import_language_register();
}
