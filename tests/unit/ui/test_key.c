#include "ui_test.h"

#include <stdio.h>
#include <time.h>

#include "client/ui/key.h"

/* What arrived, as words: "中 F1 ^T paste(…)". */
static struct str heard;

static void hear(void *context, const struct key *key)
{
    struct keys *drop = context;
    char name[16];
    if (heard.len)
        str_add_char(&heard, ' ');
    if (key->kind == KEY_PASTE)
        str_addf(&heard, "paste(%.*s)%s", (int)key->paste_len, key->paste, key->truncated ? "cut" : "");
    else if (key->kind == KEY_REPORT)
        str_addf(&heard, "report(%d)", key->code);
    else
        str_add(&heard, key->kind == KEY_TEXT ? key->text : key_label(key->code, name, sizeof(name)));
    if (key->kind == KEY_TEXT && key->code == 'D' && drop)
        keys_drop(drop);
}

static void expect(struct keys *keys, const char *bytes, const char *expected)
{
    str_clear(&heard);
    keys_feed(keys, bytes, strlen(bytes), hear, NULL);
    assert_string_equal(heard.data, expected);
    /* The same a byte at a time, as over a slow line. */
    str_clear(&heard);
    for (const char *byte = bytes; *byte; byte++)
        keys_feed(keys, byte, 1, hear, NULL);
    assert_string_equal(heard.data, expected);
    assert_int_equal(keys_wait_ms(keys), -1);
}

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void text_arrives_whole_however_it_is_cut(void **state)
{
    struct keys *keys = *state;
    expect(keys, "a中é😀z", "a 中 é 😀 z");
    expect(keys,
           "\xff"
           "a\xe4\xb8"
           "b",
           "a b");
    expect(keys, "\xc2\x9b", ""); /* C1: an escape in disguise */
    expect(keys,
           "\xf4\x90\x80\x8a"
           "a",
           "a"); /* above Unicode, where F10 has its code */
}

static void every_terminals_keys_are_known(void **state)
{
    struct keys *keys = *state;
    expect(keys, "\033[A\033[B\033[C\033[D\033OA\033OB\033OC\033OD", "↑ ↓ → ← ↑ ↓ → ←");
    expect(keys, "\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~",
           "Home End Home End Home End Home End");
    expect(keys, "\033[2~\033[3~\033[5~\033[6~\033[Z", "Ins Del PgUp PgDn S-Tab");
    expect(keys, "\033OP\033OQ\033OR\033OS\033[15~\033[17~\033[18~\033[19~\033[20~\033[21~\033[23~\033[24~",
           "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 Esc");
    expect(keys, "\033[11~\033[12~\033[13~\033[14~", "F1 F2 F3 F4");       /* PuTTY */
    expect(keys, "\033[[A\033[[B\033[[C\033[[D\033[[E", "F1 F2 F3 F4 F5"); /* Linux */
    expect(keys, "\033[1;5C\033[1;2P\033[15;2~", "^Right F1 F5");
    expect(keys, "\033[1;2R\033[24;80R", "F3 report(80)");
    expect(keys, "\033OM\033Oq\033Ok", "Enter 1 +");
    expect(keys, "\033[99~\033[?1;2c\033[>0;1c", "");
}

static void keys_with_two_names_have_one_code(void **state)
{
    struct keys *keys = *state;
    expect(keys, "\x0b\x18\x16", "F2 F10 F11");
    expect(keys, "\r\n\t\x7f\x08", "Enter Enter Tab BkSp BkSp");
    expect(keys, "\x14\x15\x03", "^T ^U ^C");
    expect(keys, "\0331\0339\0330", "F1 F9 F10");
}

static void escape_waits_a_moment_and_loses_nothing(void **state)
{
    struct keys *keys = *state;
    str_clear(&heard);
    keys_feed(keys, "\033", 1, hear, NULL);
    assert_string_equal(heard.data, "");
    assert_true(keys_wait_ms(keys) > 0 && keys_wait_ms(keys) <= KEY_ESCAPE_MS);
    keys_timeout(keys, hear, NULL); /* too early: nothing */
    assert_string_equal(heard.data, "");
    wait_ms(KEY_ESCAPE_MS + 10);
    keys_timeout(keys, hear, NULL);
    assert_string_equal(heard.data, "Esc");
    expect(keys, "\033j\033\033[A", "Esc j Esc ↑");
    str_clear(&heard);
    keys_feed(keys, "\033O", 2, hear, NULL);
    wait_ms(KEY_ESCAPE_MS + 10);
    keys_timeout(keys, hear, NULL);
    assert_string_equal(heard.data, "Esc O");
    str_clear(&heard);
    keys_feed(keys, "\033[1;", 4, hear, NULL);
    wait_ms(KEY_ESCAPE_MS + 10);
    keys_timeout(keys, hear, NULL); /* a torn sequence types nothing */
    assert_string_equal(heard.data, "");
}

static void a_paste_is_one_key(void **state)
{
    struct keys *keys = *state;
    expect(keys, "\033[200~a\r\nb\rc中\033[Ad\033[201~x", "paste(a\nb\nc中\033[Ad) x");
    expect(keys, "\033[200~\033[20\033[201~", "paste(\033[20)");
}

static void a_big_paste_is_cut(void **state)
{
    struct keys *keys = *state;
    struct str big;
    str_init(&big, NULL);
    str_add(&big, "\033[200~");
    for (int i = 0; i < KEY_PASTE_MAX + 100; i++)
        str_add_char(&big, 'p');
    str_add(&big, "\033[201~");
    str_clear(&heard);
    keys_feed(keys, big.data, big.len, hear, NULL);
    assert_int_equal(heard.len, strlen("paste()cut") + KEY_PASTE_MAX);
    str_finish(&big);
}

static void an_endless_paste_ends(void **state)
{
    struct keys *keys = *state;
    str_clear(&heard);
    keys_feed(keys, "\033[200~lost\xe4", 11, hear, NULL);
    keys->since_ms -= KEY_PASTE_MS;
    assert_int_equal(keys_wait_ms(keys), 0);
    keys_timeout(keys, hear, NULL);
    assert_string_equal(heard.data, "paste(lost)");
}

static void defined_sequences_win(void **state)
{
    struct keys *keys = *state;
    keys_define(keys, "\033[224z", K_F1);
    keys_define(keys, "\033k", K_UP);
    keys_define(keys, "\033[25~", K_F2);
    expect(keys, "\033[224z\033k\033[25~\033[224y", "F1 ↑ F2");
}

static void a_handler_may_forget_what_is_behind(void **state)
{
    struct keys *keys = *state;
    str_clear(&heard);
    keys_feed(keys, "aDyyy", 5, hear, keys);
    assert_string_equal(heard.data, "a D");
    expect(keys, "b", "b");
}

static int set_up(void **state)
{
    static struct keys keys;
    keys_init(&keys);
    str_init(&heard, NULL);
    *state = &keys;
    return 0;
}

static int tear_down(void **state)
{
    keys_finish(*state);
    str_finish(&heard);
    return 0;
}

#define key_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        key_test(text_arrives_whole_however_it_is_cut),
        key_test(every_terminals_keys_are_known),
        key_test(keys_with_two_names_have_one_code),
        key_test(escape_waits_a_moment_and_loses_nothing),
        key_test(a_paste_is_one_key),
        key_test(a_big_paste_is_cut),
        key_test(an_endless_paste_ends),
        key_test(defined_sequences_win),
        key_test(a_handler_may_forget_what_is_behind),
    };
    return run_all(tests);
}
