/* Kinds of files: what is taken is one of the known kinds, and text has no byte that a terminal obeys. */
#include "tests/fuzz/fuzz.h"

#include "server/areas/files/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a.txt", "a.CSV", ".csv", "", "photo.jpg"};
    const char *name = names[fuzz_choice(&data, &size) % 5];
    size_t head = size < FILE_HEAD_BYTES ? size : FILE_HEAD_BYTES;
    unsigned char *bytes = (unsigned char *)fuzz_text(data, head), *end = (unsigned char *)fuzz_text(data, size);
    struct file_ends ends = {.head = bytes, .nhead = head, .tail = end, .ntail = size, .whole = head == size};
    const char *type = file_sniff(&ends, name);
    must(!type || file_type_among("jpeg png gif webp pdf csv xlsx text", type));
    must(type || !file_type_among("jpeg", ""));
    if (type && (strcmp(type, "text") == 0 || strcmp(type, "csv") == 0)) {
        must(head > 0);
        for (size_t i = 0; i < head; i++)
            must(bytes[i] >= ' ' ? bytes[i] != 0x7F : bytes[i] && strchr("\t\n\r\f", bytes[i]));
    }
    free(bytes);
    free(end);
    return 0;
}
