/* How Chinese is found by typing: readings of a character, and the one form of a text that search compares. */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PINYIN_READINGS_MAX = 4, PINYIN_SYLLABLE_MAX = 8 };

/* The common block of Chinese characters; rarer ones have no readings here. */
enum { HAN_FIRST = 0x4E00, HAN_LAST = 0x9FFF, HAN_COUNT = HAN_LAST - HAN_FIRST + 1 };

/* The readings of a character without tones, the usual one first; 0 when it is no Chinese character we know. */
size_t pinyin_readings(uint32_t cp, const char *readings[PINYIN_READINGS_MAX]);

/* Simplified for traditional; other characters as they are. */
uint32_t pinyin_simplify(uint32_t cp);

/* The first character, in the order of a Chinese dictionary, whose reading begins with these letters, and the first behind all of those (U+FFFF:
 * there is none); false: no reading begins so. */
bool pinyin_range(const char *letters, uint32_t *first_r, uint32_t *behind_r);

/* Where a syllable begins in that order. */
struct pinyin_border {
    uint16_t syllable;
    uint16_t character;
};
extern const struct pinyin_border pinyin_borders[];
extern const size_t pinyin_borders_count;

/* Made by pinyin_make: readings as indexes into the syllables (0: none), as a word and as a surname, and the simplified characters. */
extern const char pinyin_syllables[][PINYIN_SYLLABLE_MAX];
extern const size_t pinyin_syllables_count;
extern const uint16_t pinyin_usual[HAN_COUNT], pinyin_name[HAN_COUNT], pinyin_simple[HAN_COUNT];
