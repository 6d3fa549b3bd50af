/* The conditions of a filter as fields of a sheet, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/filter_form-private.h"
#include "model/catalogue.h"

enum { NARROW = 60, DAYS_MOST = 3660 };

static const struct choice ticked[] = {{.code = "yes", .label = "✓"}, {.code = NULL}};

static char *copy_of(const char *text)
{
    return text && *text ? memory_strdup(text) : NULL;
}

/* ---- which fields there are ---- */

static void add_condition(struct filter_form *form, const struct field *field, const struct filter_part *part)
{
    struct condition condition = {.field = field, .ask = part ? part->ask : *filter_asks(field)};
    if (part) {
        condition.value = copy_of(filter_ask_has_value(part->ask) ? part->value : ticked[0].code);
        condition.to = copy_of(part->to);
    }
    vec_push(&form->conditions, condition);
}

static void add_field(struct filter_form *form, const struct field *field, const struct filter_parts *parts)
{
    bool any = false;
    vec_each(const struct condition, condition, &form->conditions) if (condition->field == field) return;
    if (*filter_asks(field) == FILTER_ASKS)
        return;
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->items[i].field != field)
            continue;
        add_condition(form, field, &parts->items[i]);
        any = true;
    }
    if (!any)
        add_condition(form, field, NULL);
}

/* Nobody looks for these, but who writes them into the line finds them here. */
static bool is_technical(const struct field *field)
{
    return strcmp(field->name, "version") == 0 || strcmp(field->name, "id") == 0;
}

/* Words first, then the fields as the list has them, then the others. */
void filter_form_fill(struct filter_form *form, const struct filter_parts *parts)
{
    filter_form_forget(form);
    vec_push(&form->conditions, ((struct condition){.ask = ASK_CONTAINS, .value = copy_of(parts->words)}));
    for (size_t i = 0; i < form->rows->columns.count; i++)
        add_field(form, form->rows->columns.items[i], parts);
    for (size_t i = 0; i < form->entity->nfields; i++)
        if (!is_technical(&form->entity->fields[i]))
            add_field(form, &form->entity->fields[i], parts);
    for (size_t i = 0; i < parts->count; i++)
        add_field(form, parts->items[i].field, parts);
}

void filter_form_forget(struct filter_form *form)
{
    vec_each(struct condition, condition, &form->conditions)
    {
        free(condition->value);
        free(condition->to);
        free(condition->label);
    }
    vec_clear(&form->conditions);
}

/* ---- the fields of the sheet ---- */

static const char *name_of(struct arena *arena, size_t condition, bool to)
{
    return arena_printf(arena, "%s%zu", to ? "to" : "at", condition);
}

/* "Created       is after", in two columns. */
static const char *label_of(struct filter_form *form, const struct condition *condition, bool to)
{
    bool narrow = form->cols < NARROW;
    int cols = narrow ? 12 : 17;
    if (!condition->field)
        return _("Search");
    const char *label = condition->field->label ? _(condition->field->label) : condition->field->name;
    const char *ask = narrow ? filter_ask_sign(condition->field, condition->ask)
                             : _(filter_ask_text(condition->field, condition->ask));
    if (to)
        return arena_printf(form->arena, "%*s %s", cols, "", narrow ? "…" : _("and"));
    size_t len = utf8_clip(label, cols);
    int pad = cols - utf8_width(arena_strndup(form->arena, label, len));
    return arena_printf(form->arena, "%.*s%*s %s", (int)len, label, pad, "", ask);
}

static bool has_hour(const char *value)
{
    return value && strchr(value, 'T');
}

/* As which field the value is taken. */
static void shape(struct field *made, const struct condition *condition)
{
    const struct field *field = condition->field;
    enum field_type type = field_type_of(field);
    made->type = type;
    if (!filter_ask_has_value(condition->ask)) {
        made->type = FIELD_CHOICE;
        made->choices = ticked;
    } else if (condition->ask == ASK_LAST_DAYS) {
        made->type = FIELD_INT;
        made->min = 1;
        made->max = DAYS_MOST;
    } else if (type == FIELD_CHOICE || type == FIELD_SET || type == FIELD_BOOL) {
        made->type = condition->ask == ASK_ANY_OF ? FIELD_SET : FIELD_CHOICE;
        made->choices = choices_of(field);
    } else if (condition->ask == ASK_BEGINS || condition->ask == ASK_CONTAINS ||
               condition->ask == ASK_ANY_OF || type == FIELD_NOTE) {
        made->type = FIELD_TEXT;
        made->max = FIELD_TEXT_MAX;
    } else if (type == FIELD_TIME) {
        made->type = has_hour(condition->value) || has_hour(condition->to) ? FIELD_TIME : FIELD_DATE;
    } else if (type == FIELD_REF) {
        made->ref = field->ref;
    } else if (field_is_number(field)) {
        made->min = -FIELD_FEN_MAX;
    }
}

static void add_line(struct filter_form *form, size_t index, bool to)
{
    const struct condition *condition = &form->conditions.items[index];
    struct field *made = arena_new(form->arena, struct field);
    *made = (struct field){.name = name_of(form->arena, index, to),
                           .label = label_of(form, condition, to),
                           .type = FIELD_TEXT,
                           .max = FIELD_TEXT_MAX,
                           .help = condition->field ? condition->field->help : NULL};
    if (condition->field) {
        made->max = 0;
        shape(made, condition);
    }
    sheet_add(&form->sheet, made);
    sheet_set(&form->sheet, made->name, to ? condition->to : condition->value, condition->label);
}

void filter_form_build(struct filter_form *form, size_t condition)
{
    sheet_finish(&form->sheet);
    arena_reset(form->arena);
    form->cols = form->app->ui->canvas.cols;
    sheet_init(&form->sheet, form->app, &form->screen, form->sheet.ops);
    form->sheet.one_column = true;
    form->sheet.nothing = N_("any");
    form->sheet.label_most = form->cols < NARROW ? 17 : 34;
    for (size_t i = 0; i < form->conditions.count; i++) {
        add_line(form, i, false);
        if (form->conditions.items[i].ask == ASK_BETWEEN)
            add_line(form, i, true);
    }
    sheet_focus(&form->sheet, name_of(form->arena, condition, false));
}

size_t filter_form_current(struct filter_form *form)
{
    const struct sheet_entry *entry = sheet_current(&form->sheet);
    return entry ? (size_t)strtoul(entry->field->name + 2, NULL, 10) : 0;
}

static void replace(char **text, const char *with)
{
    char *copy = copy_of(with);
    free(*text);
    *text = copy;
}

void filter_form_keep(struct filter_form *form)
{
    vec_each(const struct sheet_entry, entry, &form->sheet.entries)
    {
        struct condition *condition = &form->conditions.items[strtoul(entry->field->name + 2, NULL, 10)];
        bool to = strncmp(entry->field->name, "to", 2) == 0;
        replace(to ? &condition->to : &condition->value, entry->value);
        if (!to)
            replace(&condition->label, entry->label);
    }
}

void filter_form_parts(const struct filter_form *form, struct filter_parts *parts_r)
{
    *parts_r = (struct filter_parts){0};
    vec_each(const struct condition, condition, &form->conditions)
    {
        if (!condition->field)
            parts_r->words = condition->value;
        else if ((condition->value || condition->to) && parts_r->count < FILTER_TERMS_MAX)
            parts_r->items[parts_r->count++] =
                (struct filter_part){condition->field, condition->ask, condition->value, condition->to};
    }
}
