/* What the fuzz targets share. A target gets bytes, copies them into memory of exactly their size, and asserts what must hold of any input. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert(3) never left out; the trap is what the fuzzer reports. */
#define must(condition)                                                                                       \
    do {                                                                                                      \
        if (!(condition))                                                                                     \
            __builtin_trap();                                                                                 \
    } while (0)

/* The bytes with a NUL behind them, so that reading further is seen. The caller frees. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    must(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* Takes the first byte off the input, to choose by. */
static inline unsigned fuzz_choice(const uint8_t **data, size_t *size)
{
    if (!*size)
        return 0;
    (*size)--;
    return *(*data)++;
}
