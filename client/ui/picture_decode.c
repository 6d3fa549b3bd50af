/* Runs in the child: from bytes to pixels, by the libraries. */
#include <stdio.h> /* before jpeglib.h, which takes it for granted */

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

#include "client/ui/picture_child.h"

/* Any trouble ends the child: what it was given is no picture. */
static void jpeg_trouble(j_common_ptr info)
{
    (void)info;
    picture_child_fail();
}

static void jpeg_silent(j_common_ptr info, int level)
{
    (void)info, (void)level;
}

/* Large ones at a half, a quarter, an eighth. */
static unsigned char *decode_jpeg(const void *bytes, size_t size, int *width_r, int *height_r)
{
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr trouble;
    info.err = jpeg_std_error(&trouble);
    trouble.error_exit = jpeg_trouble;
    trouble.emit_message = jpeg_silent;
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, size);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_EXT_RGBA;
    info.scale_num = 1;
    info.scale_denom = 1;
    while (info.scale_denom < 8 && MAX(info.image_width, info.image_height) / info.scale_denom > PICTURE_SIDE)
        info.scale_denom *= 2;
    jpeg_start_decompress(&info);
    size_t row = (size_t)info.output_width * 4;
    unsigned char *pixels = picture_child_alloc(row * info.output_height);
    while (info.output_scanline < info.output_height) {
        JSAMPROW line = pixels + row * info.output_scanline;
        jpeg_read_scanlines(&info, &line, 1);
    }
    *width_r = (int)info.output_width;
    *height_r = (int)info.output_height;
    return pixels;
}

static unsigned char *decode_png(const void *bytes, size_t size, int *width_r, int *height_r)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, bytes, size))
        picture_child_fail();
    image.format = PNG_FORMAT_RGBA;
    unsigned char *pixels = picture_child_alloc(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, NULL, pixels, 0, NULL))
        picture_child_fail();
    *width_r = (int)image.width;
    *height_r = (int)image.height;
    return pixels;
}

static unsigned char *decode_webp(const void *bytes, size_t size, int *width_r, int *height_r)
{
    unsigned char *pixels = WebPDecodeRGBA(bytes, size, width_r, height_r);
    if (!pixels)
        picture_child_fail();
    return pixels;
}

struct gif_bytes {
    const unsigned char *at;
    size_t left;
};

static int gif_read(GifFileType *file, GifByteType *to, int count)
{
    struct gif_bytes *bytes = file->UserData;
    size_t n = MIN((size_t)count, bytes->left);
    memcpy(to, bytes->at, n);
    bytes->at += n;
    bytes->left -= n;
    return (int)n;
}

/* To the first image; comments and animation before it are passed over. */
static void gif_first_image(GifFileType *file)
{
    GifRecordType record;
    do {
        if (DGifGetRecordType(file, &record) != GIF_OK || record == TERMINATE_RECORD_TYPE)
            picture_child_fail();
        GifByteType *extension;
        int code;
        if (record != EXTENSION_RECORD_TYPE)
            continue;
        if (DGifGetExtension(file, &code, &extension) != GIF_OK)
            picture_child_fail();
        while (extension)
            if (DGifGetExtensionNext(file, &extension) != GIF_OK)
                picture_child_fail();
    } while (record != IMAGE_DESC_RECORD_TYPE);
    if (DGifGetImageDesc(file) != GIF_OK)
        picture_child_fail();
}

static void gif_row(const GifFileType *file, const GifByteType *line, unsigned char *to)
{
    const ColorMapObject *map = file->Image.ColorMap ? file->Image.ColorMap : file->SColorMap;
    for (int x = 0; x < file->Image.Width; x++) {
        if (!map || line[x] >= map->ColorCount)
            continue;
        const GifColorType *colour = &map->Colors[line[x]];
        memcpy(to + x * 4, (unsigned char[]){colour->Red, colour->Green, colour->Blue, 255}, 4);
    }
}

static unsigned char *decode_gif(const void *bytes, size_t size, int *width_r, int *height_r)
{
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    struct gif_bytes from = {bytes, size};
    int trouble;
    GifFileType *file = DGifOpen(&from, gif_read, &trouble);
    if (!file)
        picture_child_fail();
    gif_first_image(file);
    int width = file->Image.Width, height = file->Image.Height;
    if (width < 1 || height < 1 || (int64_t)width * height > PICTURE_PIXELS_MAX)
        picture_child_fail();
    unsigned char *pixels = picture_child_alloc((size_t)width * (size_t)height * 4);
    GifByteType *line = picture_child_alloc((size_t)width);
    for (int pass = 0; pass < (file->Image.Interlace ? 4 : 1); pass++) {
        int first = file->Image.Interlace ? starts[pass] : 0, step = file->Image.Interlace ? steps[pass] : 1;
        for (int y = first; y < height; y += step) {
            if (DGifGetLine(file, line, width) != GIF_OK)
                picture_child_fail();
            gif_row(file, line, pixels + (size_t)y * (size_t)width * 4);
        }
    }
    *width_r = width;
    *height_r = height;
    return pixels;
}

unsigned char *picture_child_decode(enum picture_type type, const void *bytes, size_t size, int *width_r,
                                    int *height_r)
{
    switch (type) {
    case PICTURE_JPEG: return decode_jpeg(bytes, size, width_r, height_r);
    case PICTURE_PNG: return decode_png(bytes, size, width_r, height_r);
    case PICTURE_GIF: return decode_gif(bytes, size, width_r, height_r);
    case PICTURE_WEBP: return decode_webp(bytes, size, width_r, height_r);
    default: picture_child_fail();
    }
}
