/* A terminal's bytes to keys: in whatever pieces they come, the same keys come out, and every text in them is UTF-8. */
#include "tests/fuzz/fuzz.h"

#include <locale.h>

#include "base/utf8.h"
#include "client/ui/key.h"

static void check_key(const struct key *key)
{
    if (key->kind == KEY_TEXT)
        must(key->code > 0x1f && key->code < K_BASE && utf8_check(key->text, strlen(key->text), false) != UTF8_BROKEN);
    else if (key->kind == KEY_CODE)
        must(key->code > K_BASE && key->code < K_CTRL_BASE + 128);
    else if (key->kind == KEY_PASTE)
        must(key->paste_len <= KEY_PASTE_MAX && utf8_check(key->paste, key->paste_len, true) != UTF8_BROKEN);
}

static void on_key(void *context, const struct key *key)
{
    struct str *out = context;
    check_key(key);
    str_addf(out, "%d:%x:%s:", key->kind, (unsigned)key->code, key->text);
    if (key->kind == KEY_PASTE)
        str_add_n(out, key->paste, key->paste_len);
    str_add_char(out, '\n');
}

static void run(const uint8_t *data, size_t size, size_t piece, struct str *out)
{
    struct keys keys;
    keys_init(&keys);
    keys_define(&keys, "\033[25~", K_F1);
    keys_define(&keys, "\033x", K_F2);
    for (size_t at = 0; at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        char *bytes = fuzz_text(data + at, n);
        keys_feed(&keys, bytes, n, on_key, out);
        free(bytes);
        must(keys.pending_len <= KEY_SEQUENCE_MAX);
    }
    for (int tries = 0; keys_wait_ms(&keys) >= 0; tries++) {
        must(tries < KEY_SEQUENCE_MAX);
        keys.since_ms = 0; /* long ago */
        keys_timeout(&keys, on_key, out);
    }
    keys_finish(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = fuzz_choice(&data, &size) % 16 + 1;
    struct str whole, pieces;
    setlocale(LC_CTYPE, "C.UTF-8");
    str_init(&whole, NULL);
    str_init(&pieces, NULL);
    run(data, size, size + 1, &whole);
    run(data, size, piece, &pieces);
    must(whole.len == pieces.len && memcmp(whole.data, pieces.data, whole.len) == 0);
    str_finish(&whole);
    str_finish(&pieces);
    return 0;
}
