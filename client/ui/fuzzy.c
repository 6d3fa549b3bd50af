#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/palette.h"

enum { POINT = 10, TOGETHER = 15, WORD_START = 20, FRONT = 10, GAP_MAX = 6, FUZZY_CHARS = 128 };

/* Small letters, and full-width ones as plain ones. */
static wchar_t fold(uint32_t cp)
{
    if (cp >= 0xff01 && cp <= 0xff5e)
        cp -= 0xfee0;
    return (wchar_t)towlower((wint_t)cp);
}

static size_t fold_text(const char *text, bool spaces, wchar_t out[FUZZY_CHARS])
{
    size_t count = 0, left = strlen(text);
    while (left && count < FUZZY_CHARS) {
        uint32_t cp = 0xfffd;
        size_t n = utf8_decode(text, left, &cp);
        n = n ? n : 1;
        if (spaces || (cp != ' ' && cp != 0x3000))
            out[count++] = fold(cp);
        text += n;
        left -= n;
    }
    return count;
}

static bool starts_word(const wchar_t *text, size_t at)
{
    return at == 0 || !iswalnum((wint_t)text[at - 1]) || (text[at] >= 0x2e80 && text[at - 1] < 0x2e80);
}

/* From one place on, each letter at its first chance. */
static int score_from(const wchar_t *pattern, size_t pattern_len, const wchar_t *text, size_t len, size_t at)
{
    int score = at == 0 ? FRONT : 0;
    size_t last = at;
    for (size_t i = 0; i < pattern_len; i++) {
        while (at < len && text[at] != pattern[i])
            at++;
        if (at == len)
            return 0;
        score += POINT + (starts_word(text, at) ? WORD_START : 0);
        if (i)
            score += at == last + 1 ? TOGETHER : -(int)MIN(at - last, (size_t)GAP_MAX);
        last = at++;
    }
    return MAX(score, 1);
}

int fuzzy_score(const char *pattern, const char *text)
{
    wchar_t p[FUZZY_CHARS], t[FUZZY_CHARS];
    size_t pattern_len = fold_text(pattern, false, p), len = fold_text(text, true, t);
    if (!pattern_len)
        return 1;
    int best = 0;
    for (size_t at = 0; at < len; at++)
        if (t[at] == p[0])
            best = MAX(best, score_from(p, pattern_len, t, len, at));
    return best;
}
