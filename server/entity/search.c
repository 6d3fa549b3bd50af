#include "server/entity/search.h"

#include "base/arena.h"
#include "base/pinyin.h"
#include "base/str.h"
#include "base/utf8.h"
#include "server/entity/entity-private.h"

#include <string.h>

enum {
    NAME_STARTS_MAX = 48,  /* places from its beginning on where one may begin to type a name, */
    NAME_ENDS_MAX = 16,    /* and in its last characters: a firm is known by either */
    PINYIN_STARTS_MAX = 8, /* of these, so many are kept in all their readings, the rest in the usual one */
    PINYIN_WAYS_MAX = 4,   /* combinations of readings kept for one suffix */
    TAIL_MIN = 4,          /* of phones and plates: from each of the last 4 to 8 positions */
    TAIL_MAX = 8
};

static void add_token(struct search_tokens *tokens, struct arena *arena, const char *text, size_t len)
{
    len = MIN(len, (size_t)SEARCH_TOKEN_BYTES);
    while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    for (size_t i = 0; i < tokens->count; i++) {
        if (strlen(tokens->items[i]) == len && !memcmp(tokens->items[i], text, len))
            return;
    }
    if (len && tokens->count < SEARCH_TOKENS_MAX)
        tokens->items[tokens->count++] = arena_strndup(arena, text, len);
}

static void add_tails(struct search_tokens *tokens, struct arena *arena, const char *text)
{
    size_t chars = 0, len = strlen(text);
    add_token(tokens, arena, text, len);
    for (size_t at = len; at > 0;) {
        do
            at--;
        while (at && ((unsigned char)text[at] & 0xC0) == 0x80);
        if (++chars >= TAIL_MIN && chars <= TAIL_MAX)
            add_token(tokens, arena, text + at, len - at);
    }
}

/* Long numbers are told each other by their last digits: R26112201042 is "1042". */
static void add_number_tails(struct search_tokens *tokens, struct arena *arena, const char *text)
{
    enum { LONG = 9, TOLD = 4 };
    size_t len = strlen(text), digits = 0;
    while (digits < len && text[len - digits - 1] >= '0' && text[len - digits - 1] <= '9')
        digits++;
    if (len >= LONG && digits >= TOLD)
        add_token(tokens, arena, text + len - TOLD, TOLD);
}

/* The ways a text may be typed in pinyin: full and initials, for each reading of its characters. */
struct ways {
    struct str full[PINYIN_WAYS_MAX], initials[PINYIN_WAYS_MAX];
    size_t count;
    bool chinese;
};

static void ways_add_text(struct ways *ways, const char *bytes, size_t n)
{
    for (size_t i = 0; i < ways->count; i++) {
        str_add_n(&ways->full[i], bytes, n);
        str_add_n(&ways->initials[i], bytes, n);
    }
}

/* Further readings fork the ways there are, as long as there is room. */
static void ways_add_readings(struct ways *ways, struct arena *arena, const char *const *readings, size_t n,
                              size_t most)
{
    size_t before = ways->count;
    for (size_t r = 1; r < n; r++) {
        for (size_t i = 0; i < before && ways->count < most; i++) {
            size_t fork = ways->count++;
            str_init(&ways->full[fork], arena);
            str_init(&ways->initials[fork], arena);
            str_add(&ways->full[fork], ways->full[i].data);
            str_add(&ways->full[fork], readings[r]);
            str_add(&ways->initials[fork], ways->initials[i].data);
            str_add_char(&ways->initials[fork], readings[r][0]);
        }
    }
    for (size_t i = 0; i < before; i++) {
        str_add(&ways->full[i], readings[0]);
        str_add_char(&ways->initials[i], readings[0][0]);
    }
    ways->chinese = true;
}

static void add_pinyin(struct search_tokens *tokens, struct arena *arena, const char *text, size_t most)
{
    struct ways ways = {.count = 1};
    str_init(&ways.full[0], arena);
    str_init(&ways.initials[0], arena);
    for (size_t left = strlen(text); left;) {
        const char *readings[PINYIN_READINGS_MAX];
        uint32_t cp;
        size_t n = utf8_decode(text, left, &cp);
        if (!n)
            break;
        size_t count = pinyin_readings(cp, readings);
        if (count)
            ways_add_readings(&ways, arena, readings, count, most);
        else
            ways_add_text(&ways, text, n);
        text += n;
        left -= n;
    }
    for (size_t i = 0; ways.chinese && i < ways.count; i++) {
        add_token(tokens, arena, ways.full[i].data, ways.full[i].len);
        add_token(tokens, arena, ways.initials[i].data, ways.initials[i].len);
    }
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* Where somebody may begin to type a name: at each Chinese character, and at the start of a run of letters or digits. Of a very long one not in
 * its middle. */
static void add_name(struct search_tokens *tokens, struct arena *arena, const char *text)
{
    const char *folded = search_fold(arena, text, strlen(text));
    bool in_run = false;
    size_t starts = 0, left = count_characters(folded);
    for (const char *at = folded; *at; left--) {
        bool ascii = (unsigned char)*at < 0x80;
        if ((!ascii || !in_run) && (starts < NAME_STARTS_MAX || left <= NAME_ENDS_MAX)) {
            add_token(tokens, arena, at, strlen(at));
            add_pinyin(tokens, arena, at, starts < PINYIN_STARTS_MAX ? PINYIN_WAYS_MAX : 1);
            starts++;
        }
        in_run = ascii;
        at += MAX(utf8_decode(at, strlen(at), &(uint32_t){0}), (size_t)1);
    }
    starts = 0;
    for (const char *word = strpbrk(text, " ,.-/"); word && starts < NAME_STARTS_MAX;
         word = strpbrk(word, " ,.-/")) {
        word += strspn(word, " ,.-/");
        const char *rest = search_fold(arena, word, strlen(word));
        add_token(tokens, arena, rest, strlen(rest));
        starts++;
    }
}

void search_add(struct search_tokens *tokens, struct arena *arena, const struct field *field,
                const char *text)
{
    const char *folded;
    if (!text || !*text)
        return;
    switch (field_type_of(field)) {
    case FIELD_PHONE:
    case FIELD_PLATE: add_tails(tokens, arena, search_fold(arena, text, strlen(text))); break;
    case FIELD_CODE:
        folded = search_fold(arena, text, strlen(text));
        add_token(tokens, arena, folded, strlen(folded));
        add_number_tails(tokens, arena, folded);
        break;
    default: add_name(tokens, arena, text); break;
    }
}

static void add_lines(struct search_tokens *tokens, struct arena *arena, const struct field *field,
                      const void *record)
{
    struct line_set lines;
    memcpy(&lines, (const char *)record + field->offset, sizeof(lines));
    for (size_t i = 0; i < lines.count; i++)
        search_record(tokens, arena, field->lines, (const char *)lines.items + i * field->lines->size);
}

void search_record(struct search_tokens *tokens, struct arena *arena, const struct entity *entity,
                   const void *record)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->storage == STORE_LINES) {
            add_lines(tokens, arena, field, record);
            continue;
        }
        if (!field->search || field->storage != STORE_TEXT || field->virtual_)
            continue;
        search_add(tokens, arena, field, record_get(field, record).text);
    }
}

bool entity_is_searched(const struct entity *entity)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->search || (field->storage == STORE_LINES && entity_is_searched(field->lines)))
            return true;
    }
    return false;
}

static bool holds(const struct search_tokens *tokens, const char *token)
{
    for (size_t i = 0; i < tokens->count; i++) {
        if (!strcmp(tokens->items[i], token))
            return true;
    }
    return false;
}

/* Tokens of a that b has not. */
static struct text_set without(struct arena *arena, const struct search_tokens *a,
                               const struct search_tokens *b)
{
    struct text_set set = {.items = arena_alloc(arena, sizeof(*set.items) * (a->count + 1))};
    for (size_t i = 0; i < a->count; i++) {
        if (!holds(b, a->items[i]))
            set.items[set.count++] = a->items[i];
    }
    return set;
}

/* Descriptors that show parts of one table share its keys. */
static void queue_remove(struct command *command, const struct text_set *tokens)
{
    struct builder b;
    builder_init(&b, command->act.request->arena);
    str_add(&b.text, "DELETE FROM search_key WHERE entity = ");
    builder_param(&b, p_text(command->act.entity->table));
    str_add(&b.text, " AND row_id = ");
    builder_param(&b, p_int(command->act.id));
    if (tokens) {
        str_add(&b.text, " AND token = ANY (");
        builder_param(&b, p_set(*tokens));
        str_add(&b.text, "::text[])");
    }
    builder_write(&b, command->act.request->tx);
}

/* A record that is new has no keys yet; of one that was there, two fields may share a key that one of them keeps. */
static void queue_add(struct command *command, struct text_set tokens)
{
    struct builder b;
    if (!tokens.count)
        return;
    builder_init(&b, command->act.request->arena);
    str_add(&b.text, "INSERT INTO search_key (token, entity, branch_id, row_id) SELECT token, ");
    builder_param(&b, p_text(command->act.entity->table));
    str_add(&b.text, "::text, ");
    builder_param(&b, p_int(entity_is_scoped(command->act.entity) ? command->act.branch_id : NIL));
    str_add(&b.text, "::int, ");
    builder_param(&b, p_int(command->act.id));
    str_add(&b.text, "::bigint FROM unnest(");
    builder_param(&b, p_set(tokens));
    str_add(&b.text, "::text[]) AS token");
    str_add(&b.text, command->act.was ? " ON CONFLICT DO NOTHING" : "");
    builder_write(&b, command->act.request->tx);
}

void search_update(struct command *command)
{
    struct act *act = &command->act;
    struct search_tokens was = {0}, now = {0};
    struct arena *arena = act->request->arena;
    bool moved = act->was && act->branch_id != command->old_branch_id;
    if (!entity_is_searched(act->entity))
        return;
    search_record(&now, arena, act->entity, act->now);
    if (act->was && !moved)
        search_record(&was, arena, act->entity, act->was);
    struct text_set gone = without(arena, &was, &now);
    if (moved)
        queue_remove(command, NULL);
    else if (gone.count)
        queue_remove(command, &gone);
    queue_add(command, without(arena, &now, &was));
}

void search_delete(struct command *command)
{
    if (entity_is_searched(command->act.entity))
        queue_remove(command, NULL);
}

/* U+10FFFF is behind every text that begins so. */
static void add_between(struct builder *b, const char *word)
{
    str_add(&b->text, " AND s.token >= ");
    builder_param(b, p_text(word));
    str_add(&b->text, " AND s.token < ");
    builder_param(b, p_text(arena_printf(b->arena, "%s\xF4\x8F\xBF\xBF", word)));
}

/* Asked of each row: neither are all keys that begin so read in order to look at a few rows (that is the OFFSET for), nor is a row looked for
 * among them (the entity not compared as it is leaves the index that is led by the row). */
void sql_search_word(struct builder *b, const struct entity *entity, const char *text, size_t len,
                     enum search_by by)
{
    const char *word = search_fold(b->arena, text, len);
    bool each = by == SEARCH_EACH;
    if (!*word || by == SEARCH_DONE)
        return;
    str_add(&b->text,
            each ? " AND EXISTS (SELECT FROM search_key s WHERE s.row_id = t.id AND s.entity || '' = "
                 : " AND t.id IN (SELECT s.row_id FROM search_key s WHERE s.entity = ");
    builder_param(b, p_text(entity->table));
    add_between(b, word);
    str_add(&b->text, each ? " OFFSET 0)" : ")");
}

enum search_by search_for(const struct entity *entity, const struct grant *grant,
                          const struct session *session)
{
    bool own = grant->own && !grant->all && entity_own(entity, session).column;
    return own || entity->flags & ENTITY_UNKEYED ? SEARCH_OWN : SEARCH_KEYS;
}

static void add_own_word(struct builder *b, const struct entity *entity, const char *text, size_t len)
{
    struct filter_term term = {.op = FILTER_CONTAINS};
    struct value value = {.storage = STORE_TEXT, .text = arena_strndup(b->arena, text, len)};
    bool any = false;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (!field->search || field->storage != STORE_TEXT || field->virtual_)
            continue;
        str_add(&b->text, any ? " OR " : " AND (");
        any = true;
        value.text = filter_fold_part(field, b->arena, value.text);
        term.field = field;
        term.values = &value;
        sql_like(b, &term);
    }
    str_add(&b->text, any ? ")" : "");
}

/* The next word of a search from *at on; 0: there is none. */
static size_t next_word(const char **at)
{
    *at += strspn(*at, " \t");
    return strcspn(*at, " \t");
}

/* Each word must be found; whatever it is the beginning of. */
void sql_search(struct builder *b, const struct entity *entity, const char *q, enum search_by by)
{
    size_t len;
    for (const char *at = q ? q : ""; (len = next_word(&at)); at += len) {
        if (by == SEARCH_OWN)
            add_own_word(b, entity, at, len);
        else
            sql_search_word(b, entity, at, len, by);
    }
}

/* The longest first: fewest have it. */
static void add_word(struct text_set *words, struct arena *arena, const char *text, size_t len)
{
    const char *word = search_fold(arena, text, len);
    if (!*word)
        return;
    size_t at = words->count++;
    for (; at && strlen(words->items[at - 1]) < strlen(word); at--)
        words->items[at] = words->items[at - 1];
    words->items[at] = word;
}

struct text_set search_words(struct arena *arena, const struct entity *entity, const struct filter *filter)
{
    const char *q = filter->q ? filter->q : "";
    size_t len, most = strlen(q) / 2 + 1 + filter->count;
    struct text_set words = {.items = arena_alloc(arena, most * sizeof(*words.items))};
    for (const char *at = q; (len = next_word(&at)); at += len)
        add_word(&words, arena, at, len);
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_term *term = &filter->terms[i];
        if (filter_has_keys(entity, term))
            add_word(&words, arena, term->values[0].text, strlen(term->values[0].text));
    }
    return words;
}
