/* The form's side of the server: reading the record, saving it, and what comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/form-private.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "wire/json.h"

/* ---- the record saved last, by entity ---- */

static struct map remembered;

void form_remember(const struct form *form)
{
    static bool once;
    if (!once)
        map_init(&remembered);
    once = true;
    json_t *values = json_object();
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    vec_each(const struct sheet_entry, entry, &form->sheet.entries)
    {
        if (entry->field->secret || sheet_entry_fixed(&form->sheet, entry))
            continue;
        json_t *value =
            entry->lines ? json_deep_copy(entry->lines) : value_to_json(entry->field, entry->value);
        json_object_set_new(values, entry->field->name, value);
        if (entry->label)
            json_object_set_new(values, label_name(arena, entry->field->name), json_string(entry->label));
    }
    json_decref(map_put(&remembered, form->entity->name, values));
}

const json_t *form_remembered(const struct form *form)
{
    return remembered.cap ? map_get(&remembered, form->entity->name) : NULL;
}

/* ---- reading ---- */

static void take_row(struct form *form, const json_t *row)
{
    json_decref(form->row);
    form->row = json_deep_copy(row);
    json_get_int(row, "version", &form->version);
    if (form->mode == FORM_VIEW)
        sheet_load(&form->sheet, form->row, false);
}

static void on_read(struct screen *screen, const struct answer *answer, void *context)
{
    struct form *form = context;
    (void)screen;
    form->reading--;
    form->acting = false;
    if (answer->code == ERR_NOT_FOUND)
        form->gone = true;
    if (answer->code) {
        answer_say(form->app, form->entity, answer);
        return;
    }
    int64_t id = 0;
    json_get_int(answer->object, "id", &id);
    if (id != form->id || form->mode != FORM_VIEW)
        return; /* an older question: another record is shown, or it is being edited by now */
    form->gone = form->stale = false;
    take_row(form, answer->object);
}

void form_read(struct form *form)
{
    if (!form->id || form->mode == FORM_NEW)
        return;
    form->reading++;
    ask(form->app, &form->screen, verb_of(form->entity->name, "get"),
        json_pack("{s:I}", "id", (json_int_t)form->id), CALL_READ, NULL, on_read, form);
}

/* ---- saving ---- */

/* "contacts.2.phone" is in the field contacts. */
static void accuse(struct form *form, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *name = NULL;
    ahead_forget(&form->app->ui->ahead);
    const char *words = answer_text(arena, form->entity, answer);
    ui_say(form->app->ui, ROLE_ERROR, "%s", words);
    if (json_get_text(answer->object, "field", &name) != JSON_GET_FOUND)
        return;
    if (!sheet_accuse(&form->sheet, name, words) && !sheet_accuse_line(&form->sheet, name, words))
        sheet_accuse(&form->sheet, arena_strndup(arena, name, strcspn(name, ".[")), words);
    ui_say(form->app->ui, ROLE_ERROR, "%s", words);
}

static void on_theirs(struct screen *screen, const struct answer *answer, void *context)
{
    struct form *form = context;
    (void)screen;
    form->saving = false;
    ahead_forget(&form->app->ui->ahead); /* typed before it was known that there is a choice to make */
    if (answer->code) {
        answer_say(form->app, form->entity, answer);
        return;
    }
    json_decref(form->theirs);
    form->theirs = json_deep_copy(answer->object);
    form_conflict_open(form);
}

/* Another version: look at it as it is now, with its words, and let the person choose. */
static void ask_theirs(struct form *form)
{
    form->saving = true;
    ask(form->app, &form->screen, verb_of(form->entity->name, "get"),
        json_pack("{s:I}", "id", (json_int_t)form->id), CALL_READ, NULL, on_theirs, form);
}

/* The server names what looks like the same; the record is made all the same. */
static void tell_saved(struct form *form, const json_t *answer)
{
    struct str names cleanup(cleanup_str);
    const char *name;
    size_t i;
    const json_t *row;
    str_init(&names, NULL);
    json_array_foreach(json_object_get(answer, "duplicates"), i, row)
    {
        if (json_get_text(row, "name", &name) == JSON_GET_FOUND)
            str_addf(&names, "%s%s", names.len ? _(", ") : "", name);
    }
    if (names.len)
        ui_say(form->app->ui, ROLE_WARNING, _("Saved. Perhaps there already: %s"), names.data);
    else
        ui_say(form->app->ui, ROLE_GOOD, "%s", _("Saved"));
}

/* To the look-up that wanted it. */
static bool hand_over(struct form *form)
{
    struct screen *asker = form->asker ? ui_find(form->app->ui, form->asker) : NULL;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct sheet_entry *title =
        form->entity->title ? sheet_find(&form->sheet, form->entity->title) : NULL;
    if (!asker)
        return false;
    const char *words = title ? value_show(form->app, arena, title->field, title->value, title->label) : "";
    form->screen.closing = true;
    form->made(asker, form->id, *words ? words : arena_printf(arena, "#%lld", (long long)form->id),
               form->made_context);
    ui_close(form->app->ui, &form->screen);
    return true;
}

static void saved(struct form *form, const json_t *answer)
{
    bool made = form->mode == FORM_NEW;
    form_remember(form);
    if (form->mode == FORM_NEW)
        json_get_int(answer, "id", &form->id);
    json_get_int(answer, "version", &form->version);
    tell_saved(form, answer);
    if (made && hand_over(form))
        return;
    if (form->leaving) {
        ui_close(form->app->ui, &form->screen);
        return;
    }
    form->mode = FORM_VIEW;
    form->stale = false;
    if (form->row)
        json_decref(form->row);
    form->row = NULL;
    form_build(form);
    form_read(form);
}

static void on_saved(struct screen *screen, const struct answer *answer, void *context)
{
    struct form *form = context;
    (void)screen;
    form->saving = false;
    if (answer->code == ERR_NONE) {
        dialog_withdraw(form->app->ui, form->question);
        saved(form, answer->object);
    } else if (answer->code == ERR_CONFLICT && form->mode == FORM_EDIT &&
               json_object_get(answer->object, "current")) {
        ask_theirs(form);
    } else {
        accuse(form, answer);
    }
    form->leaving = form->leaving && answer->code == ERR_NONE;
}

void form_save(struct form *form)
{
    bool creating = form->mode == FORM_NEW;
    if (form->saving || form->mode == FORM_VIEW || !sheet_check(&form->sheet)) {
        form->leaving = false;
        return;
    }
    json_t *args = sheet_changes(&form->sheet, creating);
    if (!creating && !json_object_size(args)) {
        json_decref(args);
        form_set_mode(form, FORM_VIEW);
        return;
    }
    if (!creating) {
        json_object_set_new(args, "id", json_integer(form->id));
        json_object_set_new(args, "version", json_integer(form->version));
    }
    form->saving = true;
    ask(form->app, &form->screen, verb_of(form->entity->name, creating ? "create" : "update"), args,
        CALL_CHANGES, NULL, on_saved, form);
}
