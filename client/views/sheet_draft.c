/* A half-filled sheet as JSON, and back. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/words.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_parts.h"

static bool worth_keeping(const struct sheet_entry *entry)
{
    return !entry->field->secret && (entry->typed || sheet_entry_changed(entry));
}

static json_t *save_entry(const struct sheet_entry *entry)
{
    json_t *saved = json_object();
    if (entry->value)
        json_object_set_new(saved, "value", json_string(entry->value));
    if (entry->label)
        json_object_set_new(saved, "label", json_string(entry->label));
    if (entry->typed)
        json_object_set_new(saved, "typed", json_string(entry->typed));
    if (entry->lines)
        json_object_set_new(saved, "lines", json_deep_copy(entry->lines));
    return saved;
}

/* The row of a line table that is being typed, or was when this draft was left and is not opened yet. */
static void put_half(const struct sheet *sheet, json_t *fields)
{
    const struct sheet_entry *typed = NULL;
    json_t *half = lines_half(sheet, &typed);
    vec_each(const struct sheet_entry, entry, &sheet->entries)
    {
        json_t *row = entry == typed ? half : entry->half;
        json_t *saved = row ? json_object_get(fields, entry->field->name) : NULL;
        if (row && !saved)
            json_object_set_new(fields, entry->field->name, saved = save_entry(entry));
        if (row)
            json_object_set(saved, "half", row);
    }
    json_decref(half);
}

json_t *sheet_save(struct sheet *sheet)
{
    json_t *fields = json_object();
    const struct sheet_entry *current = sheet_current(sheet);
    vec_each(const struct sheet_entry, entry, &sheet->entries) if (worth_keeping(entry))
        json_object_set_new(fields, entry->field->name, save_entry(entry));
    /* What is in the input this moment stays there: a draft is written while the person goes on typing. */
    if (current && sheet->editing && sheet->edited && !current->field->secret) {
        const char *typed = field_type_of(current->field) == FIELD_NOTE ? textarea_text(&sheet->note)
                                                                        : input_text(&sheet->input);
        json_t *saved = save_entry(current);
        json_object_set_new(saved, "typed", json_string(typed));
        json_object_set_new(fields, current->field->name, saved);
    }
    put_half(sheet, fields);
    json_t *draft = json_pack("{s:o}", "fields", fields);
    if (current)
        json_object_set_new(draft, "focus", json_string(current->field->name));
    return draft;
}

static const char *text_of(const json_t *saved, const char *name)
{
    return json_string_value(json_object_get(saved, name));
}

const char *sheet_half_words(void)
{
    return _("A row of it is half typed: Enter opens it");
}

void sheet_restore(struct sheet *sheet, const json_t *draft)
{
    const char *name;
    json_t *saved;
    sheet_drop(sheet);
    json_object_foreach(json_object_get(draft, "fields"), name, saved)
    {
        struct sheet_entry *entry = sheet_find(sheet, name);
        const char *typed = text_of(saved, "typed");
        if (!entry)
            continue;
        if (json_is_array(json_object_get(saved, "lines")))
            sheet_set_lines(sheet, entry, json_deep_copy(json_object_get(saved, "lines")));
        sheet_put(sheet, entry, text_of(saved, "value"), text_of(saved, "label"));
        if (typed)
            entry->typed = memory_strdup(typed);
        json_decref(entry->half);
        entry->half = json_incref(json_object_get(saved, "half"));
    }
    const struct sheet_entry *focus =
        text_of(draft, "focus") ? sheet_find(sheet, text_of(draft, "focus")) : NULL;
    if (!focus)
        return;
    sheet_focus(sheet, focus->field->name);
    if (focus->half)
        ui_say(sheet->app->ui, ROLE_WARNING, "%s", sheet_half_words());
    sheet->edited = sheet->editing && focus->typed; /* it was being typed: taken when the cursor leaves */
}
