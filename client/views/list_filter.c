/* Help with typing a filter: names of fields and codes of their choices, one Tab after the other. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/list-private.h"
#include "client/views/lookup.h"
#include "model/catalogue.h"

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

static void on_taken(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    if (answer->key != K_ENTER || !list->filtering)
        return;
    const char *line = input_text(&list->input);
    struct word word = last_word(line);
    struct str out cleanup(cleanup_str);
    str_init(&out, NULL);
    str_add_n(&out, line, (size_t)((word.value ? word.value : word.start) - line));
    if (word.value) {
        const struct field *field = list_filter_field(list, word.start);
        str_add(&out, choices_of(field)[answer->id].code);
    } else {
        const struct field *field = &list->entity->fields[answer->id];
        str_addf(&out, "%s=", field->name);
    }
    input_set(&list->input, out.data);
}

const struct field *list_filter_field(struct list *list, const char *word)
{
    char name[64];
    size_t len = strcspn(word, "!=<>~^");
    if (len >= sizeof(name))
        return NULL;
    memcpy(name, word, len);
    name[len] = '\0';
    return catalogue_field_guess(list->entity, name);
}

static void offer_fields(struct list *list, struct choices *choices, const char *typed)
{
    size_t len = strlen(typed);
    for (size_t i = 0; i < list->entity->nfields; i++) {
        const struct field *field = &list->entity->fields[i];
        const char *label = field->label ? _(field->label) : field->name;
        bool fits = strncmp(field->name, typed, len) == 0 || strstr(label, typed);
        if (fits && !field->secret && field_type_of(field) != FIELD_LINES)
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

void list_complete_filter(struct list *list)
{
    struct word word = last_word(input_text(&list->input));
    const struct field *field = word.value ? list_filter_field(list, word.start) : NULL;
    struct choices choices;
    choices_init(&choices);
    if (field)
        offer_codes(list, &choices, field, word.value);
    else if (!word.value)
        offer_fields(list, &choices, word.start);
    if (choices.items.count)
        dialog_choose(list->app->ui, field ? _("Value") : _("Field"), &choices, on_taken, list);
    choices_finish(&choices);
}

const char *list_record_title(struct list *list, struct arena *arena, const json_t *row)
{
    const char *detail;
    return lookup_title(list->app, arena, list->entity, row, &detail);
}
