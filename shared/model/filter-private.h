/* For the files of the filter only: how a typed line is cut. */
#pragma once

#include "base/time.h"
#include "model/filter.h"

/* The next word, quotes taken off and kept inside; NULL at the end. A comma in quotes separates nothing: it stands as FILTER_COMMA until
 * filter_plain. quoted_r: it began with a quote, so it is no term. */
enum { FILTER_COMMA = 0x1f };
char *filter_next_word(struct arena *arena, const char **at, bool *quoted_r);
char *filter_plain(char *word); /* in place */

/* Length of the name before the sign, with the comparison and where its value begins; 0 when the word is no term. */
size_t filter_split_term(const char *word, enum filter_op *op_r, const char **value_r);
const char *filter_sign(enum filter_op op); /* NULL: it has none of its own */

/* Days meant by a word ("today", "week", "7d", 本月), as the calendar of `today` has them; false: it is no such word. */
bool filter_period(const char *word, struct day today, struct day *first_r, struct day *last_r);
struct day filter_today(const char *zone);
