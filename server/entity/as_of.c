#include "server/entity/entity-private.h"

#include "base/arena.h"
#include "base/time.h"

#include <string.h>

/*
 * A record as it stood: the row of now with the trail undone, newest change first, back to that moment. The row so made goes through
 * the same expressions as E.get's. Labels and what is computed from other tables are of now. Who may see a record now sees it as it stood
 * where it stood in his branches.
 */

/* The trail after the moment as one object, column → value before the earliest of these changes. */
static void add_undone(struct builder *b, const struct entity *entity, int64_t id, struct instant at)
{
    str_add(&b->text, "(SELECT coalesce(jsonb_object_agg(CASE e.key");
    for (size_t i = 0; i < entity->nfields; i++)
        if (entity->fields[i].column && field_is_stored(&entity->fields[i]))
            str_addf(&b->text, " WHEN '%s' THEN '%s'", entity->fields[i].name, entity->fields[i].column);
    str_add(&b->text, " WHEN '' THEN '' ELSE e.key END, e.value ORDER BY c.version DESC NULLS LAST, c.id "
                      "DESC), '{}') AS was"
                      " FROM change c, jsonb_each(c.was) e WHERE c.entity = ");
    builder_param(b, p_text(entity->name));
    str_add(&b->text, " AND c.row_id = ");
    builder_param(b, p_int(id));
    str_add(&b->text, " AND c.at > ");
    builder_param(b, p_time(at));
    str_add(&b->text, "::timestamptz)");
}

/* What the trail says of the record by then and since: its version and time, whether it was in use, and how much of what came after is told. */
static void add_trail(struct builder *b, const struct entity *entity, int64_t id, struct instant at)
{
    str_add(
        &b->text,
        "(SELECT max(c.version) FILTER (WHERE c.at <= m.at) AS version,"
        " max(c.at) FILTER (WHERE c.at <= m.at AND c.version > 1) AS updated_at,"
        " count(*) FILTER (WHERE c.at > m.at AND (c.was ? 'disabled_at' OR c.now ? 'disabled_at')) AS turns,"
        " (array_agg(c.now -> 'disabled_at' ORDER BY c.version DESC, c.id DESC)"
        " FILTER (WHERE c.at <= m.at AND c.now ? 'disabled_at'))[1] AS disabled_at,"
        " count(DISTINCT c.version) FILTER (WHERE c.at > m.at) AS later,"
        " max(c.version) FILTER (WHERE c.at > m.at) AS last, m.at FROM (SELECT ");
    builder_param(b, p_time(at));
    str_add(&b->text, "::timestamptz AS at) m LEFT JOIN change c ON c.entity = ");
    builder_param(b, p_text(entity->name));
    str_add(&b->text, " AND c.row_id = ");
    builder_param(b, p_int(id));
    str_add(&b->text, " GROUP BY m.at)");
}

/* Where the trail says nothing of the time before (it was loaded with the system), versions are counted back. */
static const char made[] =
    "to_jsonb(base) || undone.was || jsonb_build_object("
    "'version', coalesce(trail.version, base.version - trail.later),"
    " 'updated_at', CASE WHEN trail.later = 0 THEN base.updated_at ELSE trail.updated_at END,"
    " 'disabled_at', CASE WHEN trail.turns = 0 THEN to_jsonb(base.disabled_at) ELSE trail.disabled_at END)";

/* Changes of this record that stand in another branch are hidden by row-level security: then what is undone is not all. */
static const char whole[] = "CASE WHEN trail.later = 0 THEN coalesce(base.updated_at <= trail.at, true)"
                            " ELSE trail.last = base.version AND base.version - coalesce(trail.version, "
                            "base.version - trail.later) = trail.later END";

/* The row of now; of a table with secrets only what its descriptor shows, for the rest may not be read. */
static void add_base(struct builder *b, const struct entity *entity)
{
    const struct field *fields[ENTITY_ALL_FIELDS_MAX];
    size_t n = entity_all_fields(entity, fields);
    bool secrets = false;
    for (size_t i = 0; i < n; i++)
        secrets |= fields[i]->secret;
    if (!secrets) {
        builder_name(b, entity->table);
        return;
    }
    str_add(&b->text, "(SELECT ");
    for (size_t i = 0, any = 0; i < n; i++)
        if (field_is_stored(fields[i]) && field_is_readable(fields[i]))
            str_addf(&b->text, "%s\"%s\"", any++ ? ", " : "", field_column(fields[i]));
    str_addf(&b->text, " FROM \"%s\")", entity->table);
}

static void add_sources(struct builder *b, struct request *request, const struct entity *entity, int64_t id,
                        struct instant at)
{
    str_add(&b->text, " FROM ");
    add_base(b, entity);
    str_add(&b->text, " base, ");
    add_undone(b, entity, id, at);
    str_add(&b->text, " undone, ");
    add_trail(b, entity, id, at);
    str_addf(&b->text, " trail, jsonb_populate_record(NULL::\"%s\", %s) t WHERE base.id = ", entity->table,
             made);
    builder_param(b, p_int(id));
    str_addf(&b->text,
             " AND base.created_at <= trail.at AND EXISTS (SELECT FROM \"%s\" t WHERE t.id = base.id",
             entity->table);
    sql_scope(b, entity, request->grant, request->session);
    str_add_char(&b->text, ')');
    if (!request->grant->own)
        sql_scope(b, entity, request->grant, request->session);
}

/* The lines of then are in the trail as they were written, if they were changed since; else they are those of now. */
static void add_lines(struct builder *b, struct request *request, const struct field *field)
{
    str_addf(&b->text, "CASE WHEN undone.was ? '%s' THEN (undone.was -> '%s')::json ELSE ", field->name,
             field->name);
    sql_lines_json(b, request, field, false);
    str_add(&b->text, " END");
}

int entity_run_as_of(struct request *request, const struct entity *entity, int64_t id, struct instant at)
{
    struct builder b;
    char text[TIME_TEXT_SIZE];
    if (!grant_of(request->session, entity->name, "history"))
        return request_fail(request, ERR_FORBIDDEN, "at", N_("You have no right to see what was before"),
                            NULL);
    if (!entity_has_version(entity))
        return request_fail(request, ERR_INVALID, "at", N_("Of these records no history is kept"), NULL);
    builder_init(&b, request->arena);
    str_addf(&b.text, "SELECT %s, (SELECT row_to_json(x) FROM (SELECT ", whole);
    get_add_shown(&b, request, entity, add_lines);
    str_add(&b.text, ") x)::text");
    add_sources(&b, request, entity, id, at);
    struct rows *rows = builder_read(&b, request->tx);
    int rc = request_need(request);
    if (rc)
        return rc;
    if (rows_count(rows) == 0)
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There was no such record then"), NULL);
    const char *row = rows_text(rows, 0, 1);
    str_clear(&request->out);
    str_add_n(&request->out, row, strlen(row) - 1);
    str_addf(&request->out, ",\"as_of\":\"%s\"", time_print(text, sizeof(text), at));
    if (!rows_bool(rows, 0, 0))
        str_add(&request->out, ",\"partial\":true");
    str_add_char(&request->out, '}');
    return 0;
}
