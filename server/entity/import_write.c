/* Many new records in few statements: rows that set the same columns go in together, their keys and their trail likewise. */
#include "server/entity/import-private.h"

#include "base/arena.h"
#include "server/db/array.h"
#include "server/entity/search.h"

#include <inttypes.h>
#include <string.h>

static const struct sql sql_types = {
    "import_types",
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass($1) "
    "AND attnum > 0 AND NOT attisdropped"};

struct rows *import_types_queue(struct import *import)
{
    return tx_read(import->request->tx, &sql_types, p_text(import->entity->table));
}

void import_types_read(struct import *import, struct rows *types)
{
    for (size_t i = 0; i < rows_count(types); i++)
        map_put(&import->types, rows_text(types, i, 0), arena_strdup(import->arena, rows_text(types, i, 1)));
}

struct shape {
    uint64_t bits[2]; /* fields that are written */
};

static struct shape shape_of(const struct command *command)
{
    struct shape shape = {{0}};
    for (size_t i = 0; i < command->act.entity->nfields; i++) {
        if (command_writes(command, i))
            bit_set(shape.bits, i);
    }
    return shape;
}

static bool writes_branch(const struct entity *entity)
{
    return entity_is_scoped(entity) && !entity_is_branch(entity) &&
           entity_field_index(entity, "branch_id") < 0;
}

/* Values go over as text, and become what the column holds. */
static void add_column(struct import *import, struct builder *b, const struct field *field, size_t n,
                       struct str *from, struct str *names, struct param values)
{
    const char *type = map_get(&import->types, field_column(field));
    str_addf(&b->text, ", u.c%zu::%s", n, type ? type : "text");
    str_addf(names, ", c%zu", n);
    str_add(from, ", ");
    struct str text = b->text;
    b->text = *from;
    builder_param(b, values);
    str_add(&b->text, "::text[]");
    *from = b->text;
    b->text = text;
}

static struct param column_values(struct import *import, const struct field *field,
                                  struct import_row *const *rows, size_t count)
{
    struct array_text values;
    array_begin(&values, import->request->arena);
    for (size_t i = 0; i < count; i++) {
        struct value value = record_get(field, rows[i]->command->act.now);
        struct param param = value_param(&value);
        if (value.null)
            array_add_text(&values, NULL);
        else
            array_add_param(&values, &param);
    }
    return array_end(&values);
}

enum { OF_ID, OF_BRANCH };

static struct param numbers(struct import *import, struct import_row *const *rows, size_t count, int what)
{
    struct array_text values;
    array_begin(&values, import->request->arena);
    for (size_t i = 0; i < count; i++) {
        const struct act *act = &rows[i]->command->act;
        array_add_int(&values, what == OF_ID ? act->id : act->branch_id);
    }
    return array_end(&values);
}

static void insert_alike(struct import *import, const struct shape *shape, struct import_row *const *rows,
                         size_t count)
{
    const struct entity *entity = import->entity;
    struct request *request = import->request;
    struct builder b;
    struct str from, names;
    builder_init(&b, request->arena);
    str_init(&from, request->arena);
    str_init(&names, request->arena);
    str_addf(&b.text, "INSERT INTO \"%s\" (id%s%s", entity->table,
             entity_has_version(entity) ? ", created_by" : "", writes_branch(entity) ? ", branch_id" : "");
    for (size_t i = 0; i < entity->nfields; i++) {
        if (bit_is_set(shape->bits, i))
            str_addf(&b.text, ", \"%s\"", field_column(&entity->fields[i]));
    }
    str_add(&b.text, ") SELECT u.id");
    if (entity_has_version(entity)) {
        str_add(&b.text, ", ");
        builder_param(&b, p_int(request->session->employee_id));
        str_add(&b.text, "::bigint");
    }
    struct str text = b.text;
    b.text = from;
    builder_param(&b, numbers(import, rows, count, OF_ID));
    str_add(&b.text, "::bigint[]");
    str_add(&names, "id");
    if (writes_branch(entity)) {
        str_add(&b.text, ", ");
        builder_param(&b, numbers(import, rows, count, OF_BRANCH));
        str_add(&b.text, "::int[]");
        str_add(&names, ", branch");
    }
    from = b.text;
    b.text = text;
    str_add(&b.text, writes_branch(entity) ? ", u.branch" : "");
    for (size_t i = 0; i < entity->nfields; i++) {
        if (bit_is_set(shape->bits, i))
            add_column(import, &b, &entity->fields[i], i, &from, &names,
                       column_values(import, &entity->fields[i], rows, count));
    }
    str_addf(&b.text, " FROM unnest(%s) u (%s)", from.data, names.data);
    builder_write(&b, request->tx);
}

static void insert_all(struct import *import, struct import_row *const *rows, size_t count)
{
    struct arena *arena = import->request->arena;
    struct shape *shapes = arena_alloc(arena, (count + 1) * sizeof(*shapes));
    struct import_row **alike = arena_alloc(arena, (count + 1) * sizeof(struct import_row *));
    bool *done = arena_alloc(arena, count + 1);
    for (size_t i = 0; i < count; i++)
        shapes[i] = shape_of(rows[i]->command);
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        for (size_t j = i; j < count && !done[i]; j++) {
            if (done[j] || memcmp(&shapes[i], &shapes[j], sizeof(shapes[i])) != 0)
                continue;
            alike[n++] = rows[j];
            done[j] = j > i;
        }
        if (n)
            insert_alike(import, &shapes[i], alike, n);
        done[i] = true;
    }
}

/* In the order of the keys, so that each page of the index is touched once. The records are new: none of their keys is there. */
static const struct sql sql_keys = {
    "import_keys",
    "INSERT INTO search_key (token, entity, branch_id, row_id) SELECT u.token, $1::text, u.branch, u.id "
    "FROM unnest($2::text[], $3::int[], $4::bigint[]) u (token, branch, id) ORDER BY u.token COLLATE \"C\""};

static void insert_keys(struct import *import, struct import_row *const *rows, size_t count)
{
    struct request *request = import->request;
    struct array_text tokens, branches, ids;
    array_begin(&tokens, request->arena);
    array_begin(&branches, request->arena);
    array_begin(&ids, request->arena);
    for (size_t i = 0; i < count; i++) {
        const struct act *act = &rows[i]->command->act;
        struct search_tokens found = {.count = 0};
        search_record(&found, request->arena, import->entity, act->now);
        for (size_t n = 0; n < found.count; n++) {
            array_add_text(&tokens, found.items[n]);
            array_add_int(&branches, entity_is_scoped(import->entity) ? act->branch_id : NIL);
            array_add_int(&ids, act->id);
        }
    }
    tx_write(request->tx, &sql_keys, p_text(import->entity->table), array_end(&tokens), array_end(&branches),
             array_end(&ids));
}

/* The trail tells which line of which file made the record. */
static void add_trail(struct import *import, struct import_row *const *rows, size_t count)
{
    struct arena *arena = import->request->arena;
    struct change *changes = arena_alloc(arena, (count + 1) * sizeof(*changes));
    const struct field *branch = import_branch_field(import->entity);
    for (size_t i = 0; i < count; i++) {
        const struct act *act = &rows[i]->command->act;
        struct str now;
        str_init(&now, arena);
        record_write_json(import->entity, act->now, act->set, &now);
        if (branch) {
            str_truncate(&now, now.len - 1);
            str_add(&now, now.len > 1 ? ",\"branch_id\":" : "\"branch_id\":");
            if (act->branch_id == NIL)
                str_add(&now, "null}");
            else
                str_addf(&now, "%" PRId64 "}", act->branch_id);
        }
        changes[i] = (struct change){
            .entity = import->entity->name,
            .id = act->id,
            .action = "create",
            .version = 1,
            .branch_id = entity_is_scoped(import->entity) ? act->branch_id : NIL,
            .old_branch_id = NIL,
            .own_id = entity_owner(act->entity, act->id, act->now),
            .reason = arena_printf(arena, "%s:%" PRId64, import->file.name, rows[i]->row->line),
            .now = now.data,
        };
    }
    change_add_many(import->request, changes, count);
}

void import_write_rows(struct import *import, struct import_row *rows, size_t count)
{
    struct import_row **new = arena_alloc(import->request->arena, (count + 1) * sizeof(struct import_row *));
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].state == ROW_NEW)
            new[n++] = &rows[i];
    }
    if (!n)
        return;
    insert_all(import, new, n);
    for (size_t i = 0; i < n; i++)
        lines_queue_writes(new[i]->command);
    if (import->dry)
        return;
    if (entity_is_searched(import->entity))
        insert_keys(import, new, n);
    add_trail(import, new, n);
    for (size_t i = 0; i < n; i++)
        command_after_commit(new[i]->command);
}
