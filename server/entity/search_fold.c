/* The one form in which search keys are written and looked up. */
#include "server/entity/search.h"

#include "base/arena.h"
#include "base/pinyin.h"
#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

const char *search_fold(struct arena *arena, const char *text, size_t len)
{
    const char *wide = utf8_nfkc(arena, arena_strndup(arena, text, len));
    struct str out;
    str_init(&out, arena);
    for (size_t left = wide ? strlen(wide) : 0; left;) {
        uint32_t cp;
        char bytes[4];
        size_t n = utf8_decode(wide, left, &cp);
        if (!n)
            break;
        wide += n;
        left -= n;
        if (cp >= 'A' && cp <= 'Z')
            cp += 'a' - 'A';
        bool word = (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') || cp >= 0xC0;
        if (!word || (cp >= 0x2000 && cp < 0x2E80) || (cp >= 0x3000 && cp < 0x3040))
            continue;
        str_add_n(&out, bytes, utf8_encode(pinyin_simplify(cp), bytes));
    }
    return out.data;
}
