#include "model/pay_link.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "base/util.h"

static const struct {
    const char *name;
    int longest; /* bytes in its place, as far as it is seen to */
} places[] = {{"{order}", 13}, {"{fen}", 7}, {"{yuan}", 8}};

enum { PLACE_ORDER, PLACE_FEN, PLACE_YUAN, PLACES };

/* Which place begins here; PLACES: none. */
static size_t place_at(const char *text)
{
    size_t i = 0;
    while (i < PLACES && strncmp(text, places[i].name, strlen(places[i].name)) != 0)
        i++;
    return i;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* https:// and a host: letters, digits, hyphens and dots, with a port perhaps. */
static bool has_host(const char *text)
{
    static const char scheme[] = "https://";
    if (strncmp(text, scheme, sizeof(scheme) - 1) != 0)
        return false;
    const char *host = text + sizeof(scheme) - 1;
    size_t len = 0;
    while (is_letter(host[len]) || (len && strchr("-.:", host[len]) && host[len]))
        len++;
    return len > 0 && is_letter(host[len - 1]) && strchr("/?#", host[len]);
}

enum pay_link_fault pay_link_check(const char *text)
{
    bool seen[PLACES] = {0};
    int length = 0;
    if (!has_host(text))
        return PAY_LINK_NO_ADDRESS;
    for (const char *at = text; *at;) {
        size_t place = place_at(at);
        if (place < PLACES) {
            seen[place] = true;
            length += places[place].longest;
            at += strlen(places[place].name);
            continue;
        }
        if (*at == '{' || *at == '}')
            return PAY_LINK_BAD_PLACE;
        if (!is_letter(*at) && !strchr("-._~:/?#[]@!$&'()*+,;=%", *at))
            return PAY_LINK_BAD_LETTER;
        length++;
        at++;
    }
    if (!seen[PLACE_ORDER])
        return PAY_LINK_NO_ORDER;
    if (!seen[PLACE_FEN] && !seen[PLACE_YUAN])
        return PAY_LINK_NO_AMOUNT;
    return length > PAY_LINK_BYTES ? PAY_LINK_TOO_LONG : PAY_LINK_OK;
}

static void add_place(struct str *out, size_t place, const char *number, int64_t fen)
{
    if (place == PLACE_ORDER)
        str_add(out, number);
    else if (place == PLACE_FEN)
        str_addf(out, "%" PRId64, fen);
    else
        str_addf(out, "%" PRId64 ".%02d", fen / 100, (int)(fen % 100));
}

const char *pay_link_fill(struct arena *arena, const char *text, const char *number, int64_t fen)
{
    struct str out;
    str_init(&out, arena);
    while (*text) {
        size_t place = place_at(text);
        if (place < PLACES) {
            add_place(&out, place, number, fen);
            text += strlen(places[place].name);
        } else {
            str_add_n(&out, text++, 1);
        }
    }
    return out.data ? out.data : "";
}
