#include "client/views/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "client/ui/words.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_parts.h"
#include "client/views/value_text.h"
#include "wire/json.h"

void sheet_init(struct sheet *sheet, struct app_context *app, struct screen *screen,
                const struct sheet_ops *ops)
{
    *sheet = (struct sheet){.app = app, .screen = screen, .ops = ops, .arrived = true};
    choices_init(&sheet->pop);
}

static void entry_finish(struct sheet_entry *entry)
{
    free(entry->value);
    free(entry->label);
    free(entry->server);
    free(entry->server_label);
    free(entry->typed);
    free(entry->trouble);
    free(entry->now);
    json_decref(entry->lines);
    json_decref(entry->server_lines);
    json_decref(entry->line_faults);
    json_decref(entry->half);
}

void sheet_finish(struct sheet *sheet)
{
    sheet_drop(sheet);
    choices_finish(&sheet->pop);
    vec_each(struct sheet_entry, entry, &sheet->entries) entry_finish(entry);
    vec_finish(&sheet->entries);
    vec_finish(&sheet->tabs);
}

void sheet_add_tab(struct sheet *sheet, const char *label)
{
    vec_push(&sheet->tabs, label);
}

struct sheet_entry *sheet_add(struct sheet *sheet, const struct field *field)
{
    size_t tab = sheet->tabs.count ? sheet->tabs.count - 1 : 0;
    vec_push(&sheet->entries, (struct sheet_entry){.field = field, .tab = tab});
    return &vec_last(&sheet->entries);
}

struct sheet_entry *sheet_find(const struct sheet *sheet, const char *name)
{
    vec_each(struct sheet_entry, entry,
             &sheet->entries) if (strcmp(entry->field->name, name) == 0) return entry;
    return NULL;
}

static void replace(char **text, const char *with)
{
    char *copy = with && *with ? memory_strdup(with) : NULL;
    free(*text);
    *text = copy;
}

static bool same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

void sheet_trouble(struct sheet_entry *entry, const char *words)
{
    replace(&entry->trouble, words);
}

/* A new value, typed or taken: what was half typed is gone. */
void sheet_put(struct sheet *sheet, struct sheet_entry *entry, const char *value, const char *label)
{
    bool changed = !same(entry->value, value);
    replace(&entry->value, value);
    replace(&entry->label, label);
    replace(&entry->typed, NULL);
    sheet_trouble(entry, NULL);
    if (changed && sheet->ops && sheet->ops->changed)
        sheet->ops->changed(sheet, entry);
}

bool sheet_entry_changed(const struct sheet_entry *entry)
{
    if (entry->lines || entry->server_lines)
        return !json_equal(entry->lines, entry->server_lines) &&
               json_array_size(entry->lines) + json_array_size(entry->server_lines) > 0;
    return !same(entry->value, entry->server);
}

static void load_lines(struct sheet_entry *entry, const json_t *lines, bool keep)
{
    bool kept = keep && sheet_entry_changed(entry);
    json_decref(entry->server_lines);
    entry->server_lines = json_is_array(lines) ? json_deep_copy(lines) : NULL;
    if (kept)
        return;
    json_decref(entry->lines);
    entry->lines = entry->server_lines ? json_deep_copy(entry->server_lines) : NULL;
}

static void load_entry(struct sheet_entry *entry, const char *value, const char *label, bool keep)
{
    bool kept = keep && (sheet_entry_changed(entry) || entry->typed);
    replace(&entry->server, value);
    replace(&entry->server_label, label);
    if (kept)
        return;
    replace(&entry->value, value);
    replace(&entry->label, label);
    replace(&entry->typed, NULL);
    sheet_trouble(entry, NULL);
}

void sheet_load(struct sheet *sheet, const json_t *row, bool keep)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    bool typing = keep && sheet->editing && sheet->edited;
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        const json_t *json = json_object_get(row, entry->field->name);
        if (field_type_of(entry->field) == FIELD_LINES)
            load_lines(entry, json, keep);
        else
            load_entry(entry, value_of_json(arena, json), label_of_row(arena, entry->field, row), keep);
    }
    if (!typing)
        sheet_drop(sheet); /* begun again with the new value at the next key or drawing */
}

void sheet_tell_now(struct sheet *sheet, const json_t *row)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        if (!json_object_get(row, entry->field->name) || field_type_of(entry->field) == FIELD_LINES)
            continue;
        free(entry->now);
        entry->now = memory_strdup(value_show_row(sheet->app, arena, entry->field, row));
    }
}

void sheet_fill(struct sheet *sheet, const json_t *values)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    sheet_drop(sheet);
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        json_t *json = json_object_get(values, entry->field->name);
        const char *label = json_string_value(json_object_get(values, label_name(arena, entry->field->name)));
        if (!json)
            continue;
        if (field_type_of(entry->field) == FIELD_LINES)
            sheet_set_lines(sheet, entry, json_deep_copy(json));
        else
            sheet_put(sheet, entry, value_of_json(arena, json), label);
    }
}

void sheet_defaults(struct sheet *sheet)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        const char *value;
        if (!entry->field->init || entry->value)
            continue;
        if (field_parse_text(entry->field, arena, entry->field->init, &value) == FIELD_OK)
            replace(&entry->value, value);
        replace(&entry->server, entry->value); /* nothing that anybody would miss */
    }
}

void sheet_set(struct sheet *sheet, const char *name, const char *value, const char *label)
{
    struct sheet_entry *entry = sheet_find(sheet, name);
    if (!entry)
        return;
    if (sheet->editing && sheet_current(sheet) == entry)
        sheet_drop(sheet);
    sheet_put(sheet, entry, value, label);
}

void sheet_set_lines(struct sheet *sheet, struct sheet_entry *entry, json_t *lines)
{
    json_decref(entry->lines);
    entry->lines = lines;
    sheet_trouble(entry, NULL);
    if (sheet->ops && sheet->ops->changed)
        sheet->ops->changed(sheet, entry);
}

const char *sheet_value(const struct sheet *sheet, const char *name)
{
    const struct sheet_entry *entry = sheet_find(sheet, name);
    return entry ? entry->value : NULL;
}

static bool half_row(const struct sheet *sheet)
{
    const struct sheet_entry *entry;
    json_t *half = lines_half(sheet, &entry);
    json_decref(half);
    return half;
}

bool sheet_dirty(const struct sheet *sheet)
{
    if ((sheet->editing && sheet->edited) || half_row(sheet))
        return true;
    vec_each(const struct sheet_entry, entry,
             &sheet->entries) if (entry->typed || entry->half || sheet_entry_changed(entry)) return true;
    return false;
}

static const char *value_of(void *context, const char *field)
{
    return sheet_value(context, field);
}

bool sheet_entry_shown(const struct sheet *sheet, const struct sheet_entry *entry)
{
    return field_shown(entry->field->show_if, value_of, (void *)sheet);
}

bool sheet_entry_fixed(const struct sheet *sheet, const struct sheet_entry *entry)
{
    return sheet->readonly || entry->readonly || entry->field->readonly;
}

/* The fault of an entry as it stands, translated; NULL: none. */
static const char *fault_of(struct sheet *sheet, struct arena *arena, const struct sheet_entry *entry)
{
    if (entry->typed)
        return entry->trouble ? entry->trouble
                              : value_fault(sheet->app, arena, entry->field, FIELD_BAD, entry->typed);
    bool empty = !entry->value && !json_array_size(entry->lines);
    if (entry->half)
        return sheet_half_words();
    if (entry->field->required && empty && field_type_of(entry->field) != FIELD_BOOL)
        return value_fault(sheet->app, arena, entry->field, FIELD_MISSING, NULL);
    return NULL; /* values were checked as they came in */
}

bool sheet_check(struct sheet *sheet)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct sheet_entry *first = NULL;
    sheet_commit(sheet);
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        if (!sheet_entry_shown(sheet, entry) || sheet_entry_fixed(sheet, entry))
            continue;
        sheet_trouble(entry, fault_of(sheet, arena, entry));
        if (entry->trouble && !first)
            first = entry;
    }
    if (!first)
        return true;
    sheet_go(sheet, (size_t)(first - sheet->entries.items));
    ui_say(sheet->app->ui, ROLE_ERROR, "%s", first->trouble);
    return false;
}

bool sheet_accuse(struct sheet *sheet, const char *name, const char *words)
{
    struct sheet_entry *entry = sheet_find(sheet, name);
    if (!entry || !sheet_entry_shown(sheet, entry))
        return false;
    sheet_trouble(entry, words);
    sheet_go(sheet, (size_t)(entry - sheet->entries.items));
    return true;
}

bool sheet_accuse_line(struct sheet *sheet, const char *name, const char *words)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    size_t len = strcspn(name, ".");
    char *rest;
    unsigned long line = name[len] ? strtoul(name + len + 1, &rest, 10) : 0;
    struct sheet_entry *entry = line ? sheet_find(sheet, arena_strndup(arena, name, len)) : NULL;
    if (!entry || *rest != '.' || field_type_of(entry->field) != FIELD_LINES)
        return false;
    if (!entry->line_faults)
        entry->line_faults = json_object();
    json_object_set_new(entry->line_faults, arena_printf(arena, "%lu%s", line - 1, rest), json_string(words));
    return sheet_accuse(sheet, entry->field->name, words);
}

/* What the server takes of a line: its id and what may be written. */
static json_t *line_json(const struct field *lines, const json_t *row)
{
    json_t *line = json_object();
    if (json_object_get(row, "id"))
        json_object_set(line, "id", json_object_get(row, "id"));
    for (size_t i = 0; i < lines->nline_fields; i++) {
        const struct field *field = &lines->line_fields[i];
        json_t *value = json_object_get(row, field->name);
        if (value && !field->readonly)
            json_object_set(line, field->name, value);
    }
    return line;
}

static json_t *json_of(const struct sheet_entry *entry)
{
    size_t i;
    json_t *row;
    if (field_type_of(entry->field) == FIELD_LINES) {
        json_t *lines = json_array();
        json_array_foreach(entry->lines, i, row) json_array_append_new(lines, line_json(entry->field, row));
        return lines;
    }
    return value_to_json(entry->field, entry->value);
}

json_t *sheet_changes(const struct sheet *sheet, bool all)
{
    json_t *object = json_object();
    vec_each(const struct sheet_entry, entry, &sheet->entries)
    {
        bool given = entry->value || json_array_size(entry->lines);
        if (sheet_entry_fixed(sheet, entry) || !(all ? given : sheet_entry_changed(entry)))
            continue;
        if (all && !sheet_entry_shown(sheet, entry))
            continue;
        json_object_set_new(object, entry->field->name, json_of(entry));
    }
    return object;
}
