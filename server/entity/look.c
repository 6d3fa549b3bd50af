/* A short look at one record: is it there to be seen, in which version, whose. */
#include "server/entity/entity-private.h"

struct rows *entity_look(struct request *request, const struct entity *entity, int64_t id,
                         const struct grant *grant)
{
    struct builder b;
    builder_init(&b, request->arena);
    str_addf(&b.text, "SELECT %s, %s, ", entity_has_version(entity) ? "t.version" : "0",
             entity_is_scoped(entity) ? "t.branch_id" : "NULL");
    if (entity->own_column)
        str_addf(&b.text, "t.\"%s\"", entity->own_column);
    else if (entity->party_column)
        str_addf(&b.text, "-1 - t.\"%s\"", entity->party_column); /* change_party() */
    else
        str_add(&b.text, "NULL");
    str_addf(&b.text, " FROM \"%s\" t WHERE t.id = ", entity->table);
    builder_param(&b, p_int(id));
    sql_scope(&b, entity, grant, request->session);
    return builder_read(&b, request->tx);
}

bool entity_takes_files(const struct entity *entity)
{
    unsigned wanted = VERB_GET | VERB_UPDATE;
    return (entity->verbs & wanted) == wanted && !entity->parent;
}
