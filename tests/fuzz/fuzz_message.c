/* A request line: what is accepted has a valid tag and verb, and says the same when it is written again. */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
#include "wire/limits.h"
#include "wire/message.h"

static void check_again(const struct message_request *message)
{
    struct message_request again;
    struct str line;
    str_init(&line, NULL);
    message_add_request(&line, message->tag, message->verb, message->json);
    must(line.data[line.len - 1] == '\n');
    line.data[--line.len] = '\0';
    must(message_parse_request(line.data, line.len, &again) == MESSAGE_FAULT_NONE);
    must(strcmp(again.tag, message->tag) == 0 && strcmp(again.verb, message->verb) == 0);
    must(again.json_len == message->json_len && memcmp(again.json, message->json, again.json_len) == 0);
    str_finish(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = fuzz_text(data, size);
    struct message_request message;
    enum message_fault fault = message_parse_request(line, size, &message);
    must(*message_fault_text(fault) || fault == MESSAGE_FAULT_NONE);
    if (message.tag)
        must(message_tag_valid(message.tag) && strlen(message.tag) <= WIRE_TAG_MAX);
    if (fault == MESSAGE_FAULT_NONE) {
        must(message.tag && message.verb && message_verb_valid(message.verb) && strchr(message.verb, '.'));
        must(message.json[0] == '{' && message.json[message.json_len - 1] == '}');
        check_again(&message);
    }
    free(line);
    return 0;
}
