/* The head of a picture: no byte behind the last is looked at, and what is passed on to a decoder is within the limits. */
#include "tests/fuzz/fuzz.h"

#include "client/ui/picture_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct picture_head head, again;
    uint8_t *bytes = malloc(size ? size : 1);
    must(bytes);
    memcpy(bytes, data, size);
    int result = picture_head_read(bytes, size, &head);
    if (result == 0) {
        uint64_t most = head.type == PICTURE_JPEG ? PICTURE_JPEG_PIXELS_MAX : PICTURE_PIXELS_MAX;
        must(head.type != PICTURE_NONE && head.width && head.height);
        must(head.width <= PICTURE_SIDE_MAX && head.height <= PICTURE_SIDE_MAX);
        must((uint64_t)head.width * head.height <= most);
        must(*picture_type_name(head.type));
    }
    must(picture_head_read(bytes, size, &again) == result);
    free(bytes);
    return 0;
}
