/* The keys of a form: what they do, and which are offered. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/form-private.h"
#include "client/views/neighbour.h"
#include "client/views/open.h"
#include "client/views/tool.h"
#include "client/views/value_text.h"

static void start_edit(struct form *form)
{
    const char *why = json_string_value(json_object_get(json_object_get(form->row, "cannot"), "update"));
    if (form->mode != FORM_VIEW)
        return;
    if (form_may(form, "update"))
        form_set_mode(form, FORM_EDIT);
    else
        ui_say(form->app->ui, ROLE_ERROR, "%s",
               form->gone ? _("This record is out of your reach now")
               : why      ? _(why)
                          : _("This record cannot be changed by you now"));
}

/* What a reference stands for, or the parts of the field under the cursor. */
static bool open_reference(struct form *form)
{
    const struct sheet_entry *entry = sheet_current(&form->sheet);
    const struct catalogue_entity *entity = entry && field_type_of(entry->field) == FIELD_REF
                                                ? catalogue_entity(form->app->catalogue, entry->field->ref)
                                                : NULL;
    if (!entity || !entry->value)
        return false;
    open_record(form->app, entity, strtoll(entry->value, NULL, 10), OPEN_HERE);
    return true;
}

void form_acted(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct form *form = context;
    (void)screen;
    form->acting = !outcome->cancelled; /* until it is seen what became of it */
    if (outcome->cancelled)
        return;
    if (outcome->answer->code)
        ahead_forget(&form->app->ui->ahead);
    if (outcome->answer->code == ERR_NONE && strcmp(outcome->action, "delete") == 0) {
        ui_close(form->app->ui, &form->screen);
        return;
    }
    form_read(form);
}

static void act(struct form *form, const struct catalogue_action *action)
{
    struct action_target target = {form->id, form->version};
    form->acting = !action->nargs && !action->reason && !action->confirm;
    action_run(form->app, &form->screen, form->entity, action, &target, 1, form_acted, form);
}

static unsigned go_neighbour(struct form *form, int step)
{
    if (form->mode != FORM_VIEW)
        return SCREEN_BELL;
    int64_t id = neighbour_of(form->app, &form->screen, form->entity, form->id, step);
    if (!id)
        return SCREEN_BELL;
    form->id = id;
    form->gone = false;
    form_read(form);
    return SCREEN_REDRAW;
}

static bool may_see_history(const struct form *form)
{
    return form->id && app_may(form->app, verb_of(form->entity->name, "history"));
}

static void open_history(struct form *form)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (may_see_history(form))
        history_open(form->app, form->entity, form->id, form_title_text(form, arena));
}

static unsigned view_key(struct form *form, const struct key *key)
{
    const struct catalogue_action *action =
        action_of_key(form->app, form->entity, form->row, form_can(form), key);
    if (action && !form->acting) {
        act(form, action);
        return SCREEN_REDRAW;
    }
    if (action_say_why_not(form->app, form->entity, form->row, key))
        return SCREEN_REDRAW | SCREEN_BELL;
    switch (key->code) {
    case K_LOOKUP:
        if (open_reference(form))
            return SCREEN_REDRAW;
        break;
    case K_DELETE: return form_offer_generic(form);
    case K_ENTER: start_edit(form); return SCREEN_REDRAW;
    default: break;
    }
    struct subject subject = subject_of(form->app, &form->screen);
    unsigned flags = tool_key(&subject, key);
    if (!(flags & SCREEN_UNUSED))
        return flags;
    enum sheet_result result = sheet_key(&form->sheet, key);
    return result == SHEET_USED ? SCREEN_REDRAW : result == SHEET_REFUSED ? SCREEN_BELL : SCREEN_UNUSED;
}

/* The same field of the record saved before; NULL: there is none. */
static json_t *previous_value(struct form *form)
{
    const struct sheet_entry *entry = sheet_current(&form->sheet);
    return entry ? json_object_get(form_remembered(form), entry->field->name) : NULL;
}

static unsigned copy_previous(struct form *form)
{
    const json_t *row = form_remembered(form);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct sheet_entry *entry = sheet_current(&form->sheet);
    json_t *value = previous_value(form);
    if (!value)
        return SCREEN_BELL;
    if (field_type_of(entry->field) == FIELD_LINES)
        sheet_set_lines(&form->sheet, entry, json_deep_copy(value));
    else
        sheet_set(&form->sheet, entry->field->name, value_of_json(arena, value),
                  json_string_value(json_object_get(row, label_name(arena, entry->field->name))));
    return SCREEN_REDRAW;
}

static unsigned edit_key(struct form *form, const struct key *key)
{
    switch (key->code) {
    case K_SAVE: form_save(form); return SCREEN_REDRAW;
    case K_CTRL('D'): return copy_previous(form);
    default: break;
    }
    switch (sheet_key(&form->sheet, key)) {
    case SHEET_USED: return SCREEN_REDRAW;
    case SHEET_REFUSED: return SCREEN_BELL;
    default: break;
    }
    if (key->code != K_CANCEL || form->mode != FORM_EDIT)
        return SCREEN_UNUSED;
    if (sheet_dirty(&form->sheet))
        form_ask_leave(form);
    else
        form_set_mode(form, FORM_VIEW);
    return SCREEN_REDRAW;
}

unsigned form_key(struct screen *screen, const struct key *key)
{
    struct form *form = form_of(screen);
    unsigned flags = form->mode == FORM_VIEW ? view_key(form, key) : edit_key(form, key);
    if (!(flags & SCREEN_UNUSED))
        return flags;
    switch (key->code) {
    case K_PREVIOUS: return go_neighbour(form, -1);
    case K_NEXT: return go_neighbour(form, 1);
    case K_VIEW: open_history(form); return SCREEN_REDRAW;
    case K_REFRESH: form_read(form); return SCREEN_REDRAW;
    case K_NEW:
        if (form->mode != FORM_VIEW || !app_may(form->app, verb_of(form->entity->name, "create")))
            return SCREEN_BELL;
        open_new(form->app, form->entity, NULL, OPEN_HERE);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static bool has_neighbour(const struct form *form, int step)
{
    return neighbour_is_there(form->app, &form->screen, form->entity, form->id, step);
}

static void view_keys(struct form *form, struct key_bar *bar)
{
    const char *generic = form_generic_words(form);
    action_keys(form->app, form->entity, form->row, form_can(form), bar);
    if (form_may(form, "update"))
        key_bar_add(bar, K_ENTER, _("Edit"), 1);
    if (generic)
        key_bar_add(bar, K_DELETE, generic, 24);
    if (may_see_history(form))
        key_bar_add(bar, K_VIEW, _("History"), 25);
    if (has_neighbour(form, -1))
        key_bar_add(bar, K_PREVIOUS, _("Previous"), 27);
    if (has_neighbour(form, 1))
        key_bar_add(bar, K_NEXT, _("Next"), 26);
    if (app_may(form->app, verb_of(form->entity->name, "create")))
        key_bar_add(bar, K_NEW, _("New"), 23);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 28);
}

void form_keys(struct screen *screen, struct key_bar *bar)
{
    struct form *form = form_of(screen);
    if (form->mode == FORM_VIEW) {
        view_keys(form, bar);
    } else {
        key_bar_add(bar, K_SAVE, _("Save"), 0);
        if (previous_value(form))
            key_bar_add(bar, K_CTRL('D'), _("Copy previous"), 8);
    }
    sheet_keys(&form->sheet, bar);
    key_bar_add(bar, K_CANCEL, _("Back"), 2);
    key_bar_add(bar, K_HELP, _("Help"), 9);
    struct subject subject = subject_of(form->app, screen);
    if (form->mode == FORM_VIEW)
        tool_keys(&subject, bar);
}
