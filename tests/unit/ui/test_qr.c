/* The picture is what libqrencode made of the text, in blocks and in ASCII, with light around it. */
#include <locale.h>
#include <qrencode.h>
#include <string.h>

#include "../test.h"
#include "client/ui/qr.h"
#include "ui_test.h"

static const char uri[] = "otpauth://totp/Yizhan:li?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Yizhan";

/* The halves of a cell as modules: 1 upper, 2 lower. */
static int halves(const struct canvas *canvas, int row, int col)
{
    switch (canvas_cell(canvas, row, col)->chars[0]) {
    case L'█': return 3;
    case L'▀': return 1;
    case L'▄': return 2;
    default: return 0;
    }
}

static void test_blocks(void **state)
{
    (void)state;
    struct canvas canvas;
    struct qr *qr = qr_create(uri);
    QRcode *code = QRcode_encodeString(uri, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    int rows, cols, size = qr_size(qr);
    assert_int_equal(size, code->width);
    qr_needs(qr, false, &rows, &cols);
    assert_true(rows <= 19 && cols <= 40); /* beside words at 80x24 */
    canvas_init(&canvas, 24, 80);
    assert_true(qr_draw(qr, &canvas, (struct area){2, 3, 19, 60}));
    for (int row = 0; row < size; row++)
        for (int col = 0; col < size; col++) {
            int half = halves(&canvas, 2 + (row + 1) / 2, 3 + col + 1);
            assert_int_equal(half >> ((row + 1) % 2) & 1, code->data[row * size + col] & 1);
        }
    for (int row = 0; row < rows; row++) {
        assert_int_equal(halves(&canvas, 2 + row, 3), 0);
        assert_int_equal(halves(&canvas, 2 + row, 3 + cols - 1), 0);
        assert_int_equal(canvas_cell(&canvas, 2 + row, 3)->role, ROLE_QR);
    }
    canvas_finish(&canvas);
    QRcode_free(code);
    qr_destroy(qr);
}

static void test_ascii(void **state)
{
    (void)state;
    struct canvas canvas;
    struct qr *qr = qr_create(uri);
    int rows, cols;
    qr_needs(qr, true, &rows, &cols);
    assert_int_equal(cols, 2 * rows);
    canvas_init(&canvas, 43, 132);
    canvas.ascii = true;
    assert_true(qr_draw(qr, &canvas, (struct area){0, 0, 43, 132}));
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++) {
            bool dark = canvas_cell(&canvas, row, col)->chars[0] == L'#';
            assert_int_equal(dark, qr_module(qr, row - 1, col / 2 - 1));
        }
    canvas_finish(&canvas);
    qr_destroy(qr);
}

static void test_no_room(void **state)
{
    (void)state;
    struct canvas canvas;
    struct qr *qr = qr_create(uri);
    canvas_init(&canvas, 20, 40);
    assert_false(qr_draw(qr, &canvas, (struct area){2, 0, 15, 40}));
    assert_int_equal(halves(&canvas, 3, 3), 0);
    canvas_finish(&canvas);
    qr_destroy(qr);
    qr_destroy(NULL);
}

static void test_too_long(void **state)
{
    (void)state;
    char text[8000];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_null(qr_create(text));
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
