#include "server/entity/entity-private.h"

#include "base/arena.h"

/*
 * The changes of one record, the newest first. Who may see the record sees its history; of a record that is gone, who had the branch
 * it stood in. Row-level security on the trail itself keeps other branches' part of a moved record away.
 */
static void queue_history(struct request *request, const struct entity *entity, struct rows **seen,
                          struct rows **rows)
{
    enum { HISTORY_MAX = 500 };
    struct builder b;
    int64_t id = request_int(request, "id");
    builder_init(&b, request->arena);
    str_addf(&b.text, "SELECT EXISTS (SELECT FROM \"%s\" t WHERE t.id = ", entity->table);
    builder_param(&b, p_int(id));
    sql_scope(&b, entity, request->grant, request->session);
    str_addf(&b.text, "), EXISTS (SELECT FROM \"%s\" t WHERE t.id = ", entity->table);
    builder_param(&b, p_int(id));
    str_add_char(&b.text, ')');
    *seen = builder_read(&b, request->tx);

    builder_init(&b, request->arena);
    str_add(&b.text,
            "SELECT row_to_json(x)::text FROM (SELECT c.id, "
            "to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, c.who, "
            "(SELECT e.name FROM employee e WHERE e.id = c.who) AS who_label, c.terminal, c.verb, c.version, "
            "c.branch_id, c.reason, c.was, c.now FROM change c WHERE c.entity = ");
    builder_param(&b, p_text(entity->name));
    str_add(&b.text, " AND c.row_id = ");
    builder_param(&b, p_int(id));
    if (entity_is_scoped(entity) && !request->grant->all && !request->grant->own) {
        str_add(&b.text, " AND (c.branch_id IS NULL OR c.branch_id = ANY (");
        builder_param(&b, p_text(request->grant->scope));
        str_add(&b.text, "::int[]))");
    }
    str_addf(&b.text, " ORDER BY c.version DESC NULLS LAST, c.at DESC, c.id DESC LIMIT %d) x", HISTORY_MAX);
    *rows = builder_read(&b, request->tx);
}

int entity_run_history(struct request *request)
{
    const struct entity *entity = entity_verb_of(request)->entity;
    struct rows *seen, *rows;
    queue_history(request, entity, &seen, &rows);
    int rc = request_need(request);
    if (rc)
        return rc;
    bool hidden = !rows_bool(seen, 0, 0) && (rows_bool(seen, 0, 1) || !request->grant->all);
    if (hidden || (!rows_bool(seen, 0, 0) && !rows_count(rows)))
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    str_clear(&request->out);
    str_add(&request->out, "{\"rows\":[");
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (i)
            str_add_char(&request->out, ',');
        str_add(&request->out, rows_text(rows, i, 0));
    }
    str_add(&request->out, "]}");
    return 0;
}
