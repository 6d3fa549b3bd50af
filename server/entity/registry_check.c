/* What a row that declares an entity must hold to; a program whose rows do not, does not start. */
#include "server/entity/entity-private.h"

#include "base/log.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(const struct entity *entity, const char *what, const char *which)
{
    log_error("entity %s: %s %s", entity->name ? entity->name : "?", what, which ? which : "");
    abort();
}

/* Names go into SQL text: what is no plain word never gets there. */
static void check_word(const struct entity *entity, const char *word)
{
    if (!word || !*word || isdigit((unsigned char)*word))
        refuse(entity, "no name:", word);
    for (const char *at = word; *at; at++) {
        if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
            refuse(entity, "no name:", word);
    }
}

static void check_fields(const struct entity *entity)
{
    size_t lines = 0;
    if (entity->nfields > ENTITY_FIELDS_MAX)
        refuse(entity, "too many fields", NULL);
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        check_word(entity, field->name);
        check_word(entity, field_column(field));
        if (field->virtual_ && !field->sql)
            refuse(entity, "virtual without sql:", field->name);
        if (field_storage_of(field) == STORE_LINES && (!field->lines || ++lines > ENTITY_LINE_FIELDS_MAX))
            refuse(entity, "bad line table:", field->name);
        if (field->lines && !field->lines->parent)
            refuse(entity, "line entity without parent:", field->name);
        if (field->lines && (!field->lines->table || !field->lines->size))
            refuse(entity, "line entity without table or size:", field->name);
        if (entity_field_index(entity, field->name) != (int)i)
            refuse(entity, "declared twice:", field->name);
    }
}

static void check_states(const struct entity *entity)
{
    const char *columns[ENTITY_STATES_MAX];
    size_t n = entity_state_columns(entity, columns);
    for (size_t i = 0; i < n; i++) {
        int index = entity_field_index(entity, columns[i]);
        if (index < 0 || entity->fields[index].storage != STORE_TEXT)
            refuse(entity, "state is no text field:", columns[i]);
    }
}

static void check_actions(const struct entity *entity)
{
    size_t count = 0;
    for (size_t i = 0; i < entity->nactions; i++) {
        const struct action *action = &entity->actions[i];
        check_word(entity, action->name);
        count += action->nconditions;
        for (size_t j = 0; j < action->nconditions; j++)
            if (!action->conditions[j].holds || !action->conditions[j].why)
                refuse(entity, "condition without what holds, or why:", action->name);
    }
    if (count > ENTITY_CONDITIONS_MAX)
        refuse(entity, "too many conditions", NULL);
}

void entity_check(const struct entity *entity)
{
    check_word(entity, entity->name);
    check_word(entity, entity->table);
    if (entity->own_column)
        check_word(entity, entity->own_column);
    if (entity->party_column)
        check_word(entity, entity->party_column);
    if (entity->sequence)
        check_word(entity, entity->sequence);
    check_fields(entity);
    check_states(entity);
    check_actions(entity);
    if (entity->flags & ENTITY_BARE &&
        (entity->verbs & (VERB_UPDATE | VERB_DISABLE | VERB_DELETE) || entity->nactions))
        refuse(entity, "cannot be changed without a version", NULL);
    if (entity_find(entity->name))
        refuse(entity, "declared twice", NULL);
    if (entity_count() == ENTITY_MAX)
        refuse(entity, "too many entities", NULL);
}
