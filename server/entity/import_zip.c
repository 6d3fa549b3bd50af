/* As much of ZIP as spreadsheets use: no encryption, no parts over 4 GiB, stored or deflated. Nothing of it is believed unseen. */
#include "server/entity/import_sheet.h"

#include <string.h>
#include <zlib.h>

enum {
    END_SIZE = 22,
    COMMENT_MAX = 65535,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30,
    ENTRIES_MAX = 4096,
    PIECE = 64 * 1024
};

static unsigned read16(const unsigned char *at)
{
    return (unsigned)(at[0] | at[1] << 8);
}

static size_t read32(const unsigned char *at)
{
    return (size_t)read16(at) | (size_t)read16(at + 2) << 16;
}

static const unsigned char *find_end(const struct zip *zip)
{
    size_t least = zip->n > END_SIZE + COMMENT_MAX ? zip->n - END_SIZE - COMMENT_MAX : 0;
    for (size_t at = zip->n - END_SIZE + 1; at-- > least;) {
        if (memcmp(zip->bytes + at, "PK\5\6", 4) == 0)
            return zip->bytes + at;
    }
    return NULL;
}

bool zip_open(struct zip *zip, const void *bytes, size_t n)
{
    *zip = (struct zip){.bytes = bytes, .n = n, .budget = SHEET_BYTES_MAX};
    const unsigned char *end = n >= END_SIZE ? find_end(zip) : NULL;
    if (!end)
        return false;
    zip->entries = read16(end + 10);
    zip->directory = read32(end + 16);
    return zip->entries <= ENTRIES_MAX && zip->directory < n;
}

/* The bytes behind the local header, which repeats the name with a length of its own. */
static bool locate(const struct zip *zip, size_t local, struct zip_part *part)
{
    if (local > zip->n || zip->n - local < LOCAL_SIZE || memcmp(zip->bytes + local, "PK\3\4", 4) != 0)
        return false;
    part->data = local + LOCAL_SIZE + read16(zip->bytes + local + 26) + read16(zip->bytes + local + 28);
    return part->data <= zip->n && part->packed <= zip->n - part->data;
}

bool zip_find(const struct zip *zip, const char *name, struct zip_part *part_r)
{
    size_t at = zip->directory, len = strlen(name);
    for (size_t i = 0; i < zip->entries; i++) {
        if (at > zip->n || zip->n - at < ENTRY_SIZE || memcmp(zip->bytes + at, "PK\1\2", 4) != 0)
            return false;
        const unsigned char *entry = zip->bytes + at;
        size_t name_len = read16(entry + 28);
        if (zip->n - at - ENTRY_SIZE < name_len)
            return false;
        unsigned method = read16(entry + 10), flags = read16(entry + 8);
        if (name_len == len && memcmp(entry + ENTRY_SIZE, name, len) == 0) {
            *part_r = (struct zip_part){
                .packed = read32(entry + 20), .size = read32(entry + 24), .deflated = method == Z_DEFLATED};
            return !(flags & 1) && (method == 0 || method == Z_DEFLATED) &&
                   locate(zip, read32(entry + 42), part_r);
        }
        at += ENTRY_SIZE + name_len + read16(entry + 30) + read16(entry + 32);
    }
    return false;
}

typedef bool take_bytes(void *context, const char *bytes, size_t n, bool last);

static enum sheet_fault unpack_stored(struct zip *zip, const struct zip_part *part, take_bytes *take,
                                      void *context)
{
    if (part->packed > zip->budget)
        return SHEET_TOO_BIG;
    zip->budget -= part->packed;
    return take(context, (const char *)zip->bytes + part->data, part->packed, true) ? SHEET_OK : SHEET_BROKEN;
}

/* What comes out is counted, not what the package says of it. */
static enum sheet_fault unpack_all(struct zip *zip, z_stream *stream, take_bytes *take, void *context)
{
    char piece[PIECE];
    for (int got = Z_OK; got != Z_STREAM_END;) {
        stream->next_out = (unsigned char *)piece;
        stream->avail_out = sizeof(piece);
        got = inflate(stream, Z_NO_FLUSH);
        size_t n = sizeof(piece) - stream->avail_out;
        if ((got != Z_OK && got != Z_STREAM_END) || (got == Z_OK && !n))
            return SHEET_BROKEN;
        if (n > zip->budget)
            return SHEET_TOO_BIG;
        zip->budget -= n;
        if (!take(context, piece, n, got == Z_STREAM_END))
            return SHEET_BROKEN;
    }
    return SHEET_OK;
}

enum sheet_fault zip_unpack(struct zip *zip, const struct zip_part *part,
                            bool (*take)(void *context, const char *bytes, size_t n, bool last),
                            void *context)
{
    if (!part->deflated)
        return unpack_stored(zip, part, take, context);
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)zip->bytes + part->data,
                       .avail_in = (unsigned)part->packed};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        memory_exhausted();
    enum sheet_fault fault = unpack_all(zip, &stream, take, context);
    inflateEnd(&stream);
    return fault;
}
