#include "model/field.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Every first character of a mainland plate, and the traditional forms people type. */
static const struct {
    const char *typed, *stored;
} provinces[] = {
    {"京", "京"}, {"津", "津"}, {"冀", "冀"}, {"晋", "晋"}, {"晉", "晋"}, {"蒙", "蒙"}, {"辽", "辽"},
    {"遼", "辽"}, {"吉", "吉"}, {"黑", "黑"}, {"沪", "沪"}, {"滬", "沪"}, {"苏", "苏"}, {"蘇", "苏"},
    {"浙", "浙"}, {"皖", "皖"}, {"闽", "闽"}, {"閩", "闽"}, {"赣", "赣"}, {"贛", "赣"}, {"鲁", "鲁"},
    {"魯", "鲁"}, {"豫", "豫"}, {"鄂", "鄂"}, {"湘", "湘"}, {"粤", "粤"}, {"粵", "粤"}, {"桂", "桂"},
    {"琼", "琼"}, {"瓊", "琼"}, {"渝", "渝"}, {"川", "川"}, {"贵", "贵"}, {"貴", "贵"}, {"黔", "贵"},
    {"云", "云"}, {"雲", "云"}, {"藏", "藏"}, {"陕", "陕"}, {"陝", "陕"}, {"甘", "甘"}, {"青", "青"},
    {"宁", "宁"}, {"寧", "宁"}, {"新", "新"}, {"使", "使"}, {"军", "军"}, {"軍", "军"},
};

/* What the last character says of the plate: trailer, learner, police, Hong Kong, Macau, consulate, embassy, emergency, temporary. */
static const struct {
    const char *typed, *stored;
} endings[] = {
    {"挂", "挂"},     {"掛", "挂"},     {"学", "学"}, {"學", "学"}, {"警", "警"},
    {"港", "港"},     {"澳", "澳"},     {"领", "领"}, {"領", "领"}, {"使", "使"},
    {"应急", "应急"}, {"應急", "应急"}, {"临", "临"}, {"臨", "临"}, {"超", "超"},
};

enum { PLATE_CHARS_MAX = 16 };

/* One character at a time: full width becomes half, small letters large; separators give 0. */
static uint32_t fold(uint32_t cp)
{
    if (cp >= 0xFF01 && cp <= 0xFF5E)
        cp -= 0xFEE0;
    if (cp >= 'a' && cp <= 'z')
        return cp - 'a' + 'A';
    switch (cp) {
    case ' ':
    case 0x3000:
    case '.':
    case '-':
    case 0xB7:   /* · */
    case 0x2022: /* • */
    case 0x2027:
    case 0x30FB: /* ・ */
    case 0x2219:
    case 0x22C5: return 0;
    default: return cp;
    }
}

static bool compact(const char *typed, char *out, size_t size)
{
    size_t used = 0, left = strlen(typed);
    int chars = 0;
    while (left) {
        uint32_t cp;
        size_t n = utf8_decode(typed, left, &cp);
        if (!n)
            return false;
        typed += n;
        left -= n;
        cp = fold(cp);
        if (!cp)
            continue;
        char bytes[4];
        size_t m = utf8_encode(cp, bytes);
        if (!m || used + m >= size || ++chars > PLATE_CHARS_MAX)
            return false;
        memcpy(out + used, bytes, m);
        used += m;
    }
    out[used] = '\0';
    return used > 0;
}

static size_t alnum_run(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

/* Length of the province at the start of text, and its stored form; 0 when there is none. */
static size_t province(const char *text, const char **stored_r)
{
    for (size_t i = 0; i < array_len(provinces); i++) {
        size_t n = strlen(provinces[i].typed);
        if (!strncmp(text, provinces[i].typed, n)) {
            *stored_r = provinces[i].stored;
            return n;
        }
    }
    return 0;
}

static const char *ending(const char *text)
{
    if (!*text)
        return "";
    for (size_t i = 0; i < array_len(endings); i++) {
        if (!strcmp(text, endings[i].typed))
            return endings[i].stored;
    }
    return NULL;
}

static bool put(char *out, size_t size, const char *head, const char *body, size_t body_len, const char *tail)
{
    if (strlen(head) + body_len + strlen(tail) >= size)
        return false;
    size_t n = strlen(head);
    char kept[PLATE_CHARS_MAX * 4 + 1];
    memcpy(kept, body, body_len);
    memcpy(out, head, n);
    memcpy(out + n, kept, body_len);
    memcpy(out + n + body_len, tail, strlen(tail) + 1);
    return true;
}

/* Armed police: WJ, a province, four to six characters. */
static bool put_police(char *out, size_t size, const char *at)
{
    const char *stored = "";
    size_t skip = province(at + 2, &stored);
    size_t run = alnum_run(at + 2 + skip);
    char head[8];
    if (!skip || run < 4 || run > 6 || at[2 + skip + run])
        return false;
    snprintf(head, sizeof(head), "WJ%s", stored);
    return put(out, size, head, at + 2 + skip, run, "");
}

/* Words people type in front of a plate, which the plate has elsewhere or writes otherwise. */
static const char *strip_prefix(char *text, bool *temporary_r)
{
    static const char *const temporary[] = {"临时", "臨時", "临", "臨"};
    static const char police[] = "武警";
    for (size_t i = 0; i < array_len(temporary); i++) {
        size_t n = strlen(temporary[i]);
        if (!strncmp(text, temporary[i], n)) {
            *temporary_r = true;
            return text + n;
        }
    }
    if (!strncmp(text, police, strlen(police))) {
        memmove(text + 2, text + strlen(police), strlen(text + strlen(police)) + 1);
        memcpy(text, "WJ", 2);
    }
    return text;
}

bool plate_normalise(const char *typed, char *out, size_t size)
{
    char text[PLATE_CHARS_MAX * 4 + 1];
    bool temporary = false;
    if (!typed || !compact(typed, text, sizeof(text)))
        return false;
    const char *head = "", *at = strip_prefix(text, &temporary);
    at += province(at, &head);
    size_t run = alnum_run(at);
    if (!*head && at[run])
        return run == 2 && !strncmp(at, "WJ", 2) && put_police(out, size, at);
    const char *tail = ending(at + run);
    if (!tail || (temporary && *tail))
        return false;
    if (temporary)
        tail = "临";
    if (*head)
        return run + (*tail != '\0') >= 5 && run <= 8 && put(out, size, head, at, run, tail);
    /* without a province: Hong Kong and Macau's own plates, foreign ones, and the frame number of a car without */
    return run >= 2 && run <= 10 && !*tail && strpbrk(at, "0123456789") && put(out, size, "", at, run, "");
}

bool plate_is_none(const char *typed)
{
    static const char *const words[] = {"无", "無", "无牌", "無牌", "无车牌", "無車牌", "没有", "沒有",
                                        "没牌", "沒牌", "未上牌", "NONE", "NOPLATE"};
    char text[PLATE_CHARS_MAX * 4 + 1];
    if (!typed || !compact(typed, text, sizeof(text)))
        return false;
    for (size_t i = 0; i < array_len(words); i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}
