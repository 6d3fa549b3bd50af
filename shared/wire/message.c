#include <string.h>

#include "wire/limits.h"
#include "wire/message.h"

static const char *const kind_names[] = {
    [MESSAGE_OK] = "ok",       [MESSAGE_ERR] = "err", [MESSAGE_ROW] = "row", [MESSAGE_PROGRESS] = "progress",
    [MESSAGE_EVENT] = "event",
};

static const char *const fault_texts[] = {
    [MESSAGE_FAULT_NONE] = "",
    [MESSAGE_FAULT_EMPTY] = "the line is empty",
    [MESSAGE_FAULT_NUL] = "the line holds a NUL byte",
    [MESSAGE_FAULT_TAG] = "a line begins with a tag: 1 to 32 of A-Z a-z 0-9 . _ -",
    [MESSAGE_FAULT_VERB] = "after the tag comes one space and a verb: entity.action in lower case",
    [MESSAGE_FAULT_KIND] = "after the tag comes ok, err, row or progress, after * the name of an event",
    [MESSAGE_FAULT_JSON] = "the arguments must be one JSON object",
};

const char *message_fault_text(enum message_fault fault)
{
    return fault_texts[fault];
}

const char *message_kind_name(enum message_kind kind)
{
    return kind_names[kind];
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_tag_char(char c)
{
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

/* Of low to high characters, all of the tag's alphabet. */
static bool is_of_tag_chars(const char *text, size_t low, size_t high)
{
    size_t n = 0;
    while (n <= high && is_tag_char(text[n]))
        n++;
    return n >= low && n <= high && !text[n];
}

bool message_tag_valid(const char *tag)
{
    return is_of_tag_chars(tag, 1, WIRE_TAG_MAX);
}

bool message_key_valid(const char *key)
{
    return is_of_tag_chars(key, WIRE_KEY_MIN, WIRE_KEY_MAX);
}

/* A lower-case word with digits and single _ within; returns its end, NULL when there is none. */
static const char *skip_word(const char *at)
{
    if (!is_lower(*at))
        return NULL;
    for (; is_lower(*at) || is_digit(*at) || *at == '_'; at++) {
        if (*at == '_' && !is_lower(at[1]) && !is_digit(at[1]))
            return NULL;
    }
    return at;
}

bool message_verb_valid(const char *verb)
{
    if (strnlen(verb, WIRE_VERB_MAX + 1) > WIRE_VERB_MAX)
        return false;
    const char *at = skip_word(verb);
    if (!at || *at != '.')
        return false;
    at = skip_word(at + 1);
    return at && !*at;
}

static bool event_valid(const char *name)
{
    const char *end = skip_word(name);
    return end && !*end && (size_t)(end - name) <= WIRE_VERB_MAX;
}

/* Ends the word at the next space and returns what follows it: the terminating NUL when nothing does. */
static char *split(char *word)
{
    char *space = strchr(word, ' ');
    if (!space)
        return word + strlen(word);
    *space = '\0';
    return space + 1;
}

static char *trim(char *text)
{
    text += strspn(text, " ");
    size_t n = strlen(text);
    while (n && text[n - 1] == ' ')
        text[--n] = '\0';
    return text;
}

/* What is between the braces is the worker's to read. Nothing at all is {}. */
static bool take_json(char *rest, const char **json_r, size_t *len_r)
{
    char *text = trim(rest);
    size_t n = strlen(text);
    *json_r = n ? text : "{}";
    *len_r = n ? n : 2;
    return !n || (n >= 2 && text[0] == '{' && text[n - 1] == '}');
}

static enum message_fault check_line(const char *line, size_t len)
{
    if (!len)
        return MESSAGE_FAULT_EMPTY;
    return memchr(line, '\0', len) ? MESSAGE_FAULT_NUL : MESSAGE_FAULT_NONE;
}

enum message_fault message_parse_request(char *line, size_t len, struct message_request *out)
{
    *out = (struct message_request){0};
    enum message_fault fault = check_line(line, len);
    if (fault)
        return fault;
    char *verb = split(line);
    if (!message_tag_valid(line))
        return MESSAGE_FAULT_TAG;
    out->tag = line;
    char *rest = split(verb);
    if (!message_verb_valid(verb))
        return MESSAGE_FAULT_VERB;
    out->verb = verb;
    return take_json(rest, &out->json, &out->json_len) ? MESSAGE_FAULT_NONE : MESSAGE_FAULT_JSON;
}

static bool find_kind(const char *name, enum message_kind *kind_r)
{
    for (int kind = MESSAGE_OK; kind < MESSAGE_EVENT; kind++) {
        if (strcmp(name, kind_names[kind]) == 0) {
            *kind_r = (enum message_kind)kind;
            return true;
        }
    }
    return false;
}

enum message_fault message_parse_reply(char *line, size_t len, struct message_reply *out)
{
    *out = (struct message_reply){0};
    enum message_fault fault = check_line(line, len);
    if (fault)
        return fault;
    char *word = split(line), *rest = split(word);
    bool event = strcmp(line, "*") == 0;
    if (!event && !message_tag_valid(line))
        return MESSAGE_FAULT_TAG;
    out->tag = line;
    out->kind = MESSAGE_EVENT;
    out->event = event ? word : NULL;
    if (event ? !event_valid(word) : !find_kind(word, &out->kind))
        return MESSAGE_FAULT_KIND;
    return take_json(rest, &out->json, &out->json_len) ? MESSAGE_FAULT_NONE : MESSAGE_FAULT_JSON;
}

static void add_line(struct str *s, const char *tag, const char *word, const char *json)
{
    str_reserve(s, strlen(tag) + strlen(word) + (json ? strlen(json) : 0) + 3);
    str_add(s, tag);
    str_add_char(s, ' ');
    str_add(s, word);
    if (json) {
        str_add_char(s, ' ');
        str_add(s, json);
    }
    str_add_char(s, '\n');
}

void message_add_request(struct str *s, const char *tag, const char *verb, const char *json)
{
    add_line(s, tag, verb, json);
}

void message_add_reply(struct str *s, const char *tag, enum message_kind kind, const char *json)
{
    add_line(s, tag, kind_names[kind], json ? json : "{}");
}

void message_add_event(struct str *s, const char *event, const char *json)
{
    add_line(s, "*", event, json ? json : "{}");
}
