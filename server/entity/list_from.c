/*
 * `from`: the page begins at the first row whose first sort column has this value, or the next one behind it. What a person types as the beginning
 * of a text may stand for it otherwise than letter by letter: codes are kept in capitals, Chinese names go by their pinyin.
 */
#include "base/arena.h"
#include "base/pinyin.h"
#include "base/utf8.h"
#include "server/entity/list-private.h"

#include <ctype.h>
#include <string.h>

static const struct field *first_field(const struct list *list)
{
    return list->sort.keys[0].field;
}

static int bad_from(struct list *list)
{
    return request_fail(list->request, ERR_INVALID, "from", N_("This is not a valid value"), NULL);
}

/* ---- texts */

static bool is_collated(const struct field *field)
{
    enum field_type type = field_type_of(field);
    return type == FIELD_TEXT || type == FIELD_NOTE;
}

/* Whatever begins with `low` stands before `high`. */
static void add_range(struct list *list, const char *low, const char *high)
{
    struct list_range *range = &list->from.ranges[list->from.count];
    for (size_t i = 0; i < list->from.count; i++)
        if (strcmp(list->from.ranges[i].low, low) == 0)
            return;
    const char *last = is_collated(first_field(list)) ? "\xEF\xBF\xBF" : "\xF4\x8F\xBF\xBF";
    range->low = low;
    range->high = high ? high : arena_printf(list->request->arena, "%s%s", low, last);
    list->from.count++;
}

static const char *in_capitals(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *at = copy; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return copy;
}

static const char *character(struct arena *arena, uint32_t cp)
{
    char bytes[4];
    return arena_strndup(arena, bytes, utf8_encode(cp, bytes));
}

static void add_pinyin(struct list *list, const char *text)
{
    struct arena *arena = list->request->arena;
    uint32_t first, behind;
    char letters[PINYIN_SYLLABLE_MAX] = "";
    size_t len = strlen(text);
    if (len >= sizeof(letters))
        return;
    for (size_t i = 0; i < len; i++) {
        if (!isalpha((unsigned char)text[i]))
            return;
        letters[i] = (char)tolower((unsigned char)text[i]);
    }
    if (pinyin_range(letters, &first, &behind))
        add_range(list, character(arena, first), character(arena, behind));
}

static int read_text(struct list *list, const char *text)
{
    const struct field *field = first_field(list);
    struct value value = {.storage = STORE_TEXT, .text = text};
    static const struct field plain = {.name = "from", .type = FIELD_TEXT};
    if (value_check(&plain, &value) != FIELD_OK)
        return bad_from(list);
    text = filter_fold_part(field, list->request->arena, text);
    if (!*text)
        return bad_from(list);
    add_range(list, text, NULL);
    if (is_collated(field))
        add_pinyin(list, text);
    else
        add_range(list, in_capitals(list->request->arena, text), NULL);
    return 0;
}

/* ---- numbers and days */

/* A day of a column of instants is all of it: its beginning upwards, its end downwards. */
static int read_day(struct list *list, struct day day)
{
    bool down = list->sort.keys[0].descending;
    list->from.value.storage = STORE_TIME;
    list->from.below = down;
    return time_zone_day_start(session_zone(list->request->session), day_add(day, down),
                               &list->from.value.time) < 0
               ? bad_from(list)
               : 0;
}

static int read_value(struct list *list, const json_t *json)
{
    const struct field *field = first_field(list);
    struct arena *arena = list->request->arena;
    const char *text = json_string_value(json);
    struct day day;
    if (text && field_storage_of(field) == STORE_TIME && day_parse(text, &day) == 0)
        return read_day(list, day);
    if (!text)
        return value_read(field, arena, json, &list->from.value) == FIELD_BAD ? bad_from(list) : 0;
    enum field_fault fault = field_parse_text(field, arena, text, &text);
    if (fault == FIELD_BAD || fault == FIELD_UNCLEAN || !text)
        return bad_from(list);
    list->from.value = value_of_text(field, arena, text);
    return 0;
}

int list_read_from(struct list *list)
{
    const json_t *from = json_object_get(list->request->args, "from");
    if (!from || json_is_null(from))
        return 0;
    list->from.given = true;
    if (field_storage_of(first_field(list)) != STORE_TEXT)
        return read_value(list, from);
    return json_is_string(from) ? read_text(list, json_string_value(from)) : bad_from(list);
}

/* ---- which of several was meant: the first there is a row for */

static void add_between(struct builder *b, const struct list *list, const struct list_range *range)
{
    const struct sort_key *key = &list->sort.keys[0];
    const struct value low = {.storage = STORE_TEXT, .text = range->low};
    const struct value high = {.storage = STORE_TEXT, .text = range->high};
    str_add(&b->text, " AND ");
    sql_sort_key(&b->text, list->entity, key);
    str_add(&b->text, " >= ");
    builder_value(b, key->field, &low);
    str_add(&b->text, " AND ");
    sql_sort_key(&b->text, list->entity, key);
    str_add(&b->text, " < ");
    builder_value(b, key->field, &high);
}

int list_settle_from(struct list *list)
{
    struct builder b;
    if (list->back || list->from.count < 2 || (list->cursor.given && !list->sort.by_offset))
        return 0;
    builder_init(&b, list->request->arena);
    str_add(&b.text, "SELECT CASE");
    for (size_t i = 0; i < list->from.count; i++) {
        str_addf(&b.text, " WHEN EXISTS (SELECT 1 FROM \"%s\" t WHERE true", list->entity->table);
        list_add_conditions(&b, list, true);
        add_between(&b, list, &list->from.ranges[i]);
        str_addf(&b.text, ") THEN %zu", i);
    }
    str_add(&b.text, " ELSE 0 END::bigint");
    struct rows *rows = builder_read_unnamed(&b, list->request->tx);
    int rc = request_need(list->request);
    if (!rc)
        list->from.meant = (size_t)rows_int(rows, 0, 0);
    return rc;
}

/* Behind a keyset cursor the page is further on already. */
void list_add_from(struct builder *b, const struct list *list)
{
    const struct sort_key *key = &list->sort.keys[0];
    const struct list_range *range = &list->from.ranges[list->from.meant];
    if (!list->from.given || list->back || (list->cursor.given && !list->sort.by_offset))
        return;
    str_add(&b->text, " AND ");
    sql_sort_key(&b->text, list->entity, key);
    if (!list->from.count) {
        str_add(&b->text, !key->descending ? " >= " : list->from.below ? " < " : " <= ");
        builder_value(b, key->field, &list->from.value);
        return;
    }
    const struct value bound = {.storage = STORE_TEXT, .text = key->descending ? range->high : range->low};
    str_add(&b->text, key->descending ? " < " : " >= ");
    builder_value(b, key->field, &bound);
}
