#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "server/gateway/hook_sms_read.h"

enum { ID_DIGITS = 19 };

/* Phones write several lines; ours are one. What people's text must not have is shown as such. */
static const char *cleaned(struct arena *arena, const char *text)
{
    char *copy = arena_strndup(arena, text, strnlen(text, SMS_TEXT_MAX));
    for (char *at = copy; *at; at++)
        if (*at == '\n' || *at == '\r' || *at == '\t')
            *at = ' ';
    return utf8_nfc(arena, utf8_clean(arena, copy));
}

static bool is_short(const char *text, size_t max)
{
    return text && *text && strlen(text) <= max;
}

static int read_id(const char *text, int64_t *id_r)
{
    if (!is_short(text, ID_DIGITS) || text[strspn(text, "0123456789")])
        return -EINVAL;
    errno = 0;
    *id_r = strtoll(text, NULL, 10);
    return !errno && *id_r > 0 ? 0 : -EINVAL;
}

/* Of Kannel's numbers those at which a message is at its end. */
static int read_status(const char *text, bool *delivered_r)
{
    static const char *const undelivered[] = {"2", "16"}; /* by the phone, by the centre */
    *delivered_r = text && strcmp(text, "1") == 0;
    bool known = *delivered_r;
    for (size_t i = 0; text && i < array_len(undelivered); i++)
        known = known || strcmp(text, undelivered[i]) == 0;
    return known ? 0 : -EINVAL;
}

int sms_read_report(sms_value *value, void *context, struct arena *arena, struct sms_report *report_r)
{
    const char *words = value(context, "words");
    *report_r = (struct sms_report){.words = words && *words ? cleaned(arena, words) : NULL};
    int result = read_id(value(context, "message"), &report_r->message);
    return result ? result : read_status(value(context, "status"), &report_r->delivered);
}

/* Without a reference of the centre's: the same text of the same number in the same second is one. */
int sms_read_reply(sms_value *value, void *context, struct arena *arena, struct sms_reply *reply_r)
{
    const char *from = value(context, "from"), *text = value(context, "text"),
               *reference = value(context, "reference");
    if (!reference || !*reference)
        reference = value(context, "at");
    if (!text || !is_short(from, SMS_FROM_MAX) || !is_short(reference, SMS_REFERENCE_MAX))
        return -EINVAL;
    *reply_r = (struct sms_reply){.from = cleaned(arena, from),
                                  .text = cleaned(arena, text),
                                  .reference = cleaned(arena, arena_printf(arena, "%s %s", from, reference))};
    return 0;
}
