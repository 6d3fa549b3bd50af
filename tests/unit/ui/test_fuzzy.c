/* How words are found by what is typed: letters, pinyin, initials, either form of a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>

#include "base/util.h"
#include "client/ui/fuzzy.h"

static const struct {
    const char *typed, *text;
    bool loose, strict;
} fits[] = {
    {"", "anything", true, true},
    {"", "", true, true},
    {"x", "", false, false},
    {"res", "Rescue order", true, true},
    {"ord", "Rescue order", true, true},
    {"ro", "Rescue order", true, false},
    {"cue", "Rescue order", true, false},
    {"xyz", "Rescue order", false, false},
    {"rescueorder", "Rescue order", true, true},
    {"rescue order", "Rescue order", true, true},
    {"ＲＥＳ", "rescue", true, true},
    {"客户", "客户", true, true},
    {"客戶", "客户", true, true},
    {"客户", "客戶", true, true},
    {"户", "客户", true, true},
    {"客人", "客户", false, false},
    {"kh", "客户", true, true},
    {"kehu", "客户", true, true},
    {"keh", "客户", true, true},
    {"khu", "客户", true, true},
    {"kehux", "客户", false, false},
    {"hu", "客户", true, true},
    {"客h", "客户", true, true},
    {"ke户", "客户", true, true},
    {"jydd", "救援订单", true, true},
    {"jiuyuandingdan", "救援订单", true, true},
    {"jydd", "救援訂單", true, true},
    {"jdd", "救援订单", true, false},
    {"dd", "救援订单", true, true},
    {"jiuyuand", "救援订单", true, true},
    {"jiyuan", "救援订单", false, false}, /* half a syllable before the end is none */
    {"zhs", "指示", true, true},
    {"zs", "指示", true, true},
    {"zhongqing", "重庆", true, true}, /* each reading of a character */
    {"chongqing", "重庆", true, true},
    {"cq", "重庆", true, true},
    {"zq", "重庆", true, true},
    {"lv", "吕", true, true},
    {"xjkh", "新建: 客户", true, false},
    {"suv", "SUV", true, true},
    {"A12", "粤A12345", true, true},
    {"yuea", "粤A12345", true, true},
};

static void table_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_len(fits); i++) {
        bool loose = fuzzy_score(fits[i].typed, fits[i].text) > 0;
        bool strict = fuzzy_begins(fits[i].typed, fits[i].text) > 0;
        if (loose != fits[i].loose || strict != fits[i].strict)
            fail_msg("\"%s\" in \"%s\": %d %d", fits[i].typed, fits[i].text, loose, strict);
    }
}

static const struct {
    const char *typed, *better, *worse;
} order[] = {
    {"ro", "rescue order", "retro"},
    {"order", "rescue order", "or die early"},
    {"kh", "客户", "客户合同货"},
    {"kh", "客户协议", "可用合同"},
    {"kehu", "客户", "课后"},
    {"dd", "订单", "待定单"},
    {"notices", "Notices", "Notices to handle"},
    {"c", "customer", "discount"},
    {"jydd", "救援订单", "今夜的大灯"},
};

static void table_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_len(order); i++) {
        int better = fuzzy_score(order[i].typed, order[i].better);
        int worse = fuzzy_score(order[i].typed, order[i].worse);
        if (better < worse)
            fail_msg("\"%s\": \"%s\" %d, \"%s\" %d", order[i].typed, order[i].better, better, order[i].worse,
                     worse);
    }
}

static void long_texts_and_broken_ones(void **state)
{
    char text[4000];
    (void)state;
    for (size_t i = 0; i + 4 < sizeof(text); i += 3)
        text[i] = "\xe5"[0], text[i + 1] = "\xae"[0], text[i + 2] = "\xa2"[0], text[i + 3] = '\0';
    assert_true(fuzzy_score("kkkk", text) > 0);
    assert_int_equal(fuzzy_score(text, "客"), 0);
    assert_int_equal(fuzzy_score("\xff\xfe", "客"), 0);
    assert_int_equal(fuzzy_begins("k", "\xe5\xae"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_fits),
        cmocka_unit_test(table_order),
        cmocka_unit_test(long_texts_and_broken_ones),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
