/* What is typed to filter a list by, in its line or as a form, kept on disk and gone on with. */
#include <string.h>

#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/filter_form-private.h"
#include "client/views/list-private.h"
#include "client/views/list_tools.h"
#include "client/views/open.h"
#include "client/views/prompt.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "wire/json.h"

/* The list that is about, opened; NULL: it cannot be. */
static struct list *open_about(struct app_context *app, const json_t *about)
{
    const char *name = "";
    json_get_text(about, "entity", &name);
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    if (!entity || !app_may(app, verb_of(name, "list")))
        return NULL;
    list_open(app, entity, NULL);
    return list_of_rows(ui_top(app->ui));
}

static void keep(struct app_context *app, uint64_t screen, const struct prompt *prompt,
                 const struct catalogue_entity *entity)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    prompt_keep(
        app, screen, prompt,
        arena_printf(arena, "%s · %s", entity->plural ? _(entity->plural) : entity->name, _("Filter")),
        json_pack("{s:s}", "entity", entity->name));
}

/* ---- the line ---- */

/* A word is typed again sooner than it is found. */
static json_t *line_typed(struct screen *screen)
{
    const struct list *list = list_of(screen);
    const char *line = list->typing == LIST_FILTER ? input_text(&list->input) : "";
    bool other = strchr(line, ' ') && strcmp(line, list->rows.line) != 0;
    return other ? json_string(line) : NULL;
}

static bool line_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    struct list *list = open_about(app, about);
    if (!list)
        return false;
    list_line_open(list, LIST_FILTER);
    input_set(&list->input, prompt_text(typed));
    return true;
}

static const struct prompt line_prompt = {"list.line", line_typed, line_again};

void list_keep_line(struct list *list)
{
    keep(list->app, list->screen.id, &line_prompt, list->entity);
}

/* ---- the form ---- */

static json_t *form_typed(struct screen *screen)
{
    struct filter_form *form = filter_form_of(screen);
    struct str line cleanup(cleanup_str);
    str_init(&line, NULL);
    filter_form_line(form, &line);
    bool other = strcmp(line.data, form->rows->line) != 0 || (form->sheet.editing && form->sheet.edited);
    return other ? json_pack("{s:s, s:o}", "line", line.data, "sheet", sheet_save(&form->sheet)) : NULL;
}

static bool form_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    struct list *list = open_about(app, about);
    const char *line = "";
    json_get_text(typed, "line", &line);
    if (!list)
        return false;
    filter_form_open(&list->rows, line);
    struct screen *top = ui_top(app->ui);
    if (top == &list->screen)
        return false;
    sheet_restore(&filter_form_of(top)->sheet, json_object_get(typed, "sheet"));
    return true;
}

static const struct prompt form_prompt = {"list.filter", form_typed, form_again};

void filter_form_keep_typed(struct filter_form *form)
{
    keep(form->app, form->screen.id, &form_prompt, form->entity);
}

void list_kept_register(void)
{
    prompt_register(&line_prompt, 1);
    prompt_register(&form_prompt, 1);
}
