#include "client/views/text.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "client/ui/words.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { PARAMETERS_MAX = 16 };

struct parameter {
    const char *name, *value;
};

static const char *fill(struct arena *arena, const char *text, const struct parameter *parameters, size_t n)
{
    struct str out;
    str_init(&out, arena);
    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        size_t len = end ? (size_t)(end - text) - 1 : 0, i = 0;
        while (end && i < n && (strncmp(parameters[i].name, text + 1, len) != 0 || parameters[i].name[len]))
            i++;
        if (end && i < n) {
            str_add(&out, parameters[i].value);
            text = end + 1;
        } else {
            str_add_char(&out, *text++);
        }
    }
    return out.data;
}

const char *text_fill(struct arena *arena, const char *text, ...)
{
    struct parameter parameters[PARAMETERS_MAX];
    size_t n = 0;
    va_list args;
    va_start(args, text);
    for (const char *name; n < PARAMETERS_MAX && (name = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        parameters[n++] = (struct parameter){name, value ? value : ""};
    }
    va_end(args);
    return fill(arena, text, parameters, n);
}

/* The label of a field where the server gives its name; other values are words to be translated or data as they are. */
static const char *parameter_value(struct arena *arena, const struct catalogue_entity *entity,
                                   const char *name, const json_t *json)
{
    const char *text = json_string_value(json);
    if (!text)
        return json_is_integer(json) ? arena_printf(arena, "%lld", (long long)json_integer_value(json)) : "";
    if (strcmp(name, "field") == 0 && entity) {
        const struct field *field = catalogue_field(entity, text);
        if (field && field->label)
            return _(field->label);
    }
    return *text ? _(text) : text;
}

const char *error_text(struct arena *arena, const struct catalogue_entity *entity, const json_t *error)
{
    struct parameter parameters[PARAMETERS_MAX];
    const char *msgid = NULL, *name, *field = NULL;
    size_t n = 0;
    json_t *value;
    json_t *args = json_object_get(error, "args");
    if (json_get_text(error, "msgid", &msgid) != JSON_GET_FOUND &&
        json_get_text(error, "message", &msgid) != JSON_GET_FOUND)
        return _("The server refused");
    json_object_foreach(args, name, value) if (n < PARAMETERS_MAX) parameters[n++] =
        (struct parameter){name, parameter_value(arena, entity, name, value)};
    const char *words = fill(arena, *msgid ? _(msgid) : msgid, parameters, n);
    /* A refusal of one field that does not name it in its words. */
    if (!json_object_get(args, "field") && entity &&
        json_get_text(error, "field", &field) == JSON_GET_FOUND) {
        const struct field *row = catalogue_field(entity, field);
        if (row && row->label)
            return arena_printf(arena, "%s: %s", _(row->label), words);
    }
    return words;
}

const char *answer_text(struct arena *arena, const struct catalogue_entity *entity,
                        const struct answer *answer)
{
    return error_text(arena, entity, answer->object);
}

void answer_say(struct app_context *app, const struct catalogue_entity *entity, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    ui_say(app->ui, ROLE_ERROR, "%s", answer_text(arena, entity, answer));
}
