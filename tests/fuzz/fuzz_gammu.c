/* Texts for a modem: cut into parts that each fit and together are the text; and the header of a part that came, whatever it says. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "server/gateway/gammu_text.h"

static size_t units(const char *text)
{
    size_t count = 0;
    while (*text) {
        uint32_t code = 0;
        int len = utf8_decode(text, strlen(text), &code);
        count += code > 0xffff ? 2 : 1;
        text += len > 0 ? len : 1;
    }
    return count;
}

static void check_parts(struct arena *arena, const char *text)
{
    const char *parts[GAMMU_PARTS_MAX];
    size_t count = gammu_split(arena, text, parts), at = 0, one = gammu_is_plain(text) ? 160 : 70,
           many = one == 160 ? 153 : 67;
    must(count >= 1 && count <= GAMMU_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        must(units(parts[i]) <= (count == 1 ? one : many));
        must(strncmp(text + at, parts[i], strlen(parts[i])) == 0);
        must(*parts[i] || count == 1);
        at += strlen(parts[i]);
    }
    must(!text[at] || count == GAMMU_PARTS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool header = fuzz_choice(&data, &size) % 2;
    char *text = fuzz_text(data, size);
    struct arena *arena = arena_create(0);
    if (header) {
        struct gammu_part part = gammu_part_of(text);
        must(part.total >= 1 && part.total <= 255 && part.number >= 1 && part.number <= part.total);
        must(part.reference >= 0 && part.reference <= 0xffff);
    } else if (utf8_check(text, strlen(text), true) == UTF8_OK) {
        check_parts(arena, text);
    }
    arena_destroy(arena);
    free(text);
    return 0;
}
