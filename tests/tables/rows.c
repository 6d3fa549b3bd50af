#include "tests/tables/tables.h"

#include "base/arena.h"
#include "wire/message.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH_MAX = 60 };

static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {"id", "version", "key", "reason", "items"};
    for (size_t i = 0; i < array_len(reserved); i++) {
        if (!strcmp(reserved[i], name))
            return true;
    }
    return false;
}

/* msgids are English: what is not ASCII would be nobody's language. A few signs are everybody's. */
static void look_msgid(const struct entity *entity, const char *name, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; at && *at; at++) {
        if (*at >= 0xE4 && *at <= 0xE9 && at[1] >= 0x80 && strstr(text, "粤") == NULL &&
            strstr(text, "粵") == NULL) {
            fault(entity, "a text is not English:", name);
            return;
        }
    }
}

static bool choice_known(const struct choice *choices, const char *code, size_t len)
{
    for (; choices && choices->code; choices++) {
        if (strlen(choices->code) == len && !strncmp(choices->code, code, len))
            return true;
    }
    return false;
}

/* "field=code[,code]": the field is there, and may hold those codes. */
static void look_condition(const struct entity *entity, const struct field *field, const struct field *others,
                           size_t count)
{
    const char *equals = field->show_if ? strchr(field->show_if, '=') : NULL;
    const struct field *other = NULL;
    if (!field->show_if)
        return;
    for (size_t i = 0; equals && i < count; i++) {
        if (!strncmp(others[i].name, field->show_if, (size_t)(equals - field->show_if)) &&
            others[i].name[equals - field->show_if] == '\0')
            other = &others[i];
    }
    if (!other) {
        fault(entity, "shown if no such field holds something:", field->name);
        return;
    }
    for (const char *at = equals + 1; other->choices && *at;) {
        size_t len = strcspn(at, ",");
        if (!choice_known(other->choices, at, len))
            fault(entity, "shown if a field holds what it cannot:", field->name);
        at += len + (at[len] == ',');
    }
}

static void look_default(const struct entity *entity, const struct field *field)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text;
    if (field->init && field_parse_text(field, arena, field->init, &text) != FIELD_OK)
        fault(entity, "the default is no value of", field->name);
}

static void look_type(const struct entity *entity, const struct field *field)
{
    enum field_type type = field_type_of(field);
    if (type == FIELD_NONE)
        fault(entity, "has no type:", field->name);
    if (type == FIELD_FEN &&
        (strlen(field->name) < 5 || strcmp(field->name + strlen(field->name) - 4, "_fen") != 0))
        fault(entity, "an amount is not named _fen:", field->name);
    if (field->width > WIDTH_MAX)
        fault(entity, "too wide:", field->name);
    if (field->max && field->min > (int64_t)field->max)
        fault(entity, "no value fits:", field->name);
    if (field->ref && !entity_find(field->ref))
        fault(entity, "refers to what is not there:", field->name);
    if (field->unique && (field->virtual_ || field->no_column))
        fault(entity, "unique without a column:", field->name);
    if (field->virtual_ && (field->required || field->search))
        fault(entity, "computed, but required or searched:", field->name);
    if (field->readonly && field->required)
        fault(entity, "required, but nobody may give it:", field->name);
    look_msgid(entity, field->name, field->label);
    look_msgid(entity, field->name, field->help);
}

static void look_field(const struct entity *entity, const struct field *field)
{
    bool built_in = !strcmp(field->name, "id") || !strcmp(field->name, "version");
    if (is_reserved(field->name) && !built_in && !field->readonly)
        fault(entity, "its name is a reserved argument:", field->name);
    look_type(entity, field);
    look_default(entity, field);
    look_condition(entity, field, entity->fields, entity->nfields);
    for (const struct choice *a = field->choices; a && a->code; a++) {
        for (const struct choice *b = field->choices; b < a; b++) {
            if (!strcmp(a->code, b->code))
                fault(entity, "the same choice twice:", a->code);
        }
    }
}

static void look_arguments(const struct entity *entity, const struct action *action)
{
    for (size_t i = 0; i < action->nargs; i++) {
        const struct field *arg = &action->args[i];
        if (is_reserved(arg->name) && strcmp(arg->name, "items") != 0)
            fault(entity, "an argument has a reserved name:", arg->name);
        if (!strcmp(arg->name, "items") && action->bulk)
            fault(entity, "items are the rows of a batch, and an argument:", action->name);
        look_type(entity, arg);
        look_default(entity, arg);
        look_condition(entity, arg, action->args, action->nargs);
        for (size_t j = 0; j < i; j++) {
            if (!strcmp(action->args[j].name, arg->name))
                fault(entity, "the same argument twice:", arg->name);
        }
    }
}

static void look_lines(const struct entity *line)
{
    for (size_t i = 0; i < line->nfields; i++) {
        if (line->fields[i].lines)
            fault(line, "lines in lines:", line->fields[i].name);
        look_field(line, &line->fields[i]);
    }
}

/* The names every clerk knows, or that say what they hold; any other field says what it is for. */
static bool is_plain_word(const char *name)
{
    static const char *const words[] = {"name",        "name_en",  "code",       "phone",      "phone2",
                                        "address",     "remarks",  "created_at", "created_by", "updated_at",
                                        "disabled_at", "position", "id",         "version",    "at",
                                        "who",         "reason"};
    for (size_t i = 0; i < array_len(words); i++) {
        if (!strcmp(words[i], name))
            return true;
    }
    return false;
}

static bool has_words(const char *text)
{
    return text && *text;
}

/* What F1 tells comes from here, in the manual, too. */
static void look_helps(const struct entity *entity)
{
    if (!entity->parent && !has_words(entity->help))
        fault(entity, "has no help", NULL);
    for (size_t i = 0; i < entity->nactions; i++) {
        if (!has_words(entity->actions[i].help))
            fault(entity, "an action has no help:", entity->actions[i].name);
        for (size_t j = 0; j < entity->actions[i].nargs; j++) {
            if (!has_words(entity->actions[i].args[j].help))
                fault(entity, "an argument has no help:", entity->actions[i].args[j].name);
        }
    }
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!has_words(entity->fields[i].help) && !is_plain_word(entity->fields[i].name))
            fault(entity, "a field has no help:", entity->fields[i].name);
    }
}

/* A code means one thing on the command line. */
static void look_codes(const struct entity *entity)
{
    const char *codes[3 + 64] = {entity->code, entity->quick, entity->name};
    size_t n = 3;
    for (size_t i = 0; i < entity->nactions && n < array_len(codes); i++)
        codes[n++] = entity->actions[i].quick;
    for (size_t i = 0; i < n; i++) {
        for (size_t e = 0; codes[i] && e < entity_count(); e++) {
            const struct entity *other = entity_at(e);
            bool same = (other->code && !strcmp(other->code, codes[i])) ||
                        (other->quick && !strcmp(other->quick, codes[i])) || !strcmp(other->name, codes[i]);
            if (same && other != entity)
                fault(entity, "its code is another's, too:", codes[i]);
        }
    }
}

void look_rows(const struct entity *entity)
{
    look_helps(entity);
    look_codes(entity);
    char verb[WIDTH_MAX * 2];
    for (size_t i = 0; i < entity->nfields; i++) {
        look_field(entity, &entity->fields[i]);
        if (entity->fields[i].lines)
            look_lines(entity->fields[i].lines);
    }
    for (size_t i = 0; i < entity->nactions; i++) {
        look_arguments(entity, &entity->actions[i]);
        snprintf(verb, sizeof(verb), "%s.%s", entity->name, entity->actions[i].name);
        if (!message_verb_valid(verb))
            fault(entity, "no name of a verb:", verb);
    }
    if (entity->scope == SCOPE_COMPANY && entity_field(entity, "branch_id") &&
        !strcmp(entity->table, "branch"))
        fault(entity, "a branch stands in the scope of itself", NULL);
}
