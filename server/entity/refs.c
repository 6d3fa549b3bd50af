#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <string.h>

/* A reference to be looked at in the first flush: there, live, and where this user may see. */
struct check {
    const char *name; /* of the argument */
    const struct field *field;
    int64_t id;
};

static bool code_known(const struct base_choice *choices, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(choices[i].code, code))
            return !choices[i].disabled;
    }
    return false;
}

static int no_choice(struct request *request, const struct field *field, const char *name, const char *code)
{
    return bind_fault(request, field, name, FIELD_NO_CHOICE, json_string(code));
}

int check_base(struct request *request, const struct field *field, const char *name,
               const struct value *value)
{
    size_t count;
    if (!field->base || value->null || !entity_choices_source())
        return 0;
    if (!strcmp(
            field->base,
            "permission")) /* a scope may follow, and what is not built yet stays: judged by the role's own hook */
        return 0;
    const struct base_choice *choices = entity_choices_source()(field->base, request->arena, &count);
    if (value->storage == STORE_TEXT)
        return code_known(choices, count, value->text) ? 0 : no_choice(request, field, name, value->text);
    for (size_t i = 0; value->storage == STORE_SET && i < value->set.count; i++) {
        if (!code_known(choices, count, value->set.items[i]))
            return no_choice(request, field, name, value->set.items[i]);
    }
    return 0;
}

void check_ref(struct command *command, const char *name, const struct field *field, int64_t id)
{
    for (size_t i = 0; i < command->nrefs; i++) {
        if (command->refs[i].id == id && !strcmp(command->refs[i].field->ref, field->ref))
            return;
    }
    if (command->nrefs == command->refs_cap) {
        size_t cap = command->refs_cap ? 2 * command->refs_cap : 8;
        struct check *grown = arena_alloc(command->act.request->arena, cap * sizeof(*grown));
        if (command->nrefs)
            memcpy(grown, command->refs, command->nrefs * sizeof(*grown));
        command->refs = grown;
        command->refs_cap = cap;
    }
    command->refs[command->nrefs++] = (struct check){name, field, id};
}

const struct grant *ref_grant(struct request *request, const char *entity)
{
    const struct grant *grant = grant_of(request->session, entity, "list");
    if (!grant)
        grant = grant_of(request->session, entity, "get");
    return grant ? grant : request->grant;
}

/* One statement for all: a column each, true when the reference holds. Row-level security stands behind it. */
void checks_queue(struct command *command)
{
    struct request *request = command->act.request;
    struct builder b;
    if (!command->nrefs)
        return;
    builder_init(&b, request->arena);
    str_add(&b.text, "SELECT ");
    for (size_t i = 0; i < command->nrefs; i++) {
        const struct check *check = &command->refs[i];
        const struct entity *to = entity_find(check->field->ref);
        if (i)
            str_add(&b.text, ", ");
        if (!to) {
            str_add(&b.text, "true");
            continue;
        }
        str_addf(&b.text, "EXISTS (SELECT FROM \"%s\" t WHERE t.id = ", to->table);
        builder_param(&b, p_int(check->id));
        if (entity_has_version(to))
            str_add(&b.text, " AND t.disabled_at IS NULL");
        sql_scope(&b, to, ref_grant(request, to->name), request->session);
        str_add_char(&b.text, ')');
    }
    command->checks = builder_read(&b, request->tx);
}

int checks_judge(struct command *command)
{
    for (size_t i = 0; i < command->nrefs; i++) {
        const struct check *check = &command->refs[i];
        if (rows_bool(command->checks, 0, (int)i))
            continue;
        return request_fail(command->act.request, ERR_INVALID, check->name,
                            N_("{field}: there is no such record, or it is disabled"), "field",
                            check->field->label ? check->field->label : check->field->name, NULL);
    }
    return 0;
}
