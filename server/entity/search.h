/* The keys records are found by: written on save, looked up as token >= $1 AND token < $2. That is leakproof, so an index serves it under
 * row-level security too, where LIKE reads every row. */
#pragma once

#include "model/field.h"

#include <stddef.h>

struct arena;

enum { SEARCH_TOKENS_MAX = 512, SEARCH_TOKEN_BYTES = 64 };

struct search_tokens {
    const char *items[SEARCH_TOKENS_MAX];
    size_t count;
};

/* Adds the keys of one text by the type of its field: suffixes, pinyin and initials of names; tails of phones and plates; codes. */
void search_add(struct search_tokens *tokens, struct arena *arena, const struct field *field,
                const char *text);

/* The one form compared: half width, small, simplified, letters and digits only. */
const char *search_fold(struct arena *arena, const char *text, size_t len);

struct entity;

/* All keys of a record as its struct holds it, its line tables included. Also for seeding. */
void search_record(struct search_tokens *tokens, struct arena *arena, const struct entity *entity,
                   const void *record);
