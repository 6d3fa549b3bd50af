/*
 * Writes the tables of pinyin.c: at build time, because reading them out of ICU's rules takes most of a second.
 *     pinyin_make OUTPUT
 */
#include "base/pinyin.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { SYLLABLES_MAX = 1024 };

static struct {
    char syllables[SYLLABLES_MAX][PINYIN_SYLLABLE_MAX];
    size_t count;
    uint16_t usual[HAN_COUNT]; /* index into syllables, 0: none */
    uint16_t name[HAN_COUNT];  /* as a surname, where it differs */
    uint16_t simple[HAN_COUNT];
} han = {.count = 1};

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
        fprintf(stderr, "ICU has no %s (%s)\n", id, u_errorName(error));
        exit(1);
    }
    return rules;
}

/* Every character on a line of its own through the rules at once; the caller frees what comes back. */
static UChar *transliterate_all(const char *id, int32_t *len_r)
{
    UErrorCode error = U_ZERO_ERROR;
    UTransliterator *rules = open_rules(id);
    int32_t cap = HAN_COUNT * 12, len = 0;
    UChar *text = malloc((size_t)cap * sizeof(*text));
    if (!text)
        exit(1);
    for (int32_t i = 0; i < HAN_COUNT; i++) {
        text[len++] = (UChar)(HAN_FIRST + i);
        text[len++] = '\n';
    }
    int32_t limit = len;
    utrans_transUChars(rules, text, &len, cap, 0, &limit, &error);
    utrans_close(rules);
    if (U_FAILURE(error)) {
        fprintf(stderr, "ICU's %s failed (%s)\n", id, u_errorName(error));
        exit(1);
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
    for (int32_t i = 0; i < len && line < HAN_COUNT; i++) {
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
    for (int32_t i = 0; i < len && line < HAN_COUNT; i++) {
        if (text[i] != '\n')
            continue;
        if (i - start == 1)
            han.simple[line] = text[start];
        line++;
        start = i + 1;
    }
    free(text);
}

/* ---- where each syllable begins in the order of a Chinese dictionary */

enum { SORT_KEY_MAX = 16, AHEAD = 40 };

struct sorted {
    uint8_t key[SORT_KEY_MAX];
    uint16_t place; /* in the tables */
};

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct sorted *)a)->key, ((const struct sorted *)b)->key, SORT_KEY_MAX);
}

static size_t sort_all(struct sorted sorted[])
{
    UErrorCode error = U_ZERO_ERROR;
    UCollator *order = ucol_open("zh", &error);
    size_t n = 0;
    if (U_FAILURE(error)) {
        fprintf(stderr, "ICU has no Chinese order (%s)\n", u_errorName(error));
        exit(1);
    }
    for (int i = 0; i < HAN_COUNT; i++) {
        UChar character = (UChar)(HAN_FIRST + i);
        if (!han.usual[i])
            continue;
        memset(sorted[n].key, 0, SORT_KEY_MAX);
        ucol_getSortKey(order, &character, 1, sorted[n].key, SORT_KEY_MAX);
        sorted[n++].place = (uint16_t)i;
    }
    ucol_close(order);
    qsort(sorted, n, sizeof(*sorted), by_key);
    return n;
}

/* The order goes by each character's first reading, our tables by its usual one: one that differs must not be taken for a beginning. */
static bool is_ahead(const struct sorted sorted[], size_t n, size_t at)
{
    const char *here = han.syllables[han.usual[sorted[at].place]];
    size_t before = 0, looked = 0;
    for (size_t i = at + 1; i < n && i <= at + AHEAD; i++, looked++)
        before += strcmp(han.syllables[han.usual[sorted[i].place]], here) < 0;
    return before * 2 > looked;
}

static void write_order(FILE *out)
{
    static struct sorted sorted[HAN_COUNT];
    size_t n = sort_all(sorted), count = 0;
    const char *last = "";
    fputs("const struct pinyin_border pinyin_borders[] = {", out);
    for (size_t i = 0; i < n; i++) {
        uint16_t syllable = han.usual[sorted[i].place];
        if (strcmp(han.syllables[syllable], last) <= 0 || is_ahead(sorted, n, i))
            continue;
        last = han.syllables[syllable];
        fprintf(out, "%s{%u, 0x%X},", count++ % 8 ? " " : "\n", syllable,
                (unsigned)(HAN_FIRST + sorted[i].place));
    }
    fprintf(out, "};\nconst size_t pinyin_borders_count = %zu;\n", count);
}

static void write_words(FILE *out, const char *name, const uint16_t *table)
{
    fprintf(out, "const uint16_t %s[HAN_COUNT] = {", name);
    for (int i = 0; i < HAN_COUNT; i++)
        fprintf(out, "%s%u,", i % 16 ? "" : "\n", table[i]);
    fputs("};\n", out);
}

static void write_tables(FILE *out)
{
    fputs("/* Made by pinyin_make out of ICU's rules. */\n#include \"base/pinyin.h\"\n\n", out);
    fprintf(out, "const char pinyin_syllables[][PINYIN_SYLLABLE_MAX] = {");
    for (size_t i = 0; i < han.count; i++)
        fprintf(out, "%s\"%s\",", i % 12 ? " " : "\n", han.syllables[i]);
    fprintf(out, "};\nconst size_t pinyin_syllables_count = %zu;\n", han.count);
    write_words(out, "pinyin_usual", han.usual);
    write_words(out, "pinyin_name", han.name);
    write_words(out, "pinyin_simple", han.simple);
    write_order(out);
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (!out)
        return 1;
    fill_readings("Han-Latin; Latin-ASCII; Lower", han.usual);
    fill_readings("Han-Latin/Names; Latin-ASCII; Lower", han.name);
    fill_simple();
    write_tables(out);
    return fclose(out) == 0 && han.count > 300 ? 0 : 1;
}
