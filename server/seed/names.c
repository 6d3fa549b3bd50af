/* Names as they stand side by side in Guangdong: simplified, traditional, English. */
#include "server/seed/seed-private.h"

#include <string.h>

struct character {
    const char *simplified, *traditional, *english;
};

static const struct character surnames[] = {
    {"陈", "陳", "Chan"},        {"李", "李", "Lee"},  {"黄", "黃", "Wong"},  {"张", "張", "Cheung"},
    {"梁", "梁", "Leung"},       {"林", "林", "Lam"},  {"王", "王", "Wang"},  {"吴", "吳", "Ng"},
    {"刘", "劉", "Lau"},         {"何", "何", "Ho"},   {"罗", "羅", "Law"},   {"谢", "謝", "Tse"},
    {"郑", "鄭", "Cheng"},       {"郭", "郭", "Kwok"}, {"曾", "曾", "Tsang"}, {"区", "區", "Au"},
    {"邓", "鄧", "Tang"},        {"叶", "葉", "Yip"},  {"苏", "蘇", "So"},    {"杨", "楊", "Yeung"},
    {"周", "周", "Chow"},        {"徐", "徐", "Tsui"}, {"冯", "馮", "Fung"},  {"潘", "潘", "Poon"},
    {"欧阳", "歐陽", "Ou-Yang"}, {"蔡", "蔡", "Choi"}, {"钟", "鍾", "Chung"}, {"卢", "盧", "Lo"},
    {"许", "許", "Hui"},         {"单", "單", "Sin"},
};

static const struct character given[] = {
    {"伟明", "偉明", "Raymond"}, {"国强", "國強", "Simon"},   {"志华", "志華", "Alan"},
    {"丽珍", "麗珍", "Janet"},   {"秀英", "秀英", "Susan"},   {"嘉欣", "嘉欣", "Karen"},
    {"俊杰", "俊傑", "Jackie"},  {"建军", "建軍", "Tony"},    {"晓彤", "曉彤", "Tiffany"},
    {"文辉", "文輝", "Michael"}, {"美玲", "美玲", "May"},     {"永康", "永康", "Vincent"},
    {"海燕", "海燕", "Helen"},   {"子轩", "子軒", "Jason"},   {"佩珊", "佩珊", "Priscilla"},
    {"家豪", "家豪", "Kenneth"}, {"惠仪", "惠儀", "Wendy"},   {"振东", "振東", "Eric"},
    {"雪梅", "雪梅", "Sherry"},  {"浩然", "浩然", "Howard"},  {"思敏", "思敏", "Cindy"},
    {"天佑", "天佑", "Danny"},   {"婉婷", "婉婷", "Yvonne"},  {"锦荣", "錦榮", "Kevin"},
    {"静", "靜", "Jenny"},       {"勇", "勇", "Bruce"},       {"敏", "敏", "Mandy"},
    {"强", "強", "Frank"},       {"重庆", "重慶", "Charles"}, {"长乐", "長樂", "Leo"},
    {"颖", "穎", "Winnie"},      {"涛", "濤", "Tom"},
};

enum { SIMPLIFIED_PERCENT = 70, TRADITIONAL_PERCENT = 20 };

const char *name_person(struct seed *seed)
{
    const struct character surname = seed_pick(seed, surnames), own = seed_pick(seed, given);
    int64_t script = seed_between(seed, 1, 100);
    if (script <= SIMPLIFIED_PERCENT)
        return arena_printf(seed->arena, "%s%s", surname.simplified, own.simplified);
    if (script <= SIMPLIFIED_PERCENT + TRADITIONAL_PERCENT)
        return arena_printf(seed->arena, "%s%s", surname.traditional, own.traditional);
    return arena_printf(seed->arena, "%s %s", own.english, surname.english);
}

/* No number twice: a walk through all of them by a step that shares no factor with their count. */
const char *name_phone(struct seed *seed)
{
    static const char *const heads[] = {"130", "133", "135", "136", "137", "138",
                                        "139", "150", "159", "177", "185", "188"};
    enum { NUMBERS = 100000000, STEP = 38196601 };
    int n = seed->phones++;
    int64_t number = ((int64_t)n + 1) * STEP % NUMBERS;
    return arena_printf(seed->arena, "%s%08lld", heads[(size_t)n % array_len(heads)], (long long)number);
}

/* Mostly of the branch's city; every fifth is a new-energy one, some are of Hong Kong cars with a mainland plate. */
const char *name_plate(struct seed *seed, enum branch_index branch)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    const char *city = branch_letters(branch);
    int64_t kind = seed_between(seed, 1, 100);
    char letter = letters[seed_between(seed, 0, (int64_t)strlen(letters) - 1)];
    long long number = (long long)seed_between(seed, 0, 9999);
    if (kind <= 20)
        return arena_printf(seed->arena, "粤%sD%c%04lld", city, letter, number);
    if (kind <= 23)
        return arena_printf(seed->arena, "粤Z%c%03lld港", letter, number % 1000);
    return arena_printf(seed->arena, "粤%s%c%04lld", city, letter, number);
}
