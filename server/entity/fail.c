#include "server/entity/entity-private.h"

#include <string.h>

/* An index is named after its table and columns: the field whose column stands in the name, the longest where several do. */
static const struct field *field_in(const struct entity *entity, const char *constraint, bool unique)
{
    const struct field *found = NULL;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        const char *column = field_column(field);
        size_t len = strlen(column);
        if (field_storage_of(field) == STORE_LINES || (unique && !field->unique))
            continue;
        for (const char *at = strstr(constraint, column); at; at = strstr(at + 1, column)) {
            bool whole = at > constraint && at[-1] == '_' && (at[len] == '_' || !at[len]);
            if (whole && (!found || len > strlen(field_column(found))))
                found = field;
        }
    }
    return found;
}

static bool is_of_table(const char *constraint, const struct entity *entity)
{
    size_t len = strlen(entity->table);
    return !strncmp(constraint, entity->table, len) && constraint[len] == '_';
}

/* The line table whose index it is, when it is none of the record's own: its table's name is the longer match. */
static const struct field *lines_in(const struct entity *entity, const char *constraint)
{
    const struct field *found = NULL;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->storage == STORE_LINES && is_of_table(constraint, field->lines) &&
            strlen(field->lines->table) > strlen(entity->table))
            found = field;
    }
    return found;
}

static int fail_duplicate(struct request *request, const struct entity *entity, const char *constraint)
{
    const struct field *lines = lines_in(entity, constraint);
    const struct field *field = field_in(lines ? lines->lines : entity, constraint, !lines);
    if (!field && !lines)
        field = field_in(entity, constraint, false);
    if (!field)
        return 0;
    return request_fail(request, ERR_DUPLICATE, lines ? lines->name : field->name,
                        N_("{field}: this value is taken already"), "field",
                        field->label ? field->label : field->name, NULL);
}

static int fail_refused(struct request *request, const struct entity_verb *verb, const char *constraint)
{
    const char *sqlstate = tx_sqlstate(request->tx);
    bool reference = !strcmp(sqlstate, "23503"), overlap = !strcmp(sqlstate, "23P01");
    if (reference && verb->kind == ACT_DELETE)
        return request_fail(request, ERR_CONFLICT, NULL, N_("The record is in use: disable it instead"),
                            NULL);
    if (!reference && !overlap && strcmp(sqlstate, "23514") != 0)
        return 0;
    const struct field *field = *constraint ? field_in(verb->entity, constraint, false) : NULL;
    if (!field)
        return 0;
    if (overlap)
        return request_fail(request, ERR_DUPLICATE, field->name,
                            N_("{field}: another one holds at that time: end it first"), "field",
                            field->label ? field->label : field->name, NULL);
    return request_fail(request, ERR_INVALID, field->name,
                        reference ? N_("{field}: there is no such record, or it is disabled")
                                  : N_("{field}: this is not a valid value"),
                        "field", field->label ? field->label : field->name, NULL);
}

int entity_failed(struct request *request)
{
    const struct entity_verb *verb = entity_verb_of(request);
    const char *constraint = tx_constraint(request->tx);
    switch (tx_fault(request->tx)) {
    case TX_DUPLICATE: return fail_duplicate(request, verb->entity, constraint);
    case TX_REFUSED: return fail_refused(request, verb, constraint);
    default: return 0;
    }
}
