/* By what a name, a phone, a plate or a number is found. */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "base/pinyin.h"
#include "base/str.h"
#include "server/entity/search.h"

#include <string.h>

struct row {
    enum field_type type;
    const char *stored;
    const char *typed;
    bool found;
};

static const struct row rows[] = {
    {FIELD_TEXT, "粤海保险公司", "粤海", true},
    {FIELD_TEXT, "粤海保险公司", "保险", true},
    {FIELD_TEXT, "粤海保险公司", "yuehai", true},
    {FIELD_TEXT, "粤海保险公司", "yh", true},
    {FIELD_TEXT, "粤海保险公司", "bxgs", true},
    {FIELD_TEXT, "粤海保险公司", "baoxian", true},
    {FIELD_TEXT, "粵海保險公司", "粤海保险", true},
    {FIELD_TEXT, "粤海保险公司", "粵海", true},
    {FIELD_TEXT, "粤海保险公司", "深圳", false},
    {FIELD_TEXT, "張學友", "张学友", true},
    {FIELD_TEXT, "张学友", "張學", true},
    {FIELD_TEXT, "张学友", "zxy", true},
    {FIELD_TEXT, "臺中", "台中", true},
    {FIELD_TEXT, "台中", "臺中", true},
    {FIELD_TEXT, "重庆分公司", "chongqing", true},
    {FIELD_TEXT, "重庆分公司", "cq", true},
    {FIELD_TEXT, "长隆酒店", "changlong", true},
    {FIELD_TEXT, "长隆酒店", "zhanglong", true},
    {FIELD_TEXT, "曾小明", "zeng", true},
    {FIELD_TEXT, "曾小明", "ceng", true},
    {FIELD_TEXT, "单田芳", "shan", true},
    {FIELD_TEXT, "解晓东", "xie", true},
    {FIELD_TEXT, "仇英", "qiu", true},
    {FIELD_TEXT, "区志强", "ou", true},
    {FIELD_TEXT, "吕布", "lv", true},
    {FIELD_TEXT, "吕布", "lu", true},
    {FIELD_TEXT, "番禺大石站", "py", true},
    {FIELD_TEXT, "广东省粤海道路救援服务有限责任公司深圳市南山区科技园分公司", "科技园分公司", true},
    {FIELD_TEXT, "广东省粤海道路救援服务有限责任公司深圳市南山区科技园分公司", "nanshan", true},
    {FIELD_TEXT, "广东省粤海道路救援服务有限责任公司深圳市南山区科技园分公司", "kjyfgs", true},
    {FIELD_TEXT, "广东省粤海道路救援服务有限责任公司深圳市南山区科技园分公司", "公司", true},
    {FIELD_TEXT, "Pearl River Motors", "river", true},
    {FIELD_TEXT, "Pearl River Motors", "PEARL", true},
    {FIELD_TEXT, "Pearl River Motors", "earl", false},
    {FIELD_TEXT, "ＡＢＣ车行", "abc", true},
    {FIELD_TEXT, "ABC 4S店", "4s", true},
    {FIELD_PHONE, "13800138000", "8000", true},
    {FIELD_PHONE, "13800138000", "138001", true},
    {FIELD_PHONE, "13800138000", "0138", true},
    {FIELD_PHONE, "13800138000", "9000", false},
    {FIELD_PLATE, "粤A12345", "粤A123", true},
    {FIELD_PLATE, "粤A12345", "a·123", true},
    {FIELD_PLATE, "粤A12345", "2345", true},
    {FIELD_PLATE, "粤A12345", "粵a12345", true},
    {FIELD_PLATE, "粤A12345", "B12345", false},
    {FIELD_CODE, "GZ-TH-01", "gzth", true},
    {FIELD_CODE, "R26030100123", "r260301", true},
    {FIELD_CODE, "R26030100123", "0123", true},
    {FIELD_CODE, "R26030100123", "00123", false},
    {FIELD_CODE, "R26030100123", "123", false},
    {FIELD_CODE, "GZ-TH-01", "01", false},
};

static bool found(const struct search_tokens *tokens, const char *word)
{
    for (size_t i = 0; i < tokens->count; i++) {
        if (!strncmp(tokens->items[i], word, strlen(word)))
            return true;
    }
    return false;
}

static void look_ups(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(rows); i++) {
        struct field field = {.name = "x", .type = rows[i].type, .search = true};
        struct search_tokens tokens = {0};
        search_add(&tokens, arena, &field, rows[i].stored);
        const char *word = search_fold(arena, rows[i].typed, strlen(rows[i].typed));
        if (found(&tokens, word) != rows[i].found)
            fail_msg("%s by %s", rows[i].stored, rows[i].typed);
    }
}

static void never_too_many(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct field field = {.name = "x", .type = FIELD_TEXT};
    struct search_tokens tokens = {0};
    struct str name;
    str_init(&name, arena);
    for (int i = 0; i < 500; i++)
        str_add(&name, "重长行");
    search_add(&tokens, arena, &field, name.data);
    assert_in_range(tokens.count, 1, SEARCH_TOKENS_MAX);
    for (size_t i = 0; i < tokens.count; i++)
        assert_in_range(strlen(tokens.items[i]), 1, SEARCH_TOKEN_BYTES);
    search_add(&tokens, arena, &field, "");
    search_add(&tokens, arena, &field, NULL);
    search_add(&tokens, arena, &field, "\xFF\xFE");
}

static void found_by_its_end(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct field field = {.name = "x", .type = FIELD_TEXT};
    struct search_tokens tokens = {0};
    struct str name;
    str_init(&name, arena);
    for (int i = 0; i < 60; i++)
        str_add(&name, "粤海道路");
    str_add(&name, "救援南山站");
    search_add(&tokens, arena, &field, name.data);
    assert_true(found(&tokens, "粤海"));
    assert_true(found(&tokens, "南山站"));
    assert_true(found(&tokens, "nsz"));
}

/* Where the names of a syllable stand in a Chinese dictionary. */
static void in_dictionary_order(void **state)
{
    static const char *const syllables[] = {"a", "b", "ba", "chang", "hu", "wang", "x", "zuo", "w"};
    uint32_t first, behind, later;
    for (size_t i = 0; i < array_len(syllables); i++) {
        assert_true(pinyin_range(syllables[i], &first, &behind));
        const char *readings[PINYIN_READINGS_MAX];
        assert_true(pinyin_readings(first, readings) > 0);
        assert_true(first != behind);
    }
    assert_true(pinyin_range("zuo", &first, &behind));
    assert_int_equal(behind, 0xFFFF);
    assert_true(pinyin_range("w", &first, &behind));
    assert_true(pinyin_range("x", &later, &behind) && later != first);
    assert_false(pinyin_range("i", &first, &behind));
    assert_false(pinyin_range("wangx", &first, &behind));
}

static void tables(void **state)
{
    const char *readings[PINYIN_READINGS_MAX];
    assert_int_equal(pinyin_readings('a', readings), 0);
    assert_int_equal(pinyin_readings(0x4E2D, readings), 1); /* 中 */
    assert_string_equal(readings[0], "zhong");
    assert_true(pinyin_readings(0x91CD, readings) >= 2); /* 重 */
    assert_int_equal(pinyin_simplify(0x5F35), 0x5F20);   /* 張 张 */
    assert_int_equal(pinyin_simplify('a'), 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(look_ups),         cmocka_unit_test(never_too_many),
        cmocka_unit_test(found_by_its_end), cmocka_unit_test(in_dictionary_order),
        cmocka_unit_test(tables),
    };
    return run_all(tests);
}
