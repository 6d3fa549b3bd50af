/* Records as COPY's rows, as search keys, and as the trail tells of their creation: all taken from the descriptors, as the commands do. */
#include "server/seed/seed-private.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "server/entity/search.h"

void row_begin(struct str *rows)
{
    if (rows->len && rows->data[rows->len - 1] != '\n')
        str_add_char(rows, '\n');
}

static void row_next(struct str *rows)
{
    if (rows->len && rows->data[rows->len - 1] != '\n')
        str_add_char(rows, '\t');
}

void row_text(struct str *rows, const char *text)
{
    row_next(rows);
    if (!text)
        str_add(rows, "\\N");
    for (; text && *text; text++) {
        switch (*text) {
        case '\\': str_add(rows, "\\\\"); break;
        case '\n': str_add(rows, "\\n"); break;
        case '\t': str_add(rows, "\\t"); break;
        default: str_add_char(rows, *text);
        }
    }
}

void row_int(struct str *rows, int64_t number)
{
    row_next(rows);
    if (number == NIL)
        str_add(rows, "\\N");
    else
        str_addf(rows, "%" PRId64, number);
}

void row_real(struct str *rows, double number)
{
    row_next(rows);
    if (isnan(number))
        str_add(rows, "\\N");
    else
        str_addf(rows, "%.6f", number);
}

void row_time(struct str *rows, struct instant at)
{
    char text[TIME_TEXT_SIZE];
    row_text(rows, instant_is_nil(at) ? NULL : time_print(text, sizeof(text), at));
}

void row_end(struct str *rows)
{
    str_add_char(rows, '\n');
}

static void row_set(struct str *rows, struct text_set set)
{
    row_next(rows);
    str_add_char(rows, '{');
    for (size_t i = 0; i < set.count; i++)
        str_addf(rows, "%s%s", i ? "," : "", set.items[i]); /* codes only: nothing to quote */
    str_add_char(rows, '}');
}

static void row_value(struct seed *seed, struct str *rows, const struct value *value)
{
    switch (value->storage) {
    case STORE_SET: row_set(rows, value->set); break;
    case STORE_BOOL: row_text(rows, value->truth ? "t" : "f"); break;
    case STORE_REAL: row_real(rows, value->null ? NAN : value->real); break;
    default: row_text(rows, value->null ? NULL : value_text(seed->scratch, value));
    }
}

static bool has_column(const struct field *field)
{
    return !field->virtual_ && !field->no_column && field->storage != STORE_LINES &&
           field->storage != STORE_NONE;
}

static bool declares(const struct entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        if (strcmp(entity->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Line tables of an own number have no version and no times. */
static bool has_meta(const struct entity *entity)
{
    return !entity->parent && !(entity->flags & ENTITY_BARE);
}

static const char *columns_of(struct seed *seed, const struct entity *entity)
{
    struct str columns;
    str_init(&columns, seed->arena);
    str_add(&columns, "id");
    if (entity->parent)
        str_addf(&columns, ", %s", entity->parent);
    if (has_meta(entity))
        str_addf(&columns, ", version, updated_at%s%s", declares(entity, "created_at") ? "" : ", created_at",
                 declares(entity, "created_by") ? "" : ", created_by");
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (has_column(field))
            str_addf(&columns, ", %s", field->column ? field->column : field->name);
    }
    return columns.data;
}

static void row_meta(struct str *rows, const struct entity *entity, const struct record_meta *meta)
{
    row_int(rows, meta->version ? meta->version : 1);
    row_time(rows, meta->updated_at);
    if (!declares(entity, "created_at"))
        row_time(rows, meta->created_at);
    if (!declares(entity, "created_by"))
        row_int(rows, meta->created_by);
}

void record_blank(const struct entity *entity, void *record)
{
    memset(record, 0, entity->size);
    record_init(entity->fields, entity->nfields, record);
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (!field->init || field->storage == STORE_LINES || field->storage == STORE_SET)
            continue;
        struct value value = value_of_text(field, NULL, field->init);
        record_set(field, record, &value);
    }
}

void record_put(struct seed *seed, enum seed_table_name name, const struct entity *entity, const void *record,
                const struct record_meta *meta)
{
    struct seed_table *table = &seed->tables[name];
    if (!table->columns)
        table->columns = columns_of(seed, entity);
    row_begin(&table->rows);
    row_int(&table->rows, meta->id);
    if (entity->parent)
        row_int(&table->rows, meta->parent_id);
    if (has_meta(entity))
        row_meta(&table->rows, entity, meta);
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!has_column(&entity->fields[i]))
            continue;
        struct value value = record_get(&entity->fields[i], record);
        row_value(seed, &table->rows, &value);
    }
    row_end(&table->rows);
    arena_reset(seed->scratch);
}

void record_search(struct seed *seed, const struct entity *entity, const void *record,
                   const struct record_meta *meta)
{
    struct str *rows = &seed->tables[TABLE_SEARCH].rows;
    struct search_tokens *tokens = arena_new(seed->scratch, struct search_tokens);
    search_record(tokens, seed->scratch, entity, record);
    for (size_t i = 0; i < tokens->count; i++) {
        row_begin(rows);
        row_text(rows, tokens->items[i]);
        row_text(rows, entity->table);
        row_int(rows, meta->branch_id);
        row_int(rows, meta->id);
        row_end(rows);
    }
    arena_reset(seed->scratch);
}

void record_told(struct seed *seed, const struct entity *entity, const void *record,
                 const struct record_meta *meta)
{
    struct str now;
    str_init(&now, seed->arena);
    record_write_json(entity, record, NULL, &now);
    trail_tell(seed, &(struct told){.at = meta->created_at,
                                    .who = meta->created_by,
                                    .row_id = meta->id,
                                    .branch_id = meta->branch_id,
                                    .version = 1,
                                    .entity = entity->name,
                                    .verb = arena_printf(seed->arena, "%s.create", entity->name),
                                    .now = now.data});
}
