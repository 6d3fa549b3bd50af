/* Help with typing a filter: names of fields and codes of their choices, one Tab after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/filter_spell.h"
#include "client/views/list-private.h"
#include "client/views/lookup.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"
#include "model/filter_part.h"

/* The word the cursor stands behind, and where a sign in it ends. */
struct word {
    const char *start;
    const char *value; /* behind the sign; NULL: still a name */
};

static struct word last_word(const char *line)
{
    struct word word = {.start = line};
    for (const char *at = line; *at; at++)
        if (*at == ' ')
            word = (struct word){.start = at + 1};
        else if (strchr("=<>~^", *at) || (word.value && *at == ','))
            word.value = at + 1;
    return word;
}

/* Puts text in the place of what the cursor stands behind. */
static void put_last(struct list *list, const char *from, const char *text)
{
    const char *line = input_text(&list->input);
    struct str out cleanup(cleanup_str);
    str_init(&out, NULL);
    str_add_n(&out, line, (size_t)(from - line));
    str_add(&out, text);
    input_set(&list->input, out.data);
}

static void on_field(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (answer->key != K_ENTER || list->typing != LIST_FILTER)
        return;
    const struct field *field = &list->entity->fields[answer->id];
    str_add(&text, field->name);
    filter_ask_write(*filter_asks(field), &text); /* the most usual; others by Tab behind the name alone */
    put_last(list, last_word(input_text(&list->input)).start, text.data);
}

static void on_ask(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (answer->key != K_ENTER || list->typing != LIST_FILTER)
        return;
    struct word word = last_word(input_text(&list->input));
    filter_ask_write((enum filter_ask)answer->id, &text);
    put_last(list, word.start + strlen(word.start), text.data);
}

static void on_code(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    if (answer->key != K_ENTER || list->typing != LIST_FILTER)
        return;
    struct word word = last_word(input_text(&list->input));
    const struct field *field = list_filter_field(list, word.start);
    if (word.value && field)
        put_last(list, word.value, choices_of(field)[answer->id].code);
}

static void on_record(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    char id[24];
    if (answer->key != K_ENTER || list->typing != LIST_FILTER)
        return;
    struct word word = last_word(input_text(&list->input));
    snprintf(id, sizeof(id), "%lld", (long long)answer->id);
    if (word.value)
        put_last(list, word.value, id);
}

/* What is the only one is taken at once. Takes the choices. */
static void offer(struct list *list, const char *title, struct choices *choices, dialog_done *done)
{
    const struct choices_item *only = choices_unique(choices);
    if (only)
        done(list, &(struct dialog_answer){.key = K_ENTER, .id = only->id, .text = only->text});
    else if (choices->items.count)
        dialog_choose(list->app->ui, title, choices, done, list);
    else
        ui_say(list->app->ui, ROLE_ERROR, "%s", _("Nothing is found by these letters"));
    choices_finish(choices);
}

const struct field *list_filter_field(struct list *list, const char *word)
{
    char name[64];
    size_t len = strcspn(word, "!=<>~^");
    if (len >= sizeof(name))
        return NULL;
    memcpy(name, word, len);
    name[len] = '\0';
    return filter_field_named(list->entity, name);
}

static void offer_fields(struct list *list, struct choices *choices, const char *typed)
{
    size_t len = strlen(typed);
    for (size_t i = 0; i < list->entity->nfields; i++) {
        const struct field *field = &list->entity->fields[i];
        const char *label = field->label ? _(field->label) : field->name;
        bool fits = strncmp(field->name, typed, len) == 0 || strstr(label, typed);
        if (fits && *filter_asks(field) != FILTER_ASKS)
            choices_add(choices, (int64_t)i, label, field->name);
    }
}

static void offer_codes(struct list *list, struct choices *choices, const struct field *field,
                        const char *typed)
{
    const struct choice *codes = choices_of(field);
    for (size_t i = 0; codes[i].code; i++) {
        const char *words = choice_words(list->app, &codes[i]);
        if (strncmp(codes[i].code, typed, strlen(typed)) == 0 || strstr(words, typed))
            choices_add(choices, (int64_t)i, words, codes[i].code);
    }
}

static void offer_asks(struct choices *choices, const struct field *field)
{
    for (const enum filter_ask *ask = filter_asks(field); *ask != FILTER_ASKS; ask++) {
        struct str typed cleanup(cleanup_str);
        str_init(&typed, NULL);
        filter_ask_write(*ask, &typed);
        choices_add(choices, *ask, _(filter_ask_text(field, *ask)), typed.data);
    }
}

/* ---- records by their letters ---- */

static void on_found(struct screen *screen, const struct answer *answer, void *context)
{
    struct list *list = context;
    (void)screen;
    list->completing = 0;
    struct word word = {.value = NULL};
    if (list->typing == LIST_FILTER)
        word = last_word(input_text(&list->input));
    const struct field *field = word.value ? list_filter_field(list, word.start) : NULL;
    struct choices choices;
    if (!field || !field->ref)
        return;
    if (answer->code) {
        answer_say(list->app, NULL, answer);
        return;
    }
    choices_init(&choices);
    lookup_fill(list->app, &choices, field->ref, answer->object);
    offer(list, field->label ? _(field->label) : field->name, &choices, on_record);
}

static void look_up(struct list *list, const struct field *field, const char *typed)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char *letters = arena_strdup(arena, typed + (*typed == '"'));
    letters[strcspn(letters, "\"")] = '\0';
    if (!lookup_may(list->app, field->ref)) {
        ui_say(list->app->ui, ROLE_ERROR, "%s",
               _("You may not look these up: type the number of the record"));
        return;
    }
    if (list->completing)
        ask_cancel(list->app, list->completing);
    list->completing = lookup_ask(list->app, &list->screen, field->ref, letters, on_found, list);
}

/* ---- Tab ---- */

static void complete_value(struct list *list, const struct word *word)
{
    const struct field *field = list_filter_field(list, word->start);
    struct choices choices;
    choices_init(&choices);
    if (!field) {
        ui_say(list->app->ui, ROLE_ERROR, "%s", _("There is no such field"));
    } else if (field_type_of(field) == FIELD_REF) {
        look_up(list, field, word->value);
    } else {
        offer_codes(list, &choices, field, word->value);
        offer(list, _("Value"), &choices, on_code);
    }
}

void list_complete_filter(struct list *list)
{
    struct word word = last_word(input_text(&list->input));
    struct choices choices;
    if (word.value) {
        complete_value(list, &word);
        return;
    }
    const struct field *whole = catalogue_field(list->entity, word.start);
    choices_init(&choices);
    if (whole)
        offer_asks(&choices, whole);
    else
        offer_fields(list, &choices, word.start);
    offer(list, whole && whole->label ? _(whole->label) : _("Field"), &choices, whole ? on_ask : on_field);
}

/* ---- the value under the cursor ---- */

/* A time is asked for by its day: nobody looks for the very second. */
static const char *same_value(struct list *list, struct arena *arena, const struct field *field,
                              const json_t *json)
{
    const char *value = value_of_json(arena, json);
    struct instant at;
    struct day day;
    char text[DAY_TEXT_SIZE];
    if (!value || field_type_of(field) != FIELD_TIME)
        return value;
    if (time_parse(value, &at) < 0 || time_zone_day(list->app->who.zone, at, &day) < 0)
        return NULL;
    return arena_strdup(arena, day_print(text, sizeof(text), day));
}

static void replace_part(struct filter_parts *parts, const struct filter_part *part)
{
    size_t kept = 0;
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].field != part->field)
            parts->items[kept++] = parts->items[i];
    if (kept < FILTER_TERMS_MAX)
        parts->items[kept++] = *part;
    parts->count = kept;
}

const struct field *list_filter_same_field(struct list *list)
{
    size_t column = list->rows.table.column;
    const struct field *field = column < list->rows.columns.count ? list->rows.columns.items[column] : NULL;
    return field && *filter_asks(field) != FILTER_ASKS ? field : NULL;
}

bool list_filter_same(struct list *list)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct rows_record *record = rows_current(&list->rows);
    const struct field *field = list_filter_same_field(list);
    struct filter_parts *parts = arena_new(arena, struct filter_parts);
    struct filter_fault fault;
    struct str line;
    if (!record || !field ||
        filter_parts_read(list->rows.line, catalogue_field_guess, list->entity, arena, list->app->who.zone,
                          parts, &fault) < 0)
        return false;
    const char *value = same_value(list, arena, field, json_object_get(record->row, field->name));
    bool codes = *filter_asks(field) == ASK_ANY_OF;
    replace_part(parts, &(struct filter_part){field,
                                              !value || !*value ? ASK_EMPTY
                                              : codes           ? ASK_ANY_OF
                                                                : ASK_IS,
                                              value});
    str_init(&line, arena);
    filter_parts_write(parts, arena, &line);
    return rows_set_filter(&list->rows, line.data) >= 0;
}

const char *list_record_title(struct list *list, struct arena *arena, const json_t *row)
{
    const char *detail;
    return lookup_title(list->app, arena, list->entity, row, &detail);
}
