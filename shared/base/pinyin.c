#include "base/pinyin.h"

#include <string.h>

/* ICU gives one reading a character, and one for names. These are the others one meets in surnames and places. */
static const struct {
    const char *character;
    const char *readings;
} polyphones[] = {
    {"长", "chang zhang"}, {"重", "zhong chong"}, {"行", "xing hang"},   {"乐", "le yue"},
    {"朴", "pu piao"},     {"翟", "zhai di"},     {"覃", "qin tan"},     {"缪", "miao mou"},
    {"沈", "shen chen"},   {"车", "che ju"},      {"厦", "xia sha"},     {"番", "fan pan"},
    {"涌", "yong chong"},  {"埔", "pu bu"},       {"莞", "guan wan"},    {"陂", "bei pi"},
    {"大", "da dai"},      {"都", "du dou"},      {"柏", "bai bo"},      {"浚", "jun xun"},
    {"蚌", "bang beng"},   {"六", "liu lu"},      {"泌", "mi bi"},       {"蔚", "wei yu"},
    {"荥", "xing ying"},   {"泷", "long shuang"}, {"铅", "qian yan"},    {"会", "hui kuai"},
    {"歙", "she xi"},      {"犍", "qian jian"},   {"什", "shen shi"},    {"地", "di de"},
    {"便", "bian pian"},   {"传", "chuan zhuan"}, {"调", "diao tiao"},   {"藏", "cang zang"},
    {"朝", "chao zhao"},   {"角", "jiao jue"},    {"降", "jiang xiang"}, {"强", "qiang jiang"},
    {"宿", "su xiu"},      {"参", "can shen"},    {"差", "cha chai"},    {"率", "lv shuai"},
    {"模", "mo mu"},       {"薄", "bao bo"},      {"轧", "ya zha"},      {"单", "dan shan"},
    {"曾", "zeng ceng"},   {"解", "jie xie"},     {"仇", "chou qiu"},    {"区", "qu ou"},
    {"盖", "gai ge"},      {"查", "cha zha"},     {"种", "zhong chong"}, {"员", "yuan yun"},
    {"华", "hua"},         {"尉", "wei yu"},      {"万", "wan mo"},      {"俟", "si qi"},
    {"折", "zhe she"},     {"纪", "ji"},          {"隗", "wei kui"},     {"乜", "mie nie"},
    {"令", "ling"},        {"洗", "xi xian"},     {"冼", "xian"},        {"谌", "chen shen"},
    {"那", "na"},          {"宁", "ning"},        {"女", "nv nu"},       {"吕", "lv lu"},
    {"绿", "lv lu"},       {"旅", "lv"},          {"律", "lv"},          {"侯", "hou"},
    {"石", "shi dan"},     {"广", "guang an"},    {"港", "gang"},        {"澳", "ao"},
    {"台", "tai"},         {"车", "che ju"},      {"召", "zhao shao"},   {"褚", "chu zhu"},
    {"祭", "ji zhai"},     {"黑", "hei he"},      {"卜", "bu bo"},       {"葛", "ge"},
    {"芮", "rui"},         {"佴", "er nai"},      {"亳", "bo"},          {"瀍", "chan"},
    {"圳", "zhen"},        {"塱", "lang"},        {"氹", "dang"},        {"滘", "jiao"},
    {"漖", "jiao"},        {"岗", "gang"},        {"均", "jun"},         {"禅", "chan shan"},
    {"畲", "she"},         {"圩", "xu wei"},      {"墟", "xu"},          {"濠", "hao"},
    {"鹤", "he"},
};

uint32_t pinyin_simplify(uint32_t cp)
{
    return cp >= HAN_FIRST && cp <= HAN_LAST ? pinyin_simple[cp - HAN_FIRST] : cp;
}

static size_t add_reading(const char *readings[PINYIN_READINGS_MAX], size_t n, const char *reading)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(readings[i], reading))
            return n;
    }
    if (n < PINYIN_READINGS_MAX)
        readings[n++] = reading;
    return n;
}

static uint32_t first_character(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    return (uint32_t)(at[0] & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (at[2] & 0x3F);
}

/* Words of our own table are kept as syllables, so that their text lives as long as ICU's. */
static size_t add_own(uint32_t cp, const char *readings[PINYIN_READINGS_MAX], size_t n)
{
    static const char *const known[] = {"lv", "nv"};
    for (size_t i = 0; i < array_len(polyphones); i++) {
        if (first_character(polyphones[i].character) != cp)
            continue;
        for (const char *at = polyphones[i].readings; *at;) {
            size_t len = strcspn(at, " ");
            const char *reading = NULL;
            for (size_t s = 1; s < pinyin_syllables_count && !reading; s++) {
                if (strlen(pinyin_syllables[s]) == len && !strncmp(pinyin_syllables[s], at, len))
                    reading = pinyin_syllables[s];
            }
            for (size_t s = 0; s < array_len(known) && !reading; s++) {
                if (strlen(known[s]) == len && !strncmp(known[s], at, len))
                    reading = known[s];
            }
            if (reading)
                n = add_reading(readings, n, reading);
            at += len + (at[len] == ' ');
        }
    }
    return n;
}

size_t pinyin_readings(uint32_t cp, const char *readings[PINYIN_READINGS_MAX])
{
    size_t n = 0;
    if (cp < HAN_FIRST || cp > HAN_LAST)
        return 0;
    if (pinyin_usual[cp - HAN_FIRST])
        n = add_reading(readings, n, pinyin_syllables[pinyin_usual[cp - HAN_FIRST]]);
    if (pinyin_name[cp - HAN_FIRST])
        n = add_reading(readings, n, pinyin_syllables[pinyin_name[cp - HAN_FIRST]]);
    return add_own(pinyin_simplify(cp), readings, n);
}

bool pinyin_range(const char *letters, uint32_t *first_r, uint32_t *behind_r)
{
    size_t len = strlen(letters), i = 0;
    while (i < pinyin_borders_count &&
           strncmp(pinyin_syllables[pinyin_borders[i].syllable], letters, len) < 0)
        i++;
    size_t first = i;
    while (i < pinyin_borders_count &&
           strncmp(pinyin_syllables[pinyin_borders[i].syllable], letters, len) == 0)
        i++;
    if (first == i)
        return false;
    *first_r = pinyin_borders[first].character;
    *behind_r = i < pinyin_borders_count ? pinyin_borders[i].character : 0xFFFF;
    return true;
}
