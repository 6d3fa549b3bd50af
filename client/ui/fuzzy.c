#include "client/ui/fuzzy.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/pinyin.h"
#include "base/utf8.h"
#include "base/util.h"

enum { POINT = 10, TOGETHER = 20, WORD_START = 20, FRONT = 10, WHOLE = 5, GAP_MAX = 6 };
enum { TYPED_CHARS = 48, TEXT_CHARS = 128, NO = INT_MIN };

/* A character of the text: as it is compared, and as it may be typed. */
struct element {
    uint32_t cp;
    bool starts;
    size_t count;
    const char *readings[PINYIN_READINGS_MAX];
};

/* One search: best[n][at] is the best score with n characters of the typed used up, the last of them at this element. */
struct search {
    uint32_t typed[TYPED_CHARS];
    size_t ntyped;
    struct element text[TEXT_CHARS];
    size_t ntext;
    bool strict;
    int best[TYPED_CHARS + 1][TEXT_CHARS];
};

/* Small letters, full-width ones as plain ones, traditional characters as simplified ones. */
static uint32_t fold(uint32_t cp)
{
    if (cp >= 0xff01 && cp <= 0xff5e)
        cp -= 0xfee0;
    if (cp >= 'A' && cp <= 'Z')
        return cp + 'a' - 'A';
    return cp < 0x80 ? cp : pinyin_simplify((uint32_t)towlower((wint_t)cp));
}

static bool is_space(uint32_t cp)
{
    return cp == ' ' || cp == 0x3000 || cp == '\t';
}

static const char *next_of(const char *text, size_t *left, uint32_t *cp_r)
{
    *cp_r = 0xfffd;
    size_t n = utf8_decode(text, *left, cp_r);
    n = n ? n : 1;
    *left -= n;
    *cp_r = fold(*cp_r);
    return text + n;
}

static bool read_typed(struct search *search, const char *typed)
{
    for (size_t left = strlen(typed); left;) {
        uint32_t cp;
        typed = next_of(typed, &left, &cp);
        if (is_space(cp))
            continue;
        if (search->ntyped == TYPED_CHARS)
            return false;
        search->typed[search->ntyped++] = cp;
    }
    return true;
}

static bool is_han(uint32_t cp)
{
    return cp >= HAN_FIRST && cp <= HAN_LAST;
}

static void read_text(struct search *search, const char *text)
{
    uint32_t before = ' ';
    for (size_t left = strlen(text); left && search->ntext < TEXT_CHARS;) {
        uint32_t cp;
        text = next_of(text, &left, &cp);
        bool starts = is_han(cp) || is_han(before) || (cp < 0x80 ? !iswalnum((wint_t)before) : before < 0x80);
        before = cp;
        if (search->strict && is_space(cp))
            continue; /* "new order" is found by "neworder" */
        struct element *element = &search->text[search->ntext++];
        *element = (struct element){.cp = cp, .starts = starts};
        element->count = pinyin_readings(cp, element->readings);
    }
}

/* Before the end of what is typed a syllable stands whole or as its initial; the last may be half typed. */
static bool may_end(const char *reading, size_t len, bool last)
{
    static const char *const pairs[] = {"zh", "ch", "sh"};
    if (last || len == 1 || !reading[len])
        return true;
    for (size_t i = 0; len == 2 && i < array_len(pairs); i++)
        if (strncmp(reading, pairs[i], 2) == 0)
            return true;
    return false;
}

static void keep(struct search *search, size_t used, size_t at, int score)
{
    search->best[used][at] = MAX(search->best[used][at], score);
}

/* What the element can take of the typed from `used` on, with the score before it. */
static void take(struct search *search, size_t used, size_t at, int score)
{
    const struct element *element = &search->text[at];
    score += POINT + (element->starts ? WORD_START : 0);
    if (element->cp == search->typed[used])
        keep(search, used + 1, at, score);
    for (size_t r = 0; r < element->count; r++) {
        const char *reading = element->readings[r];
        for (size_t k = 1; reading[k - 1] && used + k <= search->ntyped; k++) {
            if ((uint32_t)reading[k - 1] != search->typed[used + k - 1])
                break;
            if (may_end(reading, k, used + k == search->ntyped))
                keep(search, used + k, at, score + (int)(k - 1) * (POINT + TOGETHER));
        }
    }
}

static void begin(struct search *search)
{
    for (size_t used = 0; used <= search->ntyped; used++)
        for (size_t at = 0; at < search->ntext; at++)
            search->best[used][at] = NO;
    for (size_t at = 0; at < search->ntext; at++)
        if (!search->strict || search->text[at].starts)
            take(search, 0, at, at == 0 ? FRONT : 0);
}

static void go_on(struct search *search, size_t used)
{
    for (size_t from = 0; from < search->ntext; from++) {
        int score = search->best[used][from];
        size_t end = search->strict ? MIN(from + 2, search->ntext) : search->ntext;
        for (size_t at = from + 1; score != NO && at < end; at++)
            take(search, used, at,
                 score + (at == from + 1 ? TOGETHER : -(int)MIN(at - from, (size_t)GAP_MAX)));
    }
}

static int find(const char *typed, const char *text, bool strict)
{
    struct search search;
    search.strict = strict;
    search.ntyped = search.ntext = 0;
    if (!read_typed(&search, typed))
        return 0;
    if (!search.ntyped)
        return 1;
    read_text(&search, text);
    begin(&search);
    for (size_t used = 1; used < search.ntyped; used++)
        go_on(&search, used);
    int best = NO;
    for (size_t at = 0; at < search.ntext; at++) {
        int score = search.best[search.ntyped][at];
        bool at_end =
            at + 1 == search.ntext; /* nothing is left over: what it is called, before what begins like it */
        best = MAX(best, score != NO && at_end ? score + WHOLE : score);
    }
    return best == NO ? 0 : MAX(best, 1);
}

int fuzzy_score(const char *typed, const char *text)
{
    return find(typed, text, false);
}

int fuzzy_begins(const char *typed, const char *text)
{
    return find(typed, text, true);
}
