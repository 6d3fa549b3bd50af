/* How Chinese is found by typing: readings of a character, and the one form of a text that search compares. */
#pragma once

#include "base/util.h"

#include <stddef.h>
#include <stdint.h>

enum { PINYIN_READINGS_MAX = 4, PINYIN_SYLLABLE_MAX = 8 };

/* Reads ICU's tables, once; called by the first user, any thread. */
void pinyin_init(void);

/* The readings of a character without tones, the usual one first; 0 when it is no Chinese character we know. */
size_t pinyin_readings(uint32_t cp, const char *readings[PINYIN_READINGS_MAX]);

/* Simplified for traditional; other characters as they are. */
uint32_t pinyin_simplify(uint32_t cp);
