#include "server/entity/pinyin.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { HAN_FIRST = 0x4E00, HAN_LAST = 0x9FFF, HAN_COUNT = HAN_LAST - HAN_FIRST + 1, SYLLABLES_MAX = 1024 };

/* Filled once, only read afterwards: no lock, and ICU's transliterators (which are not thread-safe) are used no more. */
static struct {
    char syllables[SYLLABLES_MAX][PINYIN_SYLLABLE_MAX];
    size_t count;
    uint16_t usual[HAN_COUNT]; /* index into syllables, 0: none */
    uint16_t name[HAN_COUNT];  /* as a surname, where it differs */
    uint16_t simple[HAN_COUNT];
} han = {.count = 1};

/* ICU gives one reading a character, and one for names. These are the others one meets in surnames and places. */
static const struct {
    const char *character;
    const char *readings;
} polyphones[] = {
    {"长", "chang zhang"}, {"重", "zhong chong"}, {"行", "xing hang"}, {"乐", "le yue"},     {"朴", "pu piao"},
    {"翟", "zhai di"},     {"覃", "qin tan"},     {"缪", "miao mou"},   {"沈", "shen chen"},  {"车", "che ju"},
    {"厦", "xia sha"},     {"番", "fan pan"},     {"涌", "yong chong"}, {"埔", "pu bu"},      {"莞", "guan wan"},
    {"陂", "bei pi"},      {"大", "da dai"},      {"都", "du dou"},     {"柏", "bai bo"},     {"浚", "jun xun"},
    {"蚌", "bang beng"},   {"六", "liu lu"},      {"泌", "mi bi"},      {"蔚", "wei yu"},     {"荥", "xing ying"},
    {"泷", "long shuang"}, {"铅", "qian yan"},    {"会", "hui kuai"},   {"歙", "she xi"},     {"犍", "qian jian"},
    {"什", "shen shi"},    {"地", "di de"},       {"便", "bian pian"},  {"传", "chuan zhuan"}, {"调", "diao tiao"},
    {"藏", "cang zang"},   {"朝", "chao zhao"},   {"角", "jiao jue"},   {"降", "jiang xiang"}, {"强", "qiang jiang"},
    {"宿", "su xiu"},      {"参", "can shen"},    {"差", "cha chai"},   {"率", "lv shuai"},   {"模", "mo mu"},
    {"薄", "bao bo"},      {"轧", "ya zha"},      {"单", "dan shan"},   {"曾", "zeng ceng"},  {"解", "jie xie"},
    {"仇", "chou qiu"},    {"区", "qu ou"},       {"盖", "gai ge"},     {"查", "cha zha"},    {"种", "zhong chong"},
    {"员", "yuan yun"},    {"华", "hua"},         {"尉", "wei yu"},     {"万", "wan mo"},     {"俟", "si qi"},
    {"折", "zhe she"},     {"纪", "ji"},          {"隗", "wei kui"},    {"乜", "mie nie"},    {"令", "ling"},
    {"洗", "xi xian"},     {"冼", "xian"},        {"谌", "chen shen"},  {"那", "na"},         {"宁", "ning"},
    {"女", "nv nu"},       {"吕", "lv lu"},       {"绿", "lv lu"},      {"旅", "lv"},         {"律", "lv"},
    {"侯", "hou"},         {"石", "shi dan"},     {"广", "guang an"},   {"港", "gang"},       {"澳", "ao"},
    {"台", "tai"},         {"车", "che ju"},      {"召", "zhao shao"},  {"褚", "chu zhu"},    {"祭", "ji zhai"},
    {"黑", "hei he"},      {"卜", "bu bo"},       {"葛", "ge"},         {"芮", "rui"},        {"佴", "er nai"},
    {"亳", "bo"},          {"瀍", "chan"},        {"圳", "zhen"},       {"塱", "lang"},       {"氹", "dang"},
    {"滘", "jiao"},        {"漖", "jiao"},        {"岗", "gang"},       {"均", "jun"},        {"禅", "chan shan"},
    {"畲", "she"},         {"圩", "xu wei"},      {"墟", "xu"},         {"濠", "hao"},        {"鹤", "he"},
};

static uint16_t syllable_index(const char *text, size_t len)
{
    if (!len || len >= PINYIN_SYLLABLE_MAX)
        return 0;
    for (size_t i = 1; i < han.count; i++) {
        if (strlen(han.syllables[i]) == len && !memcmp(han.syllables[i], text, len))
            return (uint16_t)i;
    }
    if (han.count == SYLLABLES_MAX)
        return 0;
    memcpy(han.syllables[han.count], text, len);
    return (uint16_t)han.count++;
}

static UTransliterator *open_rules(const char *id)
{
    UErrorCode error = U_ZERO_ERROR;
    UChar name[64];
    u_uastrcpy(name, id);
    UTransliterator *rules = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
    if (U_FAILURE(error)) {
        log_warn("search: ICU has no %s (%s)", id, u_errorName(error));
        return NULL;
    }
    return rules;
}

/* Every character on a line of its own through the rules at once; the caller frees what comes back. NULL: no rules. */
static UChar *transliterate_all(const char *id, int32_t *len_r)
{
    UErrorCode error = U_ZERO_ERROR;
    UTransliterator *rules = open_rules(id);
    int32_t cap = HAN_COUNT * 12, len = 0;
    if (!rules)
        return NULL;
    UChar *text = memory_alloc((size_t)cap * sizeof(*text));
    for (int32_t i = 0; i < HAN_COUNT; i++) {
        text[len++] = (UChar)(HAN_FIRST + i);
        text[len++] = '\n';
    }
    int32_t limit = len;
    utrans_transUChars(rules, text, &len, cap, 0, &limit, &error);
    utrans_close(rules);
    if (U_FAILURE(error)) {
        log_warn("search: ICU's %s failed (%s)", id, u_errorName(error));
        free(text);
        return NULL;
    }
    *len_r = len;
    return text;
}

static void fill_readings(const char *id, uint16_t *table)
{
    int32_t len, line = 0;
    UChar *text = transliterate_all(id, &len);
    char word[PINYIN_SYLLABLE_MAX + 1];
    size_t n = 0;
    for (int32_t i = 0; text && i < len && line < HAN_COUNT; i++) {
        if (text[i] == '\n') {
            table[line++] = syllable_index(word, n);
            n = 0;
        } else if (text[i] >= 'a' && text[i] <= 'z' && n < PINYIN_SYLLABLE_MAX) {
            word[n++] = (char)text[i];
        } else if (text[i] >= 0x80) { /* untouched: not a reading */
            n = PINYIN_SYLLABLE_MAX;
        }
    }
    free(text);
}

static void fill_simple(void)
{
    int32_t len, line = 0, start = 0;
    UChar *text = transliterate_all("Hant-Hans", &len);
    for (int32_t i = 0; i < HAN_COUNT; i++)
        han.simple[i] = (uint16_t)(HAN_FIRST + i);
    for (int32_t i = 0; text && i < len && line < HAN_COUNT; i++) {
        if (text[i] != '\n')
            continue;
        if (i - start == 1)
            han.simple[line] = text[start];
        line++;
        start = i + 1;
    }
    free(text);
}

static void init(void)
{
    fill_readings("Han-Latin; Latin-ASCII; Lower", han.usual);
    fill_readings("Han-Latin/Names; Latin-ASCII; Lower", han.name);
    fill_simple();
}

void pinyin_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init);
}

uint32_t pinyin_simplify(uint32_t cp)
{
    pinyin_init();
    return cp >= HAN_FIRST && cp <= HAN_LAST ? han.simple[cp - HAN_FIRST] : cp;
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
            for (size_t s = 1; s < han.count && !reading; s++) {
                if (strlen(han.syllables[s]) == len && !strncmp(han.syllables[s], at, len))
                    reading = han.syllables[s];
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
    pinyin_init();
    if (cp < HAN_FIRST || cp > HAN_LAST)
        return 0;
    if (han.usual[cp - HAN_FIRST])
        n = add_reading(readings, n, han.syllables[han.usual[cp - HAN_FIRST]]);
    if (han.name[cp - HAN_FIRST])
        n = add_reading(readings, n, han.syllables[han.name[cp - HAN_FIRST]]);
    return add_own(pinyin_simplify(cp), readings, n);
}
