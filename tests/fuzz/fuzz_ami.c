/* Bytes of a call system, in pieces: messages hold what they may, every leg belongs to a call, and at the end nothing is left. */
#include "tests/fuzz/fuzz.h"

#include "server/gateway/ami_call.h"

static size_t begun, ended;

static void tell(void *context, const struct telephone_event *event)
{
    begun += event->kind == TELEPHONE_CALL;
    ended += event->kind == TELEPHONE_END;
    must(event->kind == TELEPHONE_LIVE || event->call);
    if (event->kind == TELEPHONE_CALL)
        must(strspn(event->number + (*event->number == '+'), "0123456789") ==
             strlen(event->number) - (*event->number == '+'));
}

static bool has_extension(void *context, const char *extension)
{
    return strcmp(extension, "8001") == 0;
}

static void must_be_whole(const struct ami_message *message)
{
    must(message->count > 0 && message->count <= AMI_FIELDS_MAX);
    for (size_t i = 0; i < message->count; i++) {
        must(*message->fields[i].name);
        for (const char *at = message->fields[i].value; *at; at++)
            must((unsigned char)*at >= ' ' && *at != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ami_parser parser;
    struct ami_calls calls;
    struct ami_message message;
    size_t piece = fuzz_choice(&data, &size) % 100 + 1, legs = 0;
    char *text = fuzz_text(data, size);
    void *value;
    begun = ended = 0;
    ami_parser_init(&parser);
    ami_calls_init(&calls, NULL, tell, has_extension);
    for (size_t at = 0, used; at < size; at += used) {
        if (!ami_parse(&parser, text + at, MIN(piece, size - at), &used, &message))
            continue;
        must(used <= piece);
        must_be_whole(&message);
        ami_calls_take(&calls, &message);
    }
    for (size_t at = 0; map_next(&calls.legs, &at, NULL, &value);)
        legs++;
    must(map_count(&calls.calls) <= legs && legs <= AMI_LEGS_MAX);
    must(ended <= begun);
    ami_calls_finish(&calls);
    ami_parser_finish(&parser);
    free(text);
    return 0;
}
