#include "server/gateway/ami_parse.h"

#include <string.h>
#include <strings.h>

void ami_parser_init(struct ami_parser *parser)
{
    *parser = (struct ami_parser){0};
    str_init(&parser->text, NULL);
    str_init(&parser->line, NULL);
}

void ami_parser_finish(struct ami_parser *parser)
{
    str_finish(&parser->text);
    str_finish(&parser->line);
}

static void begin_message(struct ami_parser *parser)
{
    str_clear(&parser->text);
    parser->fields = 0;
    parser->skip_message = false;
}

/* Control characters have no meaning in a value, and would have one on a screen. */
static void add_clean(struct str *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        str_add_char(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
    str_add_n(out, "", 1);
}

static void take_field(struct ami_parser *parser, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);
    if (!colon || colon == line) /* the banner, or the output of a command */
        return;
    size_t name = (size_t)(colon - line), value = name + 1;
    while (value < n && line[value] == ' ')
        value++;
    if (parser->fields == 0 && !parser->skip_message)
        str_clear(&parser->text); /* the message before is done with */
    if (parser->fields == AMI_FIELDS_MAX) {
        parser->dropped++;
        return;
    }
    if (parser->text.len + n + 2 > AMI_MESSAGE_MAX) {
        parser->dropped += !parser->skip_message;
        parser->skip_message = true;
        return;
    }
    add_clean(&parser->text, line, name);
    add_clean(&parser->text, line + value, n - value);
    parser->fields++;
}

static void index_message(const struct ami_parser *parser, struct ami_message *message)
{
    const char *at = parser->text.data;
    for (message->count = 0; message->count < parser->fields; message->count++) {
        struct ami_field *field = &message->fields[message->count];
        field->name = at;
        field->value = at + strlen(at) + 1;
        at = field->value + strlen(field->value) + 1;
    }
}

/* The line in `line` is whole. True: so is a message. */
static bool end_line(struct ami_parser *parser)
{
    struct str *line = &parser->line;
    bool whole = false;
    if (line->len && line->data[line->len - 1] == '\r')
        str_truncate(line, line->len - 1);
    if (parser->skip_line)
        parser->dropped++;
    else if (line->len)
        take_field(parser, line->data, line->len);
    else
        whole = parser->fields > 0 && !parser->skip_message;
    if (!parser->skip_line && !line->len && !whole)
        begin_message(parser);
    parser->skip_line = false;
    str_clear(line);
    return whole;
}

static void take_bytes(struct ami_parser *parser, const char *bytes, size_t n)
{
    if (parser->skip_line)
        return;
    if (parser->line.len + n > AMI_LINE_MAX)
        parser->skip_line = true;
    else
        str_add_n(&parser->line, bytes, n);
}

bool ami_parse(struct ami_parser *parser, const char *bytes, size_t n, size_t *used_r,
               struct ami_message *message_r)
{
    size_t used = 0;
    while (used < n) {
        const char *end = memchr(bytes + used, '\n', n - used);
        size_t part = end ? (size_t)(end - bytes) - used : n - used;
        take_bytes(parser, bytes + used, part);
        used += part + (end != NULL);
        if (!end || !end_line(parser))
            continue;
        index_message(parser, message_r);
        parser->fields = 0; /* its text stays until the next line */
        *used_r = used;
        return true;
    }
    *used_r = used;
    return false;
}

const char *ami_value(const struct ami_message *message, const char *name)
{
    for (size_t i = 0; i < message->count; i++)
        if (strcasecmp(message->fields[i].name, name) == 0)
            return message->fields[i].value;
    return "";
}

bool ami_is_local(const char *channel)
{
    return strncasecmp(channel, "Local/", 6) == 0;
}

void ami_peer(const char *channel, char *out, size_t size)
{
    const char *slash = strchr(channel, '/'), *from = slash ? slash + 1 : channel;
    const char *at = strchr(from, '@'), *dash = strrchr(from, '-');
    const char *end = at ? at : dash ? dash : from + strlen(from);
    size_t n = slash ? (size_t)(end - from) : 0;
    if (n >= size)
        n = 0;
    memcpy(out, from, n);
    out[n] = '\0';
}
