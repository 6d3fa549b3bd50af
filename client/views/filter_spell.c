#include "client/views/filter_spell.h"

#include <string.h>

#include "base/str.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "model/filter_part.h"

const struct field *filter_field_named(const struct catalogue_entity *entity, const char *name)
{
    const struct field *field = catalogue_field_guess(entity, name);
    for (size_t i = 0; !field && i < entity->nfields; i++) {
        const struct field *other = &entity->fields[i];
        if (other->label && strcmp(_(other->label), name) == 0 && *filter_asks(other) != FILTER_ASKS)
            field = other;
    }
    return field;
}

static void add_value(const struct app_context *app, struct str *out, const struct field *field,
                      const char *value)
{
    for (const struct choice *choice = choices_of(field); choice->code; choice++)
        if (strcmp(choice_words(app, choice), value) == 0)
            value = choice->code;
    str_add(out, value);
}

/* Codes stand between commas. */
static void add_values(const struct app_context *app, struct arena *arena, struct str *out,
                       const struct field *field, const char *values)
{
    for (const char *at = values;;) {
        size_t len = strcspn(at, ",");
        add_value(app, out, field, arena_strndup(arena, at, len));
        if (!at[len])
            return;
        str_add_char(out, ',');
        at += len + 1;
    }
}

/* A name stays as it was typed; words without a sign behind them are looked for. */
static void add_word(const struct app_context *app, const struct catalogue_entity *entity,
                     struct arena *arena, struct str *out, const char *word)
{
    size_t len = strcspn(word, "!=<>~^\""), sign = strspn(word + len, "!=<>~^");
    const char *name = arena_strndup(arena, word, len);
    const struct field *field = len && sign ? filter_field_named(entity, name) : NULL;
    if (!field) {
        str_add(out, word);
        return;
    }
    str_add(out, catalogue_field_guess(entity, name) ? name : field->name);
    str_add_n(out, word + len, sign);
    add_values(app, arena, out, field, word + len + sign);
}

static size_t word_len(const char *word)
{
    bool quoted = false;
    size_t len = 0;
    for (; word[len] && (quoted || !strchr(" \t", word[len])); len++)
        quoted ^= word[len] == '"';
    return len;
}

const char *filter_spell(const struct app_context *app, const struct catalogue_entity *entity,
                         struct arena *arena, const char *line)
{
    struct str out;
    str_init(&out, arena);
    for (;;) {
        size_t blank = strspn(line, " \t"), len = word_len(line + blank);
        str_add_n(&out, line, blank);
        add_word(app, entity, arena, &out, arena_strndup(arena, line + blank, len));
        line += blank + len;
        if (!*line)
            return out.data ? out.data : "";
    }
}
