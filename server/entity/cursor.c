#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands for NULL in an order, so that the same expression leads the index, orders and is compared. */
static const char *low_of(const struct field *field)
{
    switch (field_storage_of(field)) {
    case STORE_INT: return "(-9223372036854775807)::bigint";
    case STORE_REAL: return "'-infinity'::double precision";
    case STORE_TIME: return "'-infinity'::timestamptz";
    case STORE_DATE: return "'-infinity'::date";
    case STORE_BOOL: return "false";
    default: return "''";
    }
}

/* Names are sorted as people expect them, codes byte by byte as their index has them. */
static const char *collation_of(const struct field *field)
{
    enum field_type type = field_type_of(field);
    return type == FIELD_TEXT || type == FIELD_NOTE ? " COLLATE \"zh-x-icu\"" : "";
}

void sql_sort_key(struct str *out, const struct entity *entity, const struct sort_key *key)
{
    bool nullable = !field_never_null(entity, key->field);
    if (nullable)
        str_add(out, "coalesce(");
    sql_plain_value(out, key->field);
    if (nullable)
        str_addf(out, ", %s)", low_of(key->field));
    str_add(out, collation_of(key->field));
}

void sql_order(struct str *out, const struct entity *entity, const struct sort *sort)
{
    str_add(out, " ORDER BY ");
    for (size_t i = 0; i < sort->count; i++) {
        if (i)
            str_add(out, ", ");
        sql_sort_key(out, entity, &sort->keys[i]);
        if (sort->keys[i].descending)
            str_add(out, " DESC");
    }
}

static void add_bound(struct builder *b, const struct entity *entity, const struct sort_key *key,
                      const struct value *value)
{
    bool nullable = !field_never_null(entity, key->field);
    if (nullable)
        str_add(&b->text, "coalesce(");
    builder_value(b, key->field, value);
    if (nullable)
        str_addf(&b->text, ", %s)", low_of(key->field));
}

static bool one_direction(const struct sort *sort)
{
    for (size_t i = 1; i < sort->count; i++) {
        if (sort->keys[i].descending != sort->keys[0].descending)
            return false;
    }
    return true;
}

static void after_row(struct builder *b, const struct entity *entity, const struct sort *sort,
                      const struct cursor *cursor)
{
    str_add(&b->text, " AND (");
    for (size_t i = 0; i < sort->count; i++) {
        if (i)
            str_add(&b->text, ", ");
        sql_sort_key(&b->text, entity, &sort->keys[i]);
    }
    str_add(&b->text, sort->keys[0].descending ? ") < (" : ") > (");
    for (size_t i = 0; i < sort->count; i++) {
        if (i)
            str_add(&b->text, ", ");
        add_bound(b, entity, &sort->keys[i], &cursor->values[i]);
    }
    str_add_char(&b->text, ')');
}

/* Directions differ: k1 <= a AND (k1 < a OR (k2 >= b AND (k2 > b OR …))). The first part is what an index can use. */
static void after_mixed(struct builder *b, const struct entity *entity, const struct sort *sort,
                        const struct cursor *cursor)
{
    for (size_t i = 0; i < sort->count; i++) {
        const struct sort_key *key = &sort->keys[i];
        bool last = i + 1 == sort->count;
        str_add(&b->text, " AND ");
        if (!last) {
            str_add_char(&b->text, '(');
            sql_sort_key(&b->text, entity, key);
            str_add(&b->text, key->descending ? " <= " : " >= ");
            add_bound(b, entity, key, &cursor->values[i]);
            str_add(&b->text, ") AND (");
        }
        sql_sort_key(&b->text, entity, key);
        str_add(&b->text, key->descending ? " < " : " > ");
        add_bound(b, entity, key, &cursor->values[i]);
        if (!last)
            str_add(&b->text, " OR (true");
    }
    for (size_t i = 1; i < sort->count; i++)
        str_add(&b->text, "))");
}

void sql_after(struct builder *b, const struct entity *entity, const struct sort *sort,
               const struct cursor *cursor)
{
    if (!cursor->given || sort->by_offset)
        return;
    if (one_direction(sort))
        after_row(b, entity, sort, cursor);
    else
        after_mixed(b, entity, sort, cursor);
}

static const struct field *sort_field(const struct entity *entity, const char *name)
{
    const struct field *field = entity_field(entity, name);
    enum field_storage storage = field ? field_storage_of(field) : STORE_NONE;
    return field && field_is_readable(field) && storage != STORE_SET && storage != STORE_NONE ? field : NULL;
}

static int add_key(struct request *request, const struct entity *entity, struct sort *sort, const char *text)
{
    bool descending = *text == '-';
    const char *name = text + (descending || *text == '+');
    const struct field *field = sort_field(entity, name);
    if (!field || field->pii) /* a cursor carries values, so what is masked gives no order */
        return request_fail(request, ERR_INVALID, "sort", N_("The list cannot be sorted by {name}"), "name",
                            arena_strndup(request->arena, name, strnlen(name, 64)), NULL);
    if (sort->count == LIST_SORT_MAX)
        return request_fail(request, ERR_INVALID, "sort", N_("These are too many columns to sort by"), NULL);
    sort->keys[sort->count++] = (struct sort_key){field, descending};
    if (entity->flags & ENTITY_BIG && (!field_is_indexed(entity, field) || sort->count > 1))
        sort->by_offset = true;
    return 0;
}

static int read_given(struct request *request, const struct entity *entity, const json_t *given,
                      struct sort *sort)
{
    size_t count = json_is_array(given) ? json_array_size(given) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(given) ? json_array_get(given, i) : given;
        if (!json_is_string(item))
            return request_fail(request, ERR_INVALID, "sort", N_("This is not a valid value"), NULL);
        int rc = add_key(request, entity, sort, json_string_value(item));
        if (rc)
            return rc;
    }
    return 0;
}

static bool ends_with_id(const struct sort *sort)
{
    return sort->count && !strcmp(sort->keys[sort->count - 1].field->name, "id");
}

int sort_read(struct request *request, const struct entity *entity, struct sort *sort_r)
{
    const json_t *given = json_object_get(request->args, "sort");
    int rc = 0;
    *sort_r = (struct sort){0};
    if (given && !json_is_null(given)) {
        rc = read_given(request, entity, given, sort_r);
    } else {
        const char *standard = entity->sort                 ? entity->sort
                               : entity_has_version(entity) ? "-created_at"
                                                            : "-id";
        for (const char *at = standard; !rc && *at;) {
            size_t len = strcspn(at, " ,");
            rc = len ? add_key(request, entity, sort_r, arena_strndup(request->arena, at, len)) : 0;
            at += len + (at[len] != '\0');
        }
    }
    if (rc || ends_with_id(sort_r))
        return rc;
    bool descending = sort_r->count && sort_r->keys[sort_r->count - 1].descending;
    sort_r->keys[sort_r->count++] = (struct sort_key){entity_field(entity, "id"), descending};
    return 0;
}

/* FNV-1a: the same in every server and after a restart, and no secret. */
static uint64_t hash_add(uint64_t hash, const char *text)
{
    do {
        hash ^= (unsigned char)*text;
        hash *= UINT64_C(0x100000001b3);
    } while (*text++);
    return hash;
}

uint64_t cursor_hash(const char *filter, const char *q, const struct sort *sort)
{
    uint64_t hash = hash_add(UINT64_C(0xcbf29ce484222325), filter);
    hash = hash_add(hash, q ? q : "");
    for (size_t i = 0; i < sort->count; i++) {
        hash = hash_add(hash, sort->keys[i].descending ? "-" : "+");
        hash = hash_add(hash, sort->keys[i].field->name);
    }
    return hash;
}

/* JSON in base64 with the URL alphabet: opaque to the client, plain to us. */
static const char *encode(struct arena *arena, const struct str *json)
{
    char *out = arena_alloc(arena, (json->len + 2) / 3 * 4 + 1);
    int n = EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)json->data, (int)json->len);
    for (int i = 0; i < n; i++)
        out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
    return out;
}

/* NULL: it is none; len_r: without the padding. */
static char *decode(struct arena *arena, const char *text, size_t *len_r)
{
    size_t len = strlen(text);
    if (!len || len % 4 || len > 4096)
        return NULL;
    char *in = arena_strdup(arena, text), *out = arena_alloc(arena, len / 4 * 3 + 1);
    for (char *at = in; *at; at++)
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
    int n = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)in, (int)len);
    if (n < 0)
        return NULL;
    out[n] = '\0';
    *len_r = (size_t)n - (text[len - 1] == '=') - (text[len - 2] == '=');
    return out;
}

const char *cursor_write(struct arena *arena, const struct sort *sort, const struct cursor *cursor,
                         uint64_t hash)
{
    struct str json;
    str_init(&json, arena);
    str_addf(&json, "{\"h\":\"%016llx\"", (unsigned long long)hash);
    if (sort->by_offset) {
        str_addf(&json, ",\"o\":%lld}", (long long)cursor->offset);
        return encode(arena, &json);
    }
    str_add(&json, ",\"v\":[");
    for (size_t i = 0; i < sort->count; i++) {
        if (i)
            str_add_char(&json, ',');
        value_write(&json, &cursor->values[i]);
    }
    str_add(&json, "]}");
    return encode(arena, &json);
}

static int bad_cursor(struct request *request)
{
    return request_fail(request, ERR_INVALID, "after", N_("The cursor belongs to another list: begin again"),
                        NULL);
}

static bool read_values(struct arena *arena, const json_t *values, const struct sort *sort,
                        struct cursor *cursor)
{
    if (!json_is_array(values) || json_array_size(values) != sort->count)
        return false;
    for (size_t i = 0; i < sort->count; i++) {
        enum field_fault fault =
            value_read(sort->keys[i].field, arena, json_array_get(values, i), &cursor->values[i]);
        if (fault == FIELD_BAD || fault == FIELD_UNCLEAN)
            return false;
    }
    return true;
}

int cursor_read(struct request *request, const char *text, const struct sort *sort, uint64_t hash,
                struct cursor *cursor_r)
{
    char mine[17];
    *cursor_r = (struct cursor){0};
    if (!text)
        return 0;
    size_t len = 0;
    char *plain = decode(request->arena, text, &len);
    json_t *json = plain ? json_loadb(plain, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *given = json_string_value(json_object_get(json, "h"));
    snprintf(mine, sizeof(mine), "%016llx", (unsigned long long)hash);
    if (!given || strcmp(given, mine) != 0)
        return bad_cursor(request);
    cursor_r->given = true;
    if (sort->by_offset) {
        cursor_r->offset = json_integer_value(json_object_get(json, "o"));
        if (cursor_r->offset <= 0)
            return bad_cursor(request);
        if (cursor_r->offset >= LIST_OFFSET_MAX)
            return request_fail(request, ERR_LIMIT, "sort",
                                N_("By this column the list goes no further: narrow the filter"), NULL);
        return 0;
    }
    return read_values(request->arena, json_object_get(json, "v"), sort, cursor_r) ? 0 : bad_cursor(request);
}
