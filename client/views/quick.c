#include "client/views/quick.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/filter_spell.h"

/* A word of the line. What was quoted is taken as it is. */
struct word {
    const char *text;
    const char *at; /* in the line */
    bool quoted;
};

struct words {
    struct word items[QUICK_ARGS + 4];
    size_t count;
    bool full;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Quotes may begin inside a word (name="a b"); one that is not closed goes to the end. */
static const char *read_word(const char *at, struct arena *arena, struct word *word_r)
{
    struct str text;
    bool quoting = false;
    str_init(&text, arena);
    *word_r = (struct word){.at = at, .quoted = *at == '"'};
    for (; *at && (quoting || !is_space(*at)); at++) {
        if (*at != '"') {
            str_add_char(&text, *at);
        } else if (quoting && at[1] == '"') {
            str_add_char(&text, '"');
            at++;
        } else {
            quoting = !quoting;
        }
    }
    word_r->text = text.data;
    return at;
}

static void split(const char *line, struct arena *arena, struct words *words)
{
    *words = (struct words){0};
    while (is_space(*line))
        line++;
    while (*line) {
        if (words->count == array_len(words->items)) {
            words->full = true;
            return;
        }
        line = read_word(line, arena, &words->items[words->count++]);
        while (is_space(*line))
            line++;
    }
}

/* ---- what the first word names ---- */

static bool is_code(const char *code, const char *word)
{
    return code && *code && strcmp(code, word) == 0;
}

static const struct catalogue_entity *entity_of(const struct catalogue *catalogue, const char *word)
{
    const struct catalogue_entity *entity = catalogue_entity_of_code(catalogue, word);
    for (size_t i = 0; !entity && i < catalogue->count; i++)
        if (is_code(catalogue->entities[i]->quick, word))
            entity = catalogue->entities[i];
    return entity ? entity : catalogue_entity(catalogue, word);
}

static const struct catalogue_action *action_of_code(const struct catalogue *catalogue, const char *word,
                                                     const struct catalogue_entity **entity_r)
{
    for (size_t i = 0; i < catalogue->count; i++)
        for (size_t a = 0; a < catalogue->entities[i]->nactions; a++)
            if (is_code(catalogue->entities[i]->actions[a].quick, word)) {
                *entity_r = catalogue->entities[i];
                return &catalogue->entities[i]->actions[a];
            }
    return NULL;
}

/* ---- what the others are ---- */

static const struct catalogue_action *action_of_word(const struct catalogue_entity *entity,
                                                     const struct word *word)
{
    for (size_t i = 0; !word->quoted && i < entity->nactions; i++) {
        const struct catalogue_action *action = &entity->actions[i];
        bool key = action->key && word->text[0] == action->key && !word->text[1];
        if (key || strcmp(action->name, word->text) == 0 ||
            (action->label && *word->text && strcmp(_(action->label), word->text) == 0))
            return action;
    }
    return NULL;
}

/* The letters before the first sign that could be an operator; 0: there are none. */
static size_t name_len(const char *text)
{
    size_t n = 0;
    while (islower((unsigned char)text[n]) || isdigit((unsigned char)text[n]) || text[n] == '_')
        n++;
    return text[n] && strchr("=!<>~^", text[n]) ? n : 0;
}

static const char *name_of(const struct word *word, struct arena *arena)
{
    size_t n = word->quoted ? 0 : name_len(word->text);
    return n ? arena_strndup(arena, word->text, n) : NULL;
}

static bool is_term(const struct catalogue_entity *entity, const struct word *word, struct arena *arena)
{
    size_t n = word->quoted ? 0 : strcspn(word->text, "!=<>~^");
    return n && word->text[n] && filter_field_named(entity, arena_strndup(arena, word->text, n));
}

const struct field *quick_arg_field(const struct catalogue_action *action, const char *name)
{
    static const struct field reason = {.name = "reason", .label = N_("Reason"), .type = FIELD_TEXT};
    for (size_t i = 0; i < action->nargs; i++)
        if (strcmp(action->args[i].name, name) == 0)
            return &action->args[i];
    return action->reason && strcmp(name, "reason") == 0 ? &reason : NULL;
}

/* The argument meant by a name, or by the only one that begins so ("vehicle" for vehicle_id). */
static const char *arg_guess(const struct catalogue_action *action, const char *name)
{
    const struct field *field = quick_arg_field(action, name);
    const char *found = field ? field->name : NULL;
    size_t hits = 0;
    for (size_t i = 0; !field && i < action->nargs; i++)
        if (strncmp(action->args[i].name, name, strlen(name)) == 0) {
            found = action->args[i].name;
            hits++;
        }
    return field || hits == 1 ? found : NULL;
}

static void add_arg(struct quick *quick, const struct word *word, struct arena *arena)
{
    const char *name = name_of(word, arena), *full = NULL;
    size_t n = name ? strlen(name) : 0;
    if (name && word->text[n] == '=' && quick->action)
        full = arg_guess(quick->action, name);
    else if (name && word->text[n] == '=') {
        const struct field *field = catalogue_field_guess(quick->entity, name);
        full = field ? field->name : NULL;
    }
    quick->args[quick->nargs++] =
        (struct quick_arg){.name = full, .text = full ? word->text + n + 1 : word->text};
}

static bool add_args(struct quick *quick, const struct words *words, size_t from, struct arena *arena)
{
    for (size_t i = from; i < words->count; i++) {
        if (quick->nargs == QUICK_ARGS)
            return false;
        add_arg(quick, &words->items[i], arena);
    }
    return true;
}

static const char *joined(const struct words *words, size_t from, size_t to, struct arena *arena)
{
    struct str text;
    str_init(&text, arena);
    for (size_t i = from; i < to; i++)
        str_addf(&text, "%s%s", i > from ? " " : "", words->items[i].text);
    return text.data;
}

/* ---- the line ---- */

static enum quick_kind parse_new(struct quick *quick, const struct words *words, size_t from,
                                 struct arena *arena)
{
    quick->kind = QUICK_NEW;
    return add_args(quick, words, from, arena) ? QUICK_NEW : QUICK_NONE;
}

static enum quick_kind parse_action(struct quick *quick, const struct words *words, size_t part_from,
                                    size_t part_to, size_t args_from, struct arena *arena)
{
    quick->kind = QUICK_ACTION;
    quick->part = joined(words, part_from, part_to, arena);
    return *quick->part && add_args(quick, words, args_from, arena) ? QUICK_ACTION : QUICK_NONE;
}

/* Behind the code of an entity. */
static enum quick_kind parse_entity(struct quick *quick, const struct words *words, struct arena *arena)
{
    bool terms = false;
    for (size_t i = 1; i < words->count; i++)
        terms = terms || is_term(quick->entity, &words->items[i], arena);
    for (size_t i = 2; i < words->count && !is_term(quick->entity, &words->items[1], arena); i++) {
        quick->action = action_of_word(quick->entity, &words->items[i]);
        quick->by_key = quick->action && !words->items[i].text[1];
        if (quick->action)
            return parse_action(quick, words, 1, i, i + 1, arena);
    }
    quick->kind = terms || words->count == 1 ? QUICK_LIST : QUICK_RECORD;
    if (quick->kind == QUICK_LIST)
        quick->filter = words->count > 1 ? words->items[1].at : "";
    else
        quick->part = joined(words, 1, words->count, arena);
    return quick->kind == QUICK_LIST || *quick->part ? quick->kind : QUICK_NONE;
}

/* Takes the `+` off "cu+". */
static bool cut_plus(struct word *word, struct arena *arena)
{
    size_t len = strlen(word->text);
    if (word->quoted || len < 2 || word->text[len - 1] != '+')
        return false;
    word->text = arena_strndup(arena, word->text, len - 1);
    return true;
}

static enum quick_kind parse(const struct catalogue *catalogue, const char *line, struct arena *arena,
                             struct quick *quick)
{
    struct words words;
    while (is_space(*line))
        line++;
    if (*line == '=') {
        quick->sum = arena_strdup(arena, line + 1);
        return QUICK_SUM;
    }
    split(arena_strdup(arena, line), arena, &words);
    if (!words.count || words.full || words.items[0].quoted)
        return QUICK_NONE;
    bool made = cut_plus(&words.items[0], arena);
    quick->entity = entity_of(catalogue, words.items[0].text);
    bool plus = !made && words.count > 1 && !words.items[1].quoted && strcmp(words.items[1].text, "+") == 0;
    if (quick->entity && (made || plus))
        return parse_new(quick, &words, made ? 1 : 2, arena);
    if (quick->entity)
        return parse_entity(quick, &words, arena);
    quick->action = made ? NULL : action_of_code(catalogue, words.items[0].text, &quick->entity);
    if (!quick->action)
        return QUICK_NONE;
    if (words.count > 1)
        return parse_action(quick, &words, 1, 2, 2, arena);
    quick->action = NULL;
    quick->filter = "";
    return QUICK_LIST;
}

enum quick_kind quick_parse(const struct catalogue *catalogue, const char *line, struct arena *arena,
                            struct quick *quick_r)
{
    *quick_r = (struct quick){0};
    enum quick_kind kind = parse(catalogue, line, arena, quick_r);
    if (kind == QUICK_NONE)
        *quick_r = (struct quick){0};
    quick_r->kind = kind;
    return kind;
}

/* ---- and back ---- */

static void write_unless(const char *text, const char *signs, struct str *out)
{
    if (*text && !strpbrk(text, signs)) {
        str_add(out, text);
        return;
    }
    str_add_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            str_add_char(out, '"');
        str_add_char(out, *text);
    }
    str_add_char(out, '"');
}

void quick_write_word(const char *word, struct str *out)
{
    write_unless(word, " \t\"=!<>~^+", out);
}

static void write_args(const struct quick *quick, struct str *out)
{
    for (size_t i = 0; i < quick->nargs; i++) {
        str_add_char(out, ' ');
        if (quick->args[i].name) {
            str_addf(out, "%s=", quick->args[i].name);
            write_unless(quick->args[i].text, " \t\"", out);
        } else {
            quick_write_word(quick->args[i].text, out);
        }
    }
}

/* By its letter where no other action has it. */
static void write_action(const struct quick *quick, struct str *out)
{
    size_t same = 0;
    for (size_t i = 0; i < quick->entity->nactions; i++)
        same += quick->entity->actions[i].key == quick->action->key;
    str_add_char(out, ' ');
    if (quick->action->key && (same == 1 || quick->by_key))
        str_add_char(out, quick->action->key);
    else
        str_add(out, quick->action->name);
}

void quick_write(const struct quick *quick, struct str *out)
{
    const struct catalogue_entity *entity = quick->entity;
    if (quick->kind == QUICK_SUM)
        str_addf(out, "=%s", quick->sum);
    if (!entity)
        return;
    str_add(out, entity->code ? entity->code : entity->name);
    if (quick->kind == QUICK_NEW)
        str_add_char(out, '+');
    if (quick->kind == QUICK_LIST && *quick->filter)
        str_addf(out, " %s", quick->filter);
    if (quick->kind == QUICK_RECORD || quick->kind == QUICK_ACTION) {
        str_add_char(out, ' ');
        quick_write_word(quick->part, out);
    }
    if (quick->kind == QUICK_ACTION)
        write_action(quick, out);
    write_args(quick, out);
}
