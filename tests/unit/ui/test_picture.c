#include "ui_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/ui/picture.h"

static const char *folder;

static const struct {
    const char *name;
    enum picture_type type;
    int slack; /* what a lossy one may be off by */
} files[] = {
    {"four.png", PICTURE_PNG, 0},   {"four.gif", PICTURE_GIF, 0},   {"four_interlaced.gif", PICTURE_GIF, 0},
    {"four.webp", PICTURE_WEBP, 0}, {"four.jpg", PICTURE_JPEG, 24}, {"four_lossy.webp", PICTURE_WEBP, 70},
};

/* In memory of exactly its size, so that reading further is seen. */
static unsigned char *load(const char *name, size_t *size_r)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    unsigned char *bytes = malloc(4096);
    *size_r = fread(bytes, 1, 4096, file);
    fclose(file);
    return realloc(bytes, *size_r);
}

static void the_head_tells_kind_and_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_len(files); i++) {
        size_t size;
        unsigned char *bytes = load(files[i].name, &size);
        struct picture_head head;
        assert_int_equal(picture_head_read(bytes, size, &head), 0);
        assert_int_equal(head.type, files[i].type);
        assert_int_equal(head.width, 16);
        assert_int_equal(head.height, 16);
        for (size_t n = 0; n < size; n++) {
            unsigned char *part = malloc(n ? n : 1);
            memcpy(part, bytes, n);
            int result = picture_head_read(part, n, &head);
            assert_true(result == -EINVAL || (result == 0 && head.width == 16));
            free(part);
        }
        free(bytes);
    }
}

static void put_big(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static int png_of(uint32_t width, uint32_t height)
{
    unsigned char bytes[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    struct picture_head head;
    put_big(bytes + 16, width);
    put_big(bytes + 20, height);
    return picture_head_read(bytes, sizeof(bytes), &head);
}

static int jpeg_of(unsigned width, unsigned height)
{
    const unsigned char bytes[] = {0xff,
                                   0xd8,
                                   0xff,
                                   0xff,
                                   0xe0,
                                   0,
                                   2,
                                   0xff,
                                   0xc2,
                                   0,
                                   17,
                                   8,
                                   (unsigned char)(height >> 8),
                                   (unsigned char)height,
                                   (unsigned char)(width >> 8),
                                   (unsigned char)width};
    struct picture_head head;
    return picture_head_read(bytes, sizeof(bytes), &head);
}

static void what_is_too_large_is_not_decoded(void **state)
{
    (void)state;
    assert_int_equal(png_of(6000, 4000), 0);
    assert_int_equal(png_of(6000, 4001), -EFBIG);
    assert_int_equal(png_of(16384, 1), 0);
    assert_int_equal(png_of(16385, 1), -EFBIG);
    assert_int_equal(png_of(1, 0xffffffff), -EFBIG);
    assert_int_equal(png_of(0xffffffff, 0xffffffff), -EFBIG);
    assert_int_equal(png_of(0, 5), -EINVAL);
    assert_int_equal(png_of(5, 0), -EINVAL);
    assert_int_equal(jpeg_of(12000, 10000), 0);
    assert_int_equal(jpeg_of(12001, 10000), -EFBIG);
    assert_int_equal(jpeg_of(0, 10), -EINVAL);
    struct picture_head head;
    assert_int_equal(picture_head_read("", 0, &head), -EINVAL);
    assert_int_equal(picture_head_read("%PDF-1.7", 8, &head), -EINVAL);
    assert_int_equal(picture_head_read("\xff\xd8\xff\xda\0\x08", 6, &head), -EINVAL);
    unsigned char webp[30] = "RIFF....WEBPVP8X";
    memset(webp + 24, 0xff, 6);
    assert_int_equal(picture_head_read(webp, sizeof(webp), &head), -EFBIG);
}

static bool near(const unsigned char *pixel, int red, int green, int blue, int slack)
{
    return abs(pixel[0] - red) <= slack && abs(pixel[1] - green) <= slack && abs(pixel[2] - blue) <= slack &&
           pixel[3] == 255;
}

static const unsigned char *pixel(const struct picture *picture, int x, int y)
{
    return picture->pixels + (y * picture->width + x) * 4;
}

static void each_kind_is_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_len(files); i++) {
        size_t size;
        unsigned char *bytes = load(files[i].name, &size);
        struct picture picture;
        int result = picture_read(&picture, bytes, size);
        free(bytes);
        if (result == -ENOSYS)
            skip();
        assert_int_equal(result, 0);
        assert_int_equal(picture.width, 16);
        assert_int_equal(picture.height, 16);
        assert_true(near(pixel(&picture, 3, 3), 255, 0, 0, files[i].slack));
        assert_true(near(pixel(&picture, 12, 3), 0, 255, 0, files[i].slack));
        assert_true(near(pixel(&picture, 3, 12), 0, 0, 255, files[i].slack));
        assert_true(near(pixel(&picture, 12, 12), 255, 255, 255, files[i].slack));
        picture_finish(&picture);
    }
}

/* Cut or changed anywhere: it is decoded or it is not, and we are still here. */
static void broken_ones_do_no_harm(void **state)
{
    (void)state;
    uint64_t random = 99;
    for (size_t i = 0; i < array_len(files); i++) {
        for (int turn = 0; turn < 12; turn++) {
            size_t size;
            unsigned char *bytes = load(files[i].name, &size);
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(random >> 33) % size;
            if (turn % 3)
                bytes[at] ^= (unsigned char)(1u << (turn % 8));
            else
                size = at;
            struct picture picture;
            int result = picture_read(&picture, bytes, size);
            assert_true(result == 0 || result == -EINVAL || result == -EBADMSG || result == -EFBIG ||
                        result == -ENOSYS);
            assert_true((result == 0) == (picture.pixels != NULL));
            picture_finish(&picture);
            free(bytes);
        }
    }
}

static bool shows(const struct cell *cell, uint32_t colour)
{
    return cell->ink == colour || cell->paper == colour;
}

static void it_is_drawn_in_the_terminals_colours(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = load("four.png", &size);
    struct picture picture;
    int result = picture_read(&picture, bytes, size);
    free(bytes);
    if (result == -ENOSYS)
        skip();
    assert_int_equal(result, 0);
    static const int colours[] = {0, 8, 16, 256, 1 << 24};
    struct picture_view whole = {1, 0.5, 0.5}, corner = {2, 0.75, 0.75};
    struct canvas canvas;
    canvas_init(&canvas, 6, 20);
    for (size_t i = 0; i < array_len(colours) * 2; i++) {
        canvas_clear(&canvas);
        canvas.colours = colours[i / 2];
        canvas.ascii = i % 2;
        picture_draw(&picture, &whole, &canvas, (struct area){1, 2, 4, 16});
        assert_whole(&canvas);
        for (int at = 0; at < 6 * 20; at++) {
            const struct cell *cell = canvas_cell(&canvas, at / 20, at % 20);
            bool outside =
                at / 20 < 1 || at / 20 > 4 || at % 20 < 6 || at % 20 > 13; /* a square in the middle */
            if (outside || !canvas.colours)
                assert_true(!cell->ink && !cell->paper);
            if (canvas.colours < 256)
                assert_int_equal(cell->paper, 0);
            if (canvas.ascii)
                assert_true(cell->chars[0] < 0x80);
        }
    }
    assert_true(shows(canvas_cell(&canvas, 1, 6), COLOUR_RGB | 0xff0000));
    assert_true(shows(canvas_cell(&canvas, 4, 6), COLOUR_RGB | 0x0000ff));
    canvas_clear(&canvas);
    picture_draw(&picture, &corner, &canvas, (struct area){1, 2, 4, 16});
    assert_true(shows(canvas_cell(&canvas, 1, 13), COLOUR_RGB | 0xffffff));
    canvas_finish(&canvas);
    picture_finish(&picture);
}

static void press(struct ui *ui, int code)
{
    struct key key = key_code(code);
    ui_key(ui, &key);
}

static void a_screen_shows_it(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = load("four.png", &size);
    struct ui ui;
    struct str text;
    ui_init(&ui, 24, 80);
    str_init(&text, NULL);
    picture_open(&ui, "scene.png", bytes, size);
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, "scene.png"));
    assert_true(canvas_has(&ui.canvas, "PNG 16×16 · 1 KiB"));
    press(&ui, '+');
    press(&ui, '+');
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, "· 4×"));
    static const int codes[] = {K_LEFT, K_UP, K_RIGHT, K_DOWN, '-', '-', '-', '+', K_HOME};
    for (size_t i = 0; i < array_len(codes); i++)
        press(&ui, codes[i]);
    ui_plain(&ui, &text);
    assert_non_null(strstr(text.data, "PNG 16×16"));
    press(&ui, K_ENTER);
    assert_null(ui_top(&ui));
    picture_open(&ui, "none.png", bytes, 20);
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, "This is no picture of a known kind"));
    ui_finish(&ui);
    str_finish(&text);
    free(bytes);
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_tells_kind_and_size),
        cmocka_unit_test(what_is_too_large_is_not_decoded),
        cmocka_unit_test(each_kind_is_decoded),
        cmocka_unit_test(broken_ones_do_no_harm),
        cmocka_unit_test(it_is_drawn_in_the_terminals_colours),
        cmocka_unit_test(a_screen_shows_it),
    };
    use_utf8();
    folder = argc > 1 ? argv[1] : "pictures";
    return run_all(tests);
}
