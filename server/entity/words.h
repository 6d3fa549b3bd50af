/* Words of the product in a person's language, for what the server itself writes for people: exports and prints. Everything else leaves the
 * server as msgids and is translated by the client. */
#pragma once

#include <stdbool.h>

/* Reads the catalogues, which happens by itself at the first word: while the program is still who may read them. */
void words_load(void);

/* en, zh_CN, zh_TW. */
bool words_know(const char *language);

/* The msgid in that language; itself where there is no translation. Any thread; lives for ever. */
const char *words_get(const char *language, const char *msgid);
