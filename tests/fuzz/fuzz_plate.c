/* Plates: a normal form is one, whatever it is made of and however often; into a buffer of any size. */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "model/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = fuzz_choice(&data, &size) % 64 + 1;
    char *typed = fuzz_text(data, size);
    char *out = malloc(room), again[80], wide[80];
    must(out);
    bool good = plate_normalise(typed, out, room);
    must(!good || strlen(out) < room);
    if (plate_normalise(typed, wide, sizeof(wide))) {
        must(strlen(wide) >= room || (good && strcmp(out, wide) == 0));
        must(utf8_check(wide, strlen(wide), false) == UTF8_OK);
        must(plate_normalise(wide, again, sizeof(again)) && strcmp(wide, again) == 0);
    } else {
        must(!good);
    }
    free(out);
    free(typed);
    return 0;
}
