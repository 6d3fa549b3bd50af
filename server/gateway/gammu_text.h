/* Texts as a phone takes them: cut into the parts of one message, and what a part that came says of itself. Knows no gateway; fuzzed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum { GAMMU_PARTS_MAX = 20 };

/* Of letters that the default alphabet has in one place each: then 160 of them fit, else 70 units of UTF-16. */
bool gammu_is_plain(const char *text);

/* Cut where no character is: 160 or 70 in one part, 153 or 67 in each of several. In the arena; what is beyond GAMMU_PARTS_MAX parts is left out. */
size_t gammu_split(struct arena *arena, const char *text, const char *parts_r[GAMMU_PARTS_MAX]);

/* Which part of which message. Without such a header it is a whole one: total 1. */
struct gammu_part {
    int reference, total, number;
};
struct gammu_part gammu_part_of(const char *header); /* user data header in hexadecimal; NULL: none */
