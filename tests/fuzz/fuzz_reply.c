/* What a server says to a client, also a hostile one: replies, rows of the catalogue, its menu, and the file it is kept in. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "model/catalogue.h"
#include "wire/json.h"
#include "wire/message.h"
#include "wire/piece.h"

static void use(struct catalogue *catalogue)
{
    struct str have, file;
    str_init(&have, NULL);
    str_init(&file, NULL);
    catalogue_write_have(catalogue, &have);
    catalogue_write(catalogue, &file);
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct catalogue_entity *entity = catalogue->entities[i];
        must(entity->name && catalogue_entity(catalogue, entity->name));
        for (size_t j = 0; j < entity->nfields; j++)
            must(entity->fields[j].name && catalogue_field(entity, entity->fields[j].name));
        for (size_t j = 0; j < entity->nactions; j++)
            (void)catalogue_action_from(&entity->actions[j], "new");
        (void)catalogue_field_guess(entity, "na");
    }
    struct catalogue *again = catalogue_read(file.data);
    must(again && again->count == catalogue->count);
    catalogue_destroy(again);
    str_finish(&have);
    str_finish(&file);
    catalogue_destroy(catalogue);
}

/* The first line is the row, the second the answer; what comes over the line never holds a line end. */
static void describe(char *text)
{
    char *answer = strchr(text, '\n');
    if (answer)
        *answer++ = '\0';
    if (answer)
        answer[strcspn(answer, "\n")] = '\0';
    const char *rows[] = {text};
    struct catalogue *catalogue = catalogue_create(NULL, rows, 1, answer ? answer : "{\"hash\":\"\",\"menu\":[]}");
    if (catalogue)
        use(catalogue);
}

static void reply(char *line, size_t size)
{
    struct message_reply reply;
    struct json_fault fault;
    if (message_parse_reply(line, size, &reply) != MESSAGE_FAULT_NONE)
        return;
    must(reply.kind < MESSAGE_KINDS && (reply.kind == MESSAGE_EVENT) == (strcmp(reply.tag, "*") == 0));
    json_t *object = json_read_reply(reply.json, reply.json_len, &fault);
    json_t *piece = piece_read(reply.json, reply.json_len);
    must(!object || !piece || json_equal(object, piece));
    json_decref(object);
    json_decref(piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned way = fuzz_choice(&data, &size) % 3;
    char *text = fuzz_text(data, size);
    struct catalogue *catalogue = NULL;
    json_init();
    if (way == 0)
        reply(text, size);
    else if (way == 1)
        describe(text);
    else if ((catalogue = catalogue_read(text)))
        use(catalogue);
    free(text);
    return 0;
}
