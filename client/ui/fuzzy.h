/*
 * How what is typed finds words. Letters fit in any case and width; a Chinese character fits itself in either form, its pinyin, and its
 * initial, so 客户 is found by 客戶, kehu, kh and 客hu. One place for the command line, the menu, and the choices of a field.
 */
#pragma once

/* 0: does not fit. Letters in order with gaps between; better when together, at word starts, at the front. Spaces typed do not count. */
int fuzzy_score(const char *typed, const char *text);

/* The strict kind, for short lists of choices: from the start of a word on, without gaps. 0: does not fit. */
int fuzzy_begins(const char *typed, const char *text);
