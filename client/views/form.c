/* One record of any entity: seen, made, changed, moved along its flow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/form-private.h"
#include "client/views/holder.h"
#include "client/views/live.h"
#include "client/views/lookup.h"
#include "client/views/neighbour.h"
#include "client/views/open.h"
#include "client/views/tool.h"
#include "client/views/value_text.h"
#include "client/views/views.h"
#include "wire/json.h"

struct form *form_of(struct screen *screen)
{
    return container_of(screen, struct form, screen);
}

const json_t *form_can(const struct form *form)
{
    return json_object_get(form->row, "can");
}

bool form_may(const struct form *form, const char *verb)
{
    const json_t *can = form_can(form);
    for (size_t i = 0; i < json_array_size(can); i++)
        if (strcmp(json_string_value(json_array_get(can, i)), verb) == 0)
            return true;
    return false;
}

const char *form_title_text(const struct form *form, struct arena *arena)
{
    const char *detail;
    return form->row ? lookup_title(form->app, arena, form->entity, form->row, &detail) : "";
}

/* ---- the sheet for the mode ---- */

static bool offered(const struct form *form, const struct field *field)
{
    bool fixed = field->readonly || field->secret;
    if (form->mode == FORM_NEW)
        return !field->readonly;
    return form->mode == FORM_EDIT || !fixed || !field->secret;
}

static void add_field(struct form *form, const char *name)
{
    const struct field *field = catalogue_field(form->entity, name);
    if (!field || !offered(form, field) || sheet_find(&form->sheet, name))
        return;
    struct sheet_entry *entry = sheet_add(&form->sheet, field);
    entry->readonly = field->create_only && form->mode != FORM_NEW;
}

static void add_fields(struct form *form)
{
    static const char *const built_in[] = {"id",         "version",    "created_at",
                                           "created_by", "updated_at", "disabled_at"};
    const struct catalogue_entity *entity = form->entity;
    for (size_t t = 0; t < entity->ntabs; t++) {
        sheet_add_tab(&form->sheet, entity->tabs[t].label);
        for (const char *const *name = entity->tabs[t].fields; *name; name++)
            add_field(form, *name);
    }
    for (size_t i = 0; !entity->ntabs && i < entity->nfields; i++) {
        bool skip = false;
        for (size_t b = 0; b < array_len(built_in); b++)
            skip |= strcmp(built_in[b], entity->fields[i].name) == 0;
        if (!skip)
            add_field(form, entity->fields[i].name);
    }
}

/* A tab on which nothing can be typed is not shown while a record is made. */
static void drop_empty_tabs(struct sheet *sheet)
{
    for (size_t tab = sheet->tabs.count; tab-- > 0;) {
        size_t fields = 0;
        vec_each(const struct sheet_entry, entry, &sheet->entries) fields += entry->tab == tab;
        if (fields)
            continue;
        memmove(&sheet->tabs.items[tab], &sheet->tabs.items[tab + 1],
                (sheet->tabs.count - tab - 1) * sizeof(sheet->tabs.items[0]));
        sheet->tabs.count--;
        vec_each(struct sheet_entry, entry, &sheet->entries) entry->tab -= entry->tab > tab;
    }
}

static void on_leave(struct sheet *sheet)
{
    ui_say(sheet->app->ui, ROLE_DIM, "%s", _("F10 saves"));
}

static const struct sheet_ops sheet_ops = {.leave = on_leave};

static void focus_first(struct sheet *sheet)
{
    vec_each(const struct sheet_entry, entry, &sheet->entries)
    {
        if (!sheet_entry_shown(sheet, entry) || (!sheet->readonly && sheet_entry_fixed(sheet, entry)))
            continue;
        sheet_focus(sheet, entry->field->name);
        return;
    }
}

void form_build(struct form *form)
{
    char focus[64] = "";
    const struct sheet_entry *current = sheet_current(&form->sheet);
    if (current)
        snprintf(focus, sizeof(focus), "%s", current->field->name);
    sheet_finish(&form->sheet);
    sheet_init(&form->sheet, form->app, &form->screen, &sheet_ops);
    form->sheet.readonly = form->mode == FORM_VIEW;
    add_fields(form);
    drop_empty_tabs(&form->sheet);
    if (form->row)
        sheet_load(&form->sheet, form->row, false);
    if (form->mode == FORM_NEW) {
        sheet_defaults(&form->sheet);
        sheet_fill(&form->sheet, form->prefill);
    }
    const struct sheet_entry *again = sheet_find(&form->sheet, focus);
    if (again && (form->sheet.readonly || !sheet_entry_fixed(&form->sheet, again)))
        sheet_focus(&form->sheet, focus);
    else
        focus_first(&form->sheet);
}

void form_set_mode(struct form *form, enum form_mode mode)
{
    if (form->mode == mode)
        return;
    form->mode = mode;
    form->stale = false;
    form_hold(form, mode == FORM_EDIT);
    form_build(form);
}

void form_hold(struct form *form, bool hold)
{
    if (form->held == hold || !form->id)
        return;
    form->held = hold;
    (hold ? holder_hold : holder_release)(form->app, form->entity, form->id);
}

/* ---- leaving with something unsaved ---- */

bool form_dirty(struct screen *screen)
{
    struct form *form = form_of(screen);
    return form->mode != FORM_VIEW && sheet_dirty(&form->sheet);
}

static void on_leave_answer(void *context, const struct dialog_answer *answer)
{
    struct form *form = context;
    if (answer->key == 's') {
        form->leaving = form->mode == FORM_NEW;
        form_save(form);
    } else if (answer->key == 'd' && form->mode == FORM_EDIT) {
        form_set_mode(form, FORM_VIEW);
        form_read(form);
    } else if (answer->key == 'd') {
        ui_close(form->app->ui, &form->screen);
    }
}

void form_ask_leave(struct form *form)
{
    struct dialog_button buttons[] = {{'s', _("Save")}, {'d', _("Discard")}, {'c', _("Continue")}};
    form->question =
        dialog_confirm(form->app->ui, _("Unsaved changes"), _("What was typed here is not saved."), buttons,
                       array_len(buttons), false, on_leave_answer, form);
}

static bool form_may_close(struct screen *screen)
{
    if (!form_dirty(screen))
        return true;
    form_ask_leave(form_of(screen));
    return false;
}

/* ---- the rest of the screen ---- */

static void form_title(struct screen *screen, struct str *out)
{
    struct form *form = form_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *label = form->entity->label ? _(form->entity->label) : form->entity->name;
    if (form->mode == FORM_NEW)
        str_addf(out, "%s: %s", _("New"), label);
    else
        str_addf(out, "%s %s", label, form_title_text(form, arena));
}

static const char *form_help(struct screen *screen)
{
    struct form *form = form_of(screen);
    const struct sheet_entry *entry = sheet_current(&form->sheet);
    static char text[2048];
    const char *label = entry && entry->field->label ? _(entry->field->label) : "";
    snprintf(text, sizeof(text), "# %s\n%s\n\n%s", label,
             entry && entry->field->help ? _(entry->field->help) : "",
             form->entity->help ? _(form->entity->help) : "");
    return text;
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    struct form *form = form_of(screen);
    bool mine = count == 0;
    for (size_t i = 0; i < count; i++)
        mine |= events[i].id == form->id && (events[i].version == NIL || events[i].version > form->version);
    if (!mine || !form->id || form->saving)
        return;
    if (form->mode == FORM_VIEW)
        form_read(form);
    else if (count)
        form->stale = true;
    ui_redraw(form->app->ui);
}

static void form_opened(struct screen *screen)
{
    struct form *form = form_of(screen);
    form_build(form);
    form_hold(form, form->mode == FORM_EDIT);
    live_watch(form->app->live, screen, form->entity->name, on_live);
    if (form->id && form->mode == FORM_VIEW)
        form_read(form);
}

static void form_close(struct screen *screen)
{
    struct form *form = form_of(screen);
    form_hold(form, false);
    sheet_finish(&form->sheet);
    json_decref(form->row);
    json_decref(form->theirs);
    json_decref(form->prefill);
    free(form);
}

static void form_language(struct screen *screen)
{
    sheet_language(&form_of(screen)->sheet);
}

/* Nothing is done to a record before it is seen as it is now, and nothing typed into a form that is being saved: it would be lost with the
 * answer. */
static enum screen_wait form_waiting(struct screen *screen)
{
    const struct form *form = form_of(screen);
    int64_t shown = 0;
    if (form->saving || form->acting)
        return SCREEN_WAITS_LONG;
    json_get_int(form->row, "id", &shown);
    bool unseen = form->mode == FORM_VIEW && form->reading && shown != form->id;
    return unseen && link_state(form->app->link) == LINK_READY ? SCREEN_WAITS : sheet_waiting(&form->sheet);
}

const struct screen_ops form_ops = {
    .name = "form",
    .open = form_opened,
    .key = form_key,
    .waiting = form_waiting,
    .draw = form_draw,
    .title = form_title,
    .crumb = form_crumb,
    .keys = form_keys,
    .help = form_help,
    .plain = form_plain,
    .linear = form_linear,
    .may_close = form_may_close,
    .close = form_close,
};

/* Nothing works on a record while it is made or changed; but what is changed has a code that leads there. */
static void form_look(struct screen *screen, struct subject *subject_r)
{
    struct form *form = form_of(screen);
    subject_r->entity = form->entity;
    subject_r->row = form->row;
    subject_r->id = form->mode == FORM_VIEW ? form->id : 0;
}

void form_register(void)
{
    subject_register(&form_ops, form_look);
    unsaved_register(&form_ops, form_dirty);
    language_register(&form_ops, form_language);
    draft_register(&form_draft_kind);
}

struct form *form_create(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                         enum form_mode mode)
{
    struct form *form = memory_zeroed(1, sizeof(*form));
    *form = (struct form){.app = app, .entity = entity, .id = id, .mode = mode, .version = NIL};
    form->screen.ops = &form_ops;
    sheet_init(&form->sheet, app, &form->screen, &sheet_ops);
    return form;
}

void form_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id)
{
    open_screen(app, &form_create(app, entity, id, FORM_VIEW)->screen);
}

void form_open_new(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill)
{
    struct form *form = form_create(app, entity, 0, FORM_NEW);
    form->prefill = prefill ? json_deep_copy(prefill) : NULL;
    open_screen(app, &form->screen);
}
