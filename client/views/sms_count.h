/* How a text message will look, how long it is while it is being typed, and in how many parts it will go. */
#pragma once

#include "client/views/sheet.h"

/* "85/134 ×2": units used, room in so many parts; signature and, of marketing, the way to stop it included, with examples for words in
 * braces; or the word that nothing is known as.
 * False: the field goes out by other ways. */
bool sms_count_write(struct sheet *sheet, const struct sheet_entry *entry, const char *text, struct str *out);

/* The parts of a text as it goes out, as above. */
void sms_count_text(const char *text, struct str *out);

/* A template's text with examples for its words. `dress`: the answer of message.dress; NULL: as it stands. */
void sms_fill(const json_t *dress, const char *language, const char *text, struct str *out);

/* As it goes out: signed, and of marketing with the way to stop it. */
void sms_dress(const json_t *dress, const char *language, const char *text, bool marketing, struct str *out);

/* The preview of a template. */
void sms_preview_register(void);
