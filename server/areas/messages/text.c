/* Templates are texts with words in {braces}; the database puts the values in when the message is written. */
#include <string.h>

#include "base/arena.h"
#include "server/areas/messages/area.h"

static bool is_known(const struct text_set *words, const char *word, size_t len)
{
    for (size_t i = 0; i < words->count; i++)
        if (strlen(words->items[i]) == len && strncmp(words->items[i], word, len) == 0)
            return true;
    return false;
}

const char *message_text_fault(struct arena *arena, const char *text, const struct text_set *words)
{
    while (text && *(text += strcspn(text, "{}"))) {
        size_t len = *text == '{' ? strcspn(text + 1, "{}") : 0;
        if (*text == '}' || text[1 + len] != '}')
            return arena_strndup(arena, text, 1 + len);
        if (!is_known(words, text + 1, len))
            return arena_strndup(arena, text, 2 + len);
        text += 2 + len;
    }
    return NULL;
}

static bool is_phone(const char *address)
{
    size_t digits = strspn(address + (*address == '+'), "0123456789");
    return digits >= 5 && digits <= 20 && !address[digits + (*address == '+')];
}

/* What a mail server is asked to take; whether it does is its to say. */
static bool is_mail(const char *address)
{
    const char *at = strchr(address, '@');
    return at && at != address && at[1] && !strchr(at + 1, '@') && !strpbrk(address, " ,;<>\"\\()[]");
}

int message_check_address(struct request *request, const char *field, const char *channel,
                          const char *address)
{
    if (strcmp(channel, "sms") == 0 && !is_phone(address))
        return request_fail(request, ERR_INVALID, field, N_("This is no phone number to send a message to"),
                            NULL);
    if (strcmp(channel, "mail") == 0 && !is_mail(address))
        return request_fail(request, ERR_INVALID, field, N_("This is no mail address"), NULL);
    return 0;
}
