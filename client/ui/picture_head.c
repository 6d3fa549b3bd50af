#include "client/ui/picture_head.h"

#include <errno.h>
#include <string.h>

static uint32_t big16(const unsigned char *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t big32(const unsigned char *at)
{
    return big16(at) << 16 | big16(at + 2);
}

static uint32_t little16(const unsigned char *at)
{
    return (uint32_t)at[1] << 8 | at[0];
}

static uint32_t little24(const unsigned char *at)
{
    return (uint32_t)at[2] << 16 | little16(at);
}

static bool begins(const unsigned char *bytes, size_t size, size_t at, const char *with, size_t len)
{
    return size >= at + len && memcmp(bytes + at, with, len) == 0;
}

static bool read_png(const unsigned char *bytes, size_t size, struct picture_head *head)
{
    if (size < 24 || !begins(bytes, size, 12, "IHDR", 4))
        return false;
    head->width = big32(bytes + 16);
    head->height = big32(bytes + 20);
    return true;
}

static bool read_gif(const unsigned char *bytes, size_t size, struct picture_head *head)
{
    if (size < 10)
        return false;
    head->width = little16(bytes + 6);
    head->height = little16(bytes + 8);
    return true;
}

/* Start of frame: its segment has the size. C4, C8 and CC are tables and the like. */
static bool is_frame(unsigned char marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments one after the other until the frame's; image data before it is no picture. */
static bool read_jpeg(const unsigned char *bytes, size_t size, struct picture_head *head)
{
    size_t at = 2;
    while (at + 4 <= size) {
        unsigned char marker = bytes[at + 1];
        if (bytes[at] != 0xff)
            return false;
        if (marker == 0xff) {
            at++;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
            at += 2;
            continue;
        }
        if (is_frame(marker)) {
            if (at + 9 > size)
                return false;
            head->height = big16(bytes + at + 5);
            head->width = big16(bytes + at + 7);
            return true;
        }
        uint32_t len = big16(bytes + at + 2);
        if (marker == 0xda || marker == 0xd9 || len < 2)
            return false;
        at += 2 + len;
    }
    return false;
}

static bool read_webp(const unsigned char *bytes, size_t size, struct picture_head *head)
{
    if (size < 30)
        return false;
    if (begins(bytes, size, 12, "VP8 ", 4) && begins(bytes, size, 23, "\x9d\x01\x2a", 3)) {
        head->width = little16(bytes + 26) & 0x3fff;
        head->height = little16(bytes + 28) & 0x3fff;
    } else if (begins(bytes, size, 12, "VP8L", 4) && bytes[20] == 0x2f) {
        uint32_t bits = little24(bytes + 21) | (uint32_t)bytes[24] << 24;
        head->width = (bits & 0x3fff) + 1;
        head->height = (bits >> 14 & 0x3fff) + 1;
    } else if (begins(bytes, size, 12, "VP8X", 4)) {
        head->width = little24(bytes + 24) + 1;
        head->height = little24(bytes + 27) + 1;
    } else {
        return false;
    }
    return true;
}

static enum picture_type type_of(const unsigned char *bytes, size_t size)
{
    if (begins(bytes, size, 0, "\xff\xd8\xff", 3))
        return PICTURE_JPEG;
    if (begins(bytes, size, 0, "\x89PNG\r\n\x1a\n", 8))
        return PICTURE_PNG;
    if (begins(bytes, size, 0, "GIF87a", 6) || begins(bytes, size, 0, "GIF89a", 6))
        return PICTURE_GIF;
    return begins(bytes, size, 0, "RIFF", 4) && begins(bytes, size, 8, "WEBP", 4) ? PICTURE_WEBP
                                                                                  : PICTURE_NONE;
}

int picture_head_read(const void *bytes, size_t size, struct picture_head *head_r)
{
    static bool (*const readers[])(const unsigned char *, size_t,
                                   struct picture_head *) = {[PICTURE_JPEG] = read_jpeg,
                                                             [PICTURE_PNG] = read_png,
                                                             [PICTURE_GIF] = read_gif,
                                                             [PICTURE_WEBP] = read_webp};
    *head_r = (struct picture_head){.type = type_of(bytes, size)};
    if (head_r->type == PICTURE_NONE || !readers[head_r->type](bytes, size, head_r) || !head_r->width ||
        !head_r->height)
        return -EINVAL;
    uint64_t most = head_r->type == PICTURE_JPEG ? PICTURE_JPEG_PIXELS_MAX : PICTURE_PIXELS_MAX;
    if (head_r->width > PICTURE_SIDE_MAX || head_r->height > PICTURE_SIDE_MAX ||
        (uint64_t)head_r->width * head_r->height > most)
        return -EFBIG;
    return 0;
}

const char *picture_type_name(enum picture_type type)
{
    static const char *const names[] = {[PICTURE_NONE] = "",
                                        [PICTURE_JPEG] = "JPEG",
                                        [PICTURE_PNG] = "PNG",
                                        [PICTURE_GIF] = "GIF",
                                        [PICTURE_WEBP] = "WebP"};
    return names[type];
}
