/* Drafts on disk: what was sealed is unsealed, and one changed byte, wherever, is seen; other people's bytes are refused. */
#include "tests/fuzz/fuzz.h"

#include "client/views/draft_file.h"

enum { INPUT_LEAST = 3 };

static const unsigned char key[DRAFT_KEY_BYTES] = "a key of thirty-two bytes exactl";

static void check_foreign(const uint8_t *data, size_t size)
{
    struct str text;
    struct instant at;
    char instance[17];
    str_init(&text, NULL);
    must(draft_unseal(key, "name", data, size, &text, &at, instance) < 0 && text.len == 0);
    str_finish(&text);
}

static void check_sealed(const uint8_t *data, size_t size)
{
    struct str sealed, text;
    struct instant at, written = {size};
    char instance[17];
    str_init(&sealed, NULL);
    str_init(&text, NULL);
    draft_seal(key, "name", "00112233445566ff", written, (const char *)data, size, &sealed);
    must(draft_unseal(key, "name", sealed.data, sealed.len, &text, &at, instance) == 0);
    must(text.len == size && memcmp(text.data, data, size) == 0 && at.us == written.us);
    must(strcmp(instance, "00112233445566ff") == 0);
    size_t place = (data[0] << 8 | data[1]) % sealed.len;
    sealed.data[place] = (char)(sealed.data[place] ^ (data[2] ? data[2] : 1));
    must(draft_unseal(key, "name", sealed.data, sealed.len, &text, &at, instance) < 0 && text.len == 0);
    str_finish(&sealed);
    str_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_foreign(data, size);
    if (size >= INPUT_LEAST)
        check_sealed(data, size);
    return 0;
}
