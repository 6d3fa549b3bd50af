/* E.get: one record as its form shows it, with lines, words of what it refers to, and what may be done. */
#include "server/entity/entity-private.h"

#include "base/arena.h"
#include "base/time.h"
#include "server/core/holders.h"

#include <string.h>

static void add_lines(struct builder *b, struct request *request, const struct field *field)
{
    sql_lines_json(b, request, field, false);
}

void get_add_shown(struct builder *b, struct request *request, const struct entity *entity,
                   add_lines_sql *lines)
{
    const struct field *fields[ENTITY_ALL_FIELDS_MAX];
    size_t n = entity_all_fields(entity, fields);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (fields[i]->secret || (fields[i]->no_column && !fields[i]->sql))
            continue;
        str_add(&b->text, any ? ", " : "");
        any = true;
        if (field_storage_of(fields[i]) == STORE_LINES)
            lines(b, request, fields[i]);
        else
            sql_json_value(&b->text, fields[i], false);
        str_addf(&b->text, " AS \"%s\"", fields[i]->name);
        size_t before = b->text.len;
        str_add(&b->text, ", ");
        if (sql_label(b, request, fields[i])) {
            str_add(&b->text, " AS ");
            sql_label_name(&b->text, fields[i]);
        } else {
            str_truncate(&b->text, before);
        }
    }
}

static bool field_is_loaded(const struct field *field)
{
    return field_is_readable(field) && field_is_stored(field);
}

/* Typed columns beside the JSON: only for an entity whose decorate hook looks at the record. */
static void add_typed(struct builder *b, const struct entity *entity)
{
    for (size_t i = 0; entity->decorate && i < entity->nfields; i++) {
        if (!field_is_loaded(&entity->fields[i]))
            continue;
        str_add(&b->text, ", ");
        sql_value(&b->text, &entity->fields[i]);
    }
}

static void queue_record(struct command *command)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    const struct session *session = act->request->session;
    struct builder b;
    builder_init(&b, act->request->arena);
    str_add(&b.text, "SELECT ");
    sql_meta(&b, entity, session);
    str_add(&b.text, "(SELECT row_to_json(x) FROM (SELECT ");
    get_add_shown(&b, act->request, entity, add_lines);
    str_add(&b.text, ") x)::text");
    add_typed(&b, entity);
    str_addf(&b.text, " FROM \"%s\" t WHERE t.id = ", entity->table);
    builder_param(&b, p_int(act->id));
    sql_scope(&b, entity, act->request->grant, session);
    command->row = builder_read(&b, act->request->tx);
}

static void fill_record(struct command *command, int column)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    for (size_t i = 0; entity->decorate && i < entity->nfields; i++) {
        if (!field_is_loaded(&entity->fields[i]))
            continue;
        struct value value = rows_value(command->row, 0, column++, &entity->fields[i]);
        record_set(&entity->fields[i], act->now, &value);
    }
    act->was = act->now;
    act->version = command->meta.version;
    act->branch_id = command->meta.branch_id;
    act->state = entity->state ? command->meta.states[0] : NULL;
}

int entity_run_get(struct request *request)
{
    struct instant at;
    const char *when = request_text(request, "at");
    if (when && time_parse(when, &at) == 0)
        return entity_run_as_of(request, entity_verb_of(request)->entity, request_int(request, "id"), at);
    struct command *command = command_create(request);
    struct act *act = &command->act;
    act->id = request_int(request, "id");
    queue_record(command);
    int rc = act->entity->decorate_load ? act->entity->decorate_load(act) : 0;
    if (!rc)
        rc = request_need(request);
    if (rc)
        return rc;
    if (rows_count(command->row) == 0)
        return request_fail(request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    int column = meta_read(act->entity, command->row, 0, &command->meta);
    const char *row = rows_text(command->row, 0, column);
    fill_record(command, column + 1);
    if (act->entity->decorate)
        rc = act->entity->decorate(act);
    if (rc)
        return rc;
    str_clear(&request->out);
    str_add_n(&request->out, row, strlen(row) - 1);
    str_add(&request->out, ",\"can\":");
    allowed_write(act->entity, request->session, &command->meta, NULL, &request->out);
    cannot_write(act->entity, request->session, &command->meta, &request->out);
    str_add(&request->out, command->extra.data);
    if (request->session->party_id <= 0) /* who of ours is at it is no third party's business */
        holders_add(&request->out, act->entity->name, act->id, request->session->id);
    str_add_char(&request->out, '}');
    return 0;
}
