/* How long a text message is while it is being typed, and in how many parts it will go. */
#pragma once

#include "client/views/sheet.h"

/* "85/134 ×2": units used, room in so many parts; signature and, of marketing, the way to stop it included. Words in braces count as they stand.
 * False: the field goes out by other ways. */
bool sms_count_write(struct sheet *sheet, const struct sheet_entry *entry, const char *text, struct str *out);
