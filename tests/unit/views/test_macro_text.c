/* Recorded keys as text, and back. */
#include "../test.h"

#include <string.h>

#include "client/views/macro_text.h"

static const char *const texts[] = {
    "",
    "abc",
    "{list}/state=new<Enter>",
    "<F2>cu<Enter>{list}<Down><Down>d{sheet}v07<Enter>{form}<Esc>",
    "<^R><^T><PgUp><PgDn><BackTab><F11>",
    "{form}粤A<lt><lb>}>",
    "{list}x{}y",
};

static void text_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_len(texts); i++) {
        struct macro_steps steps;
        struct str out;
        const char *bad;
        str_init(&out, NULL);
        assert_true(macro_read(texts[i], &steps, &bad));
        macro_write(&steps, &out);
        assert_string_equal(out.data, texts[i]);
        vec_finish(&steps.items);
        str_finish(&out);
    }
}

static void what_is_wrong_is_pointed_at(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } wrong[] = {{"ab<Nokey>", 2},
                 {"<Enter", 0},
                 {"{list", 0},
                 {"x{a name that is far too long for a place}", 1},
                 {"a\nb", 1}};
    (void)state;
    for (size_t i = 0; i < array_len(wrong); i++) {
        struct macro_steps steps;
        const char *bad = NULL;
        assert_false(macro_read(wrong[i].text, &steps, &bad));
        assert_int_equal(bad - wrong[i].text, wrong[i].at);
    }
}

static void a_paste_is_typed(void **state)
{
    struct macro_steps steps = {0};
    struct str out;
    struct key paste = {.kind = KEY_PASTE, .paste = "张\nb", .paste_len = strlen("张\nb")};
    struct key report = {.kind = KEY_REPORT, .code = 3};
    (void)state;
    str_init(&out, NULL);
    assert_true(macro_add(&steps, &paste, "form"));
    assert_false(macro_add(&steps, &report, "form"));
    macro_write(&steps, &out);
    assert_string_equal(out.data, "{form}张<Enter>b");
    vec_finish(&steps.items);
    str_finish(&out);
}

static void there_is_a_limit(void **state)
{
    struct macro_steps steps = {0};
    struct key key = key_text("x");
    (void)state;
    for (int i = 0; i < MACRO_STEPS_MAX; i++)
        assert_true(macro_add(&steps, &key, "list"));
    assert_false(macro_add(&steps, &key, "list"));
    vec_finish(&steps.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_back),
        cmocka_unit_test(what_is_wrong_is_pointed_at),
        cmocka_unit_test(a_paste_is_typed),
        cmocka_unit_test(there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
