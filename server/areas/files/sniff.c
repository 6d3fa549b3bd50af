/* What a file is, by its bytes and not by what somebody says of it. */
#include "base/utf8.h"
#include "server/areas/files/files.h"

#include <string.h>
#include <strings.h>

struct magic {
    const char *type, *bytes;
    size_t len, at;
};

static const struct magic magics[] = {
    {"jpeg", "\xFF\xD8\xFF", 3, 0}, {"png", "\x89PNG\r\n\x1A\n", 8, 0},
    {"gif", "GIF87a", 6, 0},        {"gif", "GIF89a", 6, 0},
    {"webp", "WEBP", 4, 8},         {"pdf", "%PDF-", 5, 0},
};

static bool has(const unsigned char *bytes, size_t n, const char *what)
{
    return bytes && n && memmem(bytes, n, what, strlen(what));
}

/* Among the kinds of packed office files only sheets are taken; what is in a package stands at its end. */
static bool is_sheet(const struct file_ends *ends)
{
    const unsigned char *end = ends->whole ? ends->head : ends->tail;
    size_t n = ends->whole ? ends->nhead : ends->ntail;
    return ends->nhead >= 4 && memcmp(ends->head, "PK\3\4", 4) == 0 && has(end, n, "[Content_Types].xml") &&
           has(end, n, "xl/workbook.xml");
}

/* Bytes of the GB18030 character that begins here; 0: none does. */
static size_t gb18030_char(const unsigned char *at, size_t n)
{
    if (n < 2 || at[0] < 0x81 || at[0] > 0xFE)
        return 0;
    if (at[1] >= 0x40 && at[1] <= 0xFE && at[1] != 0x7F)
        return 2;
    bool four = n >= 4 && at[1] >= 0x30 && at[1] <= 0x39 && at[2] >= 0x81 && at[2] <= 0xFE && at[3] >= 0x30 &&
                at[3] <= 0x39;
    return four ? 4 : 0;
}

/* Of a cut text the last character may be broken. */
static bool is_text(const unsigned char *bytes, size_t n, bool utf8, bool cut)
{
    for (size_t i = 0; i < n;) {
        if (bytes[i] < 0x80) {
            if ((bytes[i] < ' ' && !memchr("\t\n\r\f", bytes[i], 4)) || bytes[i] == 0x7F)
                return false;
            i++;
            continue;
        }
        uint32_t cp;
        size_t len = utf8 ? utf8_decode((const char *)bytes + i, n - i, &cp) : gb18030_char(bytes + i, n - i);
        if (len == 0)
            return cut && n - i < 4;
        i += len;
    }
    return true;
}

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), n = strlen(end);
    return len >= n && strcasecmp(name + len - n, end) == 0;
}

const char *file_sniff(const struct file_ends *ends, const char *name)
{
    for (size_t i = 0; i < array_len(magics); i++) {
        const struct magic *magic = &magics[i];
        if (magic->at == 8 && (ends->nhead < 12 || memcmp(ends->head, "RIFF", 4) != 0))
            continue;
        if (ends->nhead >= magic->at + magic->len &&
            memcmp(ends->head + magic->at, magic->bytes, magic->len) == 0)
            return magic->type;
    }
    if (is_sheet(ends))
        return "xlsx";
    bool text = is_text(ends->head, ends->nhead, true, !ends->whole) ||
                is_text(ends->head, ends->nhead, false, !ends->whole);
    if (!text || !ends->nhead || (ends->ntail && memchr(ends->tail, 0, ends->ntail)))
        return NULL;
    return ends_with(name, ".csv") || ends_with(name, ".tsv") ? "csv" : "text";
}

bool file_type_among(const char *words, const char *type)
{
    size_t len = strlen(type);
    for (const char *at = words; at && *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == len && memcmp(at, type, n) == 0)
            return true;
        at += n;
    }
    return false;
}
