/* Bytes to lines: in whatever pieces they come, the same lines come out. */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
#include "wire/frame.h"

static void take_lines(struct frame *frame, struct str *out)
{
    char *line;
    size_t len;
    enum frame_result result;
    while ((result = frame_next(frame, &line, &len)) != FRAME_NONE) {
        if (result == FRAME_TOO_LONG) {
            str_add(out, "<too long>\n");
            continue;
        }
        must(len <= frame->limit && line[len] == '\0' && !memchr(line, '\n', len));
        str_add_n(out, line, len);
        str_add_char(out, '\n');
    }
}

static void run(const uint8_t *data, size_t size, size_t limit, size_t piece, struct str *out)
{
    struct frame frame;
    frame_init(&frame, limit);
    for (size_t at = 0; at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        char *bytes = fuzz_text(data + at, n);
        frame_feed(&frame, bytes, n);
        free(bytes);
        take_lines(&frame, out);
        must(frame_pending(&frame) <= limit + piece);
    }
    frame_finish(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t limit = fuzz_choice(&data, &size), piece = fuzz_choice(&data, &size) % 32 + 1;
    struct str whole, pieces;
    str_init(&whole, NULL);
    str_init(&pieces, NULL);
    run(data, size, limit, size + 1, &whole);
    run(data, size, limit, piece, &pieces);
    must(whole.len == pieces.len && memcmp(whole.data, pieces.data, whole.len) == 0);
    str_finish(&whole);
    str_finish(&pieces);
    return 0;
}
